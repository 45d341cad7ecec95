# shellcheck shell=bash disable=SC2154
# RHEL 8: NetworkManager, dnf, pcs 0.10, PHP as a service of its own, firewalld over nftables.
# shellcheck source=/dev/null
. "$here/tests/farm/platforms/rhel/family.sh"

platform_packages() { # OUTDIR
    rhel_packages "$1" "httpd, php7.4-cli, php7.4-fpm, php7.4-mysql, php7.4-curl"
}

platform_setup() { # ROOT
    install_in "$1" --no-install-recommends network-manager
    rhel_setup "$1" 8.10
    ln -s dnf "$1/usr/bin/yum"
    in_root "$1" systemctl enable -q NetworkManager
    ln -s /dev/null "$1/etc/systemd/system/php7.4-fpm.service" # RHEL's is called php-fpm
    ln -s /dev/null "$1/etc/systemd/system/NetworkManager-wait-online.service"
    mkdir -p "$1/etc/udev/rules.d"
    # A veth is left alone by NetworkManager on Debian; here it is a card like any other.
    ln -s /dev/null "$1/etc/udev/rules.d/85-nm-unmanaged.rules"
    hide_apt "$1"
}

platform_production() { # ROOT
    in_root "$1" systemctl enable -q mariadb httpd
}

furnish_network() { # UPPER
    local folder=$1/etc/NetworkManager/system-connections
    mkdir -p "$folder"
    printf '[connection]\nid=%s\ntype=ethernet\ninterface-name=%s\n\n[ipv4]\nmethod=manual\naddress1=%s/24\n\n[ipv6]\nmethod=ignore\n' \
        "$nic" "$nic" "$address" >"$folder/$nic.nmconnection"
    chmod 600 "$folder/$nic.nmconnection"
}
