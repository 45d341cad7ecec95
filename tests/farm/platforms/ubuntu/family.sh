# shellcheck shell=bash disable=SC2034
# What the three Ubuntus of the guide have in common: MySQL's names, and Debian's for the rest.
suite=bullseye
parts="platforms/ubuntu lib/packages.sh"

ubuntu_packages() { # OUTDIR
    pack_all "$here/tests/farm/platforms/ubuntu/debs" "$1"
}

ubuntu_release() { # ROOT VERSION CODENAME
    rm -f "$1/etc/os-release"
    cat >"$1/etc/os-release" <<EOF
NAME="Ubuntu"
VERSION="$2 LTS"
ID=ubuntu
ID_LIKE=debian
PRETTY_NAME="Ubuntu $2 LTS"
VERSION_ID="$2"
VERSION_CODENAME=$3
EOF
}

use_netplan() { # ROOT
    install_in "$1" netplan.io
    in_root "$1" systemctl enable -q systemd-networkd
}
