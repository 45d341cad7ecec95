# shellcheck shell=bash disable=SC2154
# Ubuntu 22.04: netplan, pcs 0.10, resource agents in two packages.
# shellcheck source=/dev/null
. "$here/tests/farm/platforms/ubuntu/family.sh"

# On 22.04 symlink is in -extra, IPaddr2 and apache are in -base: manpages.ubuntu.com/jammy, packages.ubuntu.com.
only_base() { # TREE
    sed -i -e 's/^Package: .*/Package: resource-agents-base/' -e 's/^Provides: /Provides: resource-agents, /' "$1/DEBIAN/control"
    sed -i 's/-p resource-agents/&-base/' "$1"/DEBIAN/{postinst,prerm}
    rm "$1/usr/lib/ocf/resource.d/heartbeat/symlink"
}

only_extra() { # TREE
    local kept
    kept=$(mktemp -d)
    sed -i -e 's/^Package: .*/Package: resource-agents-extra/' -e 's/^Depends: .*/Depends: resource-agents-base/' \
        -e '/^\(Recommends\|Suggests\|Replaces\|Breaks\|Conflicts\|Provides\): /d' "$1/DEBIAN/control"
    mv "$1/usr/lib/ocf/resource.d/heartbeat/symlink" "$kept/"
    rm -rf "${1:?}"/{usr,etc,lib,var} "$1"/DEBIAN/{conffiles,*inst,*rm,triggers}
    mkdir -p "$1/usr/lib/ocf/resource.d/heartbeat"
    mv "$kept/symlink" "$1/usr/lib/ocf/resource.d/heartbeat/"
    rmdir "$kept"
}

platform_packages() { # OUTDIR
    local whole
    ubuntu_packages "$1"
    whole=$(ls "$1"/resource-agents_*.deb)
    cp "$whole" "$whole.kept"
    repack "$1" resource-agents only_base
    mv "$whole.kept" "$whole"
    repack "$1" resource-agents only_extra
}

platform_setup() { # ROOT
    ubuntu_release "$1" 22.04 jammy
    use_netplan "$1"
}
