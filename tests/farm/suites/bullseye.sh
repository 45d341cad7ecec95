# shellcheck shell=bash disable=SC2034
# Debian 11: pcs 0.10, Pacemaker 2.0, agents before 4.10. What all five platforms of the guide stand on here.
base_packages=systemd,systemd-sysv,dbus,udev,openssh-server,iproute2,iputils-ping,netcat-openbsd
base_packages+=,procps,sudo,python3,curl,ca-certificates,less,nano,vim-tiny,openssl,cron
base_packages+=,gawk,bc,xsltproc,bzip2
# Beside what steps may install: what makes a platform's own edges.
repo_packages="mariadb-server mariadb-client iptables lsyncd rsync wget
corosync pacemaker pcs resource-agents pacemaker-cli-utils psmisc iputils-arping ufw netplan.io ifupdown
apache2 apache2-bin php libapache2-mod-php php-fpm php-mysql php-curl php-cli php-xml ssmtp msmtp openssl cron curl
network-manager firewalld nftables"
