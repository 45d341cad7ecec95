# shellcheck shell=bash disable=SC2154,SC2034
# Ubuntu 16.04: ifupdown, pcs 0.9.149, Pacemaker 1.1.14, lsyncd 2.1.5, and OVD before 3.2.
# shellcheck source=/dev/null
. "$here/tests/farm/platforms/ubuntu/family.sh"
# shellcheck source=/dev/null
. "$here/tests/farm/platforms/fronts/fronts.sh"
parts="$parts platforms/fronts"
ovd_version=3.1.2-1

platform_packages() { # OUTDIR
    ubuntu_packages "$1"
    repack "$1" pcs old_pcs 0.9.149
    old_pacemaker "$1" 1.1.14
    repack "$1" lsyncd old_lsyncd
}

platform_setup() { # ROOT
    allow_old_pcs "$1"
    ln -s /usr/sbin/iptables "$1/sbin/iptables" # where it is on a system whose /sbin is still its own
    ubuntu_release "$1" 16.04 xenial
    install_in "$1" ifupdown
    in_root "$1" systemctl enable -q networking
}

# As 16.04's cloud images: files of a folder are read only when their names end in .cfg.
furnish_network() { # UPPER
    mkdir -p "$1/etc/network/interfaces.d"
    printf 'auto lo\niface lo inet loopback\n\nsource /etc/network/interfaces.d/*.cfg\n' >"$1/etc/network/interfaces"
    printf 'auto %s\niface %s inet static\n    address %s/24\n' "$nic" "$nic" "$address" \
        >"$1/etc/network/interfaces.d/50-cloud-init.cfg"
}
