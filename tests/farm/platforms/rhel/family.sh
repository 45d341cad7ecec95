# shellcheck shell=bash disable=SC2034,SC2154
# What both RHELs have in common: RPM's tools, RHEL's names and paths, SELinux at its edge, firewalld.
suite=bullseye
parts="platforms/rhel platforms/fronts lib/packages.sh"
ovd_start='systemctl enable -q --now mariadb httpd'
# shellcheck source=/dev/null
. "$here/tests/farm/platforms/fronts/fronts.sh"

apache_aside() { # TREE
    mkdir -p "$1/usr/lib/practice-farm"
    mv "$1/usr/sbin/apache2" "$1/usr/lib/practice-farm/httpd"
}

# RHEL ships an example of corosync.conf only, so there is no default cluster.
no_default_cluster() { # TREE
    mv "$1/etc/corosync/corosync.conf" "$1/etc/corosync/corosync.conf.example"
    sed -i '/corosync\.conf$/d' "$1/DEBIAN/conffiles"
}

# EPEL's lsyncd has a unit, which takes its settings from /etc/sysconfig/lsyncd (lsyncd.spec of EPEL 7 and 8).
epel_lsyncd() { # TREE
    set_version 2.2.2-9 "$1"
    rm -rf "$1/etc/init.d" "$1"/DEBIAN/{conffiles,preinst,postinst,prerm,postrm}
    mkdir -p "$1/etc/sysconfig" "$1/usr/lib/systemd/system"
    echo 'LSYNCD_OPTIONS="/etc/lsyncd.conf"' >"$1/etc/sysconfig/lsyncd"
    cat >"$1/usr/lib/systemd/system/lsyncd.service" <<'EOF'
[Unit]
Description=Live Syncing (Mirror) Daemon
After=network.target

[Service]
Type=simple
EnvironmentFile=-/etc/sysconfig/lsyncd
ExecStart=/usr/bin/lsyncd -nodaemon $LSYNCD_OPTIONS

[Install]
WantedBy=multi-user.target
EOF
}

# On RHEL pacemaker brings pacemaker-cli.
with_tools() { # TREE
    sed -i 's/^Depends: /Depends: pacemaker-cli-utils, /' "$1/DEBIAN/control"
}

# On RHEL pcsd brings its ruby part along; Debian starts that as a service of its own.
pcsd_in_one() { # TREE
    mkdir -p "$1/lib/systemd/system/pcsd.service.d"
    printf '[Unit]\nRequires=pcsd-ruby.service\nAfter=pcsd-ruby.service\n' >"$1/lib/systemd/system/pcsd.service.d/ruby.conf"
}

rhel_packages() { # OUTDIR PHP-PACKAGES
    rm -f "$1"/{apache2,mariadb-server,mariadb-client,php}_*.deb
    pack_all "$here/tests/farm/platforms/rhel/debs" "$1"
    stub "$1" php 8.0-1 "$2"
    stub "$1" iputils 20180629-1 "iputils-ping, iputils-arping"
    repack "$1" apache2-bin apache_aside
    repack "$1" corosync no_default_cluster
    repack "$1" lsyncd epel_lsyncd
    repack "$1" pacemaker with_tools
    repack "$1" pcs pcsd_in_one
}

rhel_setup() { # ROOT VERSION ID-NAME
    local root=$1 name
    cat >"$root/etc/redhat-release" <<<"Red Hat Enterprise Linux release $2"
    rm -f "$root/etc/os-release"
    cat >"$root/etc/os-release" <<EOF
NAME="Red Hat Enterprise Linux"
VERSION="$2"
ID="rhel"
ID_LIKE="fedora"
VERSION_ID="$2"
PRETTY_NAME="Red Hat Enterprise Linux $2"
EOF
    mkdir -p "$root"/etc/pki/tls/{certs,private} "$root/etc/sysconfig" "$root/var/lib/php"
    install_in "$root" --no-install-recommends firewalld nftables
    cp -r "$here/tests/farm/platforms/rhel/files/." "$root/"
    chmod 755 "$root"/usr/bin/{dnf,rpm} "$root"/usr/sbin/{setsebool,getsebool,getenforce,restorecon}
    # SSH, users and farm servers come in; what the migration needs does not yet.
    in_root "$root" sh -c 'for port in 80 443 1111 1112; do firewall-offline-cmd -q --add-port=$port/tcp; done
        systemctl enable -q firewalld practice-selinux'
    php_settings "$root"
}

# RHEL's PHP has these in /etc/php.ini and compiled in; Debian's reads a folder for each way to run it.
php_settings() { # ROOT
    local way
    for way in cli fpm apache2; do
        mkdir -p "$1/etc/php/7.4/$way/conf.d"
        printf 'session.save_path = /var/lib/php/session\nmysqli.default_socket = /var/lib/mysql/mysql.sock\n' \
            >"$1/etc/php/7.4/$way/conf.d/99-rhel.ini"
    done
}

# Debian's own tools go where only the fronts find them.
hide_apt() { # ROOT
    local name
    mkdir -p "$1/usr/lib/practice-farm/bin"
    for name in "$1"/usr/bin/{apt,dpkg}*; do mv "$name" "$1/usr/lib/practice-farm/bin/"; done
    sed -i 's,/usr/bin/dpkg,/usr/lib/practice-farm/bin/dpkg,' "$1"/usr/share/python3/debpython/*.py
    printf '%s\n' 'Dir::Bin::dpkg "/usr/lib/practice-farm/bin/dpkg";' \
        'DPkg::Path "/usr/lib/practice-farm/bin:/usr/sbin:/usr/bin:/sbin:/bin";' >"$1/etc/apt/apt.conf.d/90practice"
}
