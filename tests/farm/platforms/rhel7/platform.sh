# shellcheck shell=bash disable=SC2154
# RHEL 7: network-scripts, yum, pcs 0.9.169, Pacemaker 1.1.23, PHP inside Apache, firewalld over iptables.
# shellcheck source=/dev/null
. "$here/tests/farm/platforms/rhel/family.sh"

platform_packages() { # OUTDIR
    rhel_packages "$1" "httpd, php7.4-cli, libapache2-mod-php7.4, php7.4-mysql, php7.4-curl"
    repack "$1" pcs old_pcs 0.9.169
    old_pacemaker "$1" 1.1.23
}

platform_setup() { # ROOT
    allow_old_pcs "$1"
    rhel_setup "$1" 7.9
    mv "$1/usr/bin/dnf" "$1/usr/bin/yum"
    install_in "$1" --no-install-recommends iptables
    sed -i 's/^FirewallBackend=.*/FirewallBackend=iptables/' "$1/etc/firewalld/firewalld.conf"
    mkdir -p "$1/etc/sysconfig/network-scripts"
    hide_apt "$1"
}

platform_finish() { # ROOT
    chmod 755 "$1"/usr/sbin/{ifup,practice-network} "$1/usr/local/bin/curl"
    in_root "$1" systemctl enable -q network
}

platform_production() { # ROOT
    in_root "$1" systemctl enable -q mariadb httpd
}

furnish_network() { # UPPER
    mkdir -p "$1/etc/sysconfig/network-scripts"
    printf 'DEVICE=%s\nBOOTPROTO=none\nONBOOT=yes\nTYPE=Ethernet\nIPADDR=%s\nPREFIX=24\n' "$nic" "$address" \
        >"$1/etc/sysconfig/network-scripts/ifcfg-$nic"
}
