# shellcheck shell=bash disable=SC2154
# The bases: a small Debian of a suite, and a folder of packages that machines install from. All platforms of a
# suite share one.

base_key() { # SUITE
    (cd "$here/tests/farm" && find "suites/$1.sh" lib/base.sh image -type f -print0 | sort -z | xargs -0 sha256sum |
        sha256sum | cut -c1-16)
}

# The machine's own mirrors of Debian, whatever they are and however they are written, one a line.
host_mirrors() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
        awk '/^deb[[:space:]]/ && / bookworm /{ for (i = 2; i <= NF; i++) if ($i ~ /^[a-z+]+:\//) print $i }
            /^URIs:/ { uris = $2 } /^Suites:/ { if ((" " $0 " ") ~ / bookworm /) print uris }' | sort -u
}

host_proxy() { apt-config dump | sed -nE 's/^(Acquire::https?::Proxy[^ ]* .*)/--aptopt=\1/p'; }

# A server that has been in use for years has most libraries already. Without them apt spends most of a minute on
# each of four nodes with what no step names, and proves nothing more by it. What the steps install is not among them.
install_libraries='
    names=$(apt-get -s -o Dir::Cache::Archives=/srv/packages/ install "$@" | awk "/^Inst / { print \$2 }" |
        grep -E "^(lib|ruby|python3-|fonts-|perl|rake|rubygems|php-common|mime-support|media-types|ucf|socat|galera)" |
        grep -vE "^(libapache2-mod|libpam-systemd)")
    apt-get -y -q --no-install-recommends -o Dir::Cache::Archives=/srv/packages/ -o APT::Sandbox::User=root install $names'

# The cluster's tools are Python: compiled once here, and not on each of four nodes at their first use.
compile_pcs='
    cd "$1" && mkdir tmp/pcs && dpkg-deb -x srv/packages/pcs_*.deb tmp/pcs
    chroot . python3 -m compileall -q -s /tmp/pcs -p / /tmp/pcs/usr/lib
    find tmp/pcs -name __pycache__ -printf "%P\0" | tar -C tmp/pcs --null -T - -c | tar -x && rm -r tmp/pcs'

# build_base SUITE FOLDER: FOLDER/base and FOLDER/packages
build_base() {
    local folder=$2 options mirror sources=() base_packages repo_packages
    # shellcheck source=/dev/null
    . "$here/tests/farm/suites/$1.sh"
    mapfile -t options < <(host_proxy)
    for mirror in $(host_mirrors); do sources+=("deb $mirror $1 main"); done
    [ ${#sources[@]} -gt 0 ] || die "none of this machine's apt sources has Debian 12 (bookworm)."
    # shellcheck disable=SC2016
    mmdebstrap --quiet --variant=minbase --include="$base_packages" "${options[@]}" \
        --setup-hook='mkdir -p "$1"/srv/packages/partial' \
        --customize-hook="chroot \"\$1\" apt-get -y -q --download-only -o Dir::Cache::Archives=/srv/packages/ \
            -o APT::Sandbox::User=root install ${repo_packages//$'\n'/ }" \
        --customize-hook="chroot \"\$1\" sh -c '$install_libraries' sh ${repo_packages//$'\n'/ }" \
        --customize-hook="$compile_pcs" \
        --customize-hook='rm -rf "$1"/srv/packages/lock "$1"/srv/packages/partial' \
        "$1" "$folder/base" "${sources[@]}"
    mv "$folder/base/srv/packages" "$folder/packages"
    mkdir "$folder/base/srv/packages"
    furnish_base "$folder"
}

# What no package sets up: the machine's own package source, no identity, services that run.
furnish_base() { # FOLDER
    local root=$1/base
    cp -r "$here/tests/farm/image/files/." "$root/"
    chmod 755 "$root/usr/local/lib/practice-farm/record"
    rm -f "$root"/etc/apt/sources.list.d/* "$root"/etc/apt/apt.conf.d/*mmdebstrap* "$root"/etc/ssh/ssh_host_*
    echo 'deb [trusted=yes] file:/srv/packages ./' >"$root/etc/apt/sources.list"
    in_root "$root" sh -c 'systemctl enable -q ssh
        systemctl mask -q apt-daily.timer apt-daily-upgrade.timer systemd-resolved.service'
    # A machine of two NICs and one disk: what looks for more runs in vain at each reload, dozens of times a machine.
    mkdir -p "$root/etc/systemd/system-generators"
    local name
    for name in bless-boot cryptsetup debug getty gpt-auto hibernate-resume integritysetup rc-local run system-update \
        veritysetup; do
        ln -s /dev/null "$root/etc/systemd/system-generators/systemd-$name-generator"
    done
    # Packages need not compile their Python on each of seven nodes: what is used is compiled when it is.
    printf '#!/bin/sh\n' >"$root/usr/bin/py3compile"
    : >"$root/etc/machine-id"
    rm -f "$root/etc/resolv.conf"
    : >"$root/etc/resolv.conf"
}
