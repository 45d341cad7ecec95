# shellcheck shell=bash disable=SC2034
# Debian 12: what a machine has, and the packages it may install later.
base_packages=systemd,systemd-sysv,dbus,udev,openssh-server,netplan.io,iproute2,iputils-ping,netcat-openbsd
base_packages+=,procps,sudo,python3,curl,ca-certificates,less,nano,vim-tiny,openssl,cron
base_packages+=,gawk,bc,xsltproc,bzip2
# What steps may install: fetched with all they need, and not installed.
repo_packages="mariadb-server mariadb-client default-mysql-server default-mysql-client iptables lsyncd rsync wget
corosync pacemaker pcs resource-agents pacemaker-cli-utils psmisc iputils-arping ufw
apache2 php libapache2-mod-php php-mysql php-curl php-cli php-xml msmtp openssl cron curl"
