# shellcheck shell=bash disable=SC2154
# Ubuntu 18.04: netplan, pcs 0.9.164, Pacemaker 1.1.18, and a firewall that is switched on.
# shellcheck source=/dev/null
. "$here/tests/farm/platforms/ubuntu/family.sh"
# shellcheck source=/dev/null
. "$here/tests/farm/platforms/fronts/fronts.sh"
parts="$parts platforms/fronts"

platform_packages() { # OUTDIR
    ubuntu_packages "$1"
    repack "$1" pcs old_pcs 0.9.164
    old_pacemaker "$1" 1.1.18
}

platform_setup() { # ROOT
    allow_old_pcs "$1"
    ln -s /usr/sbin/iptables "$1/sbin/iptables" # where it is on a system whose /sbin is still its own
    ubuntu_release "$1" 18.04 bionic
    use_netplan "$1"
    install_in "$1" ufw
    # What an administrator let in before the cluster: SSH, users and farm servers, and those who ask farm servers.
    for port in 22 80 443 1111 1112; do in_root "$1" ufw allow "$port/tcp" >/dev/null; done
    sed -i 's/^ENABLED=.*/ENABLED=yes/' "$1/etc/ufw/ufw.conf"
}
