# shellcheck shell=bash disable=SC2154
# The image: a base for every node, a layer with a Session Manager in production, a layer with a farm
# server, and a folder of packages that the nodes install from. Made once, kept outside the work tree.

base_packages=systemd,systemd-sysv,dbus,udev,openssh-server,netplan.io,iproute2,iputils-ping,netcat-openbsd
base_packages+=,procps,sudo,python3,curl,ca-certificates,less,nano,vim-tiny,openssl,cron
# Libraries that a server has had for years. Without them apt spends most of a minute on four nodes with what
# no step names, and proves nothing more by it.
base_packages+=,ruby,python3-lxml,python3-openssl,python3-pycurl,python3-tornado,python3-dateutil,gawk,bc,xsltproc
base_packages+=,libsnmp40,pci.ids,libicu72,libltdl7,bzip2
# What steps may install: fetched with all they need, and not installed.
repo_packages="mariadb-server mariadb-client default-mysql-server default-mysql-client iptables lsyncd rsync wget
corosync pacemaker pcs resource-agents pacemaker-cli-utils psmisc iputils-arping ufw
apache2 php libapache2-mod-php php-mysql php-curl php-cli php-xml msmtp openssl cron curl"

image_key() {
    (cd "$here/tests/farm" && find image lib/image.sh ovd -type f -print0 | sort -z |
        xargs -0 sha256sum | sha256sum | cut -c1-16)
}

# Runs a command in a root folder with no network at all: nothing there may reach out.
in_root() {
    local root=$1
    shift
    # shellcheck disable=SC2016
    unshare --net --mount sh -c '
        ip link set lo up
        mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev"
        mount -t tmpfs tmpfs "$0/run"
        exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"
    ' "$root" "$@"
}

# layer NAME LOWER: mounts a new writable layer over others at $work/root
open_layer() {
    mkdir -p "$work/$1" "$work/overlay-work" "$work/root"
    mount -t overlay overlay -o "lowerdir=$2,upperdir=$work/$1,workdir=$work/overlay-work" "$work/root"
    mkdir -p "$work/root/srv/packages"
    mount --bind "$work/packages" "$work/root/srv/packages"
}

close_layer() {
    umount "$work/root/srv/packages"
    umount "$work/root"
    rm -rf "$work/overlay-work" "$work/root"
}

# The host's own mirror and its proxy, whatever they are and however they are written.
host_sources() {
    local file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
        [ -f "$file" ] && grep -qE '^[^#]*[[:space:]]bookworm([[:space:]]|$)' "$file" && echo "$file"
    done || true
}

host_proxy() { apt-config dump | sed -nE 's/^(Acquire::https?::Proxy[^ ]* .*)/--aptopt=\1/p'; }

build_base() {
    local sources options
    mapfile -t sources < <(host_sources)
    mapfile -t options < <(host_proxy)
    [ ${#sources[@]} -gt 0 ] || die "none of this machine's apt sources has Debian 12 (bookworm)."
    # shellcheck disable=SC2016
    mmdebstrap --quiet --variant=minbase --include="$base_packages" "${options[@]}" \
        --setup-hook='mkdir -p "$1"/srv/packages/partial' \
        --customize-hook="chroot \"\$1\" apt-get -y -q --download-only -o Dir::Cache::Archives=/srv/packages/ \
            -o APT::Sandbox::User=root install ${repo_packages//$'\n'/ }" \
        --customize-hook='rm -rf "$1"/srv/packages/lock "$1"/srv/packages/partial' \
        bookworm "$work/base" "${sources[@]}"
    mv "$work/base/srv/packages" "$work/packages"
    mkdir "$work/base/srv/packages"
}

finish_base() {
    local root=$work/base
    "$here/tests/farm/ovd/build-debs" "$work/packages"
    (cd "$work/packages" && apt-ftparchive packages . >Packages)
    cp -r "$here/tests/farm/image/files/." "$root/"
    chmod 755 "$root/usr/local/lib/practice-farm/record"
    rm -f "$root"/etc/apt/sources.list.d/* "$root"/etc/apt/apt.conf.d/*mmdebstrap* "$root"/etc/ssh/ssh_host_*
    echo 'deb [trusted=yes] file:/srv/packages ./' >"$root/etc/apt/sources.list"
    mount --bind "$work/packages" "$root/srv/packages"
    in_root "$root" sh -c 'apt-get update -qq && systemctl enable -q systemd-networkd ssh
        systemctl mask -q apt-daily.timer apt-daily-upgrade.timer systemd-resolved.service'
    umount "$root/srv/packages"
    : >"$root/etc/machine-id"
    rm -f "$root/etc/resolv.conf"
    : >"$root/etc/resolv.conf"
}

build_layers() {
    open_layer osm1 "$work/base"
    in_root "$work/root" apt-get install -y -q inuvika-ovd-session-manager inuvika-ovd-administration-console
    in_root "$work/root" /usr/share/ovd-practice/seed-production
    rm -f "$work/root"/etc/ssh/ssh_host_*
    close_layer
    open_layer farmserver "$work/base"
    in_root "$work/root" apt-get install -y -q inuvika-ovd-slaveserver
    close_layer
}

# Runs as a program of its own (build-image) in a mount namespace of its own: set -e holds in it, and
# whatever ends it takes its mounts along. Says how far it is on the third channel.
build_image() {
    work=$1
    say "  the base system, and packages for later" >&3
    build_base
    finish_base
    say "  a Session Manager in production, and a farm server" >&3
    build_layers
}

# Makes sure that the image is there; sets image to its folder. One at a time, also for farms side by side.
need_image() {
    local key log=$cache/build.log work
    key=$(image_key)
    image=$cache/$key
    work=$cache/.making
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock -n 9 || { say "Somebody else is making the image; waiting for that ..." && flock 9; }
    if [ ! -f "$image/complete" ]; then
        say "Making the image (about two minutes, once) ..."
        rm -rf --one-file-system "$work" "$image"
        mkdir "$work"
        # The builder inherits the lock: were this process killed, it would still be at work.
        if ! unshare --mount "$here/scripts/practice-farm" build-image "$work" 3>&1 >"$log" 2>&1; then
            tail -n 25 "$log" >&2
            die "the image could not be made." "The whole story: $log"
        fi
        touch "$work/complete"
        # Renamed whole, so that a half-built image is never taken for one.
        mv "$work" "$image"
    fi
    remove_old_images
    exec 9>&-
}

# Images of older inputs only fill the disk, but one that a farm's machines are mounted from must stay.
remove_old_images() {
    local old
    for old in "$cache"/*/; do
        old=${old%/}
        [ "$old" = "$image" ] || grep -qF "$old/" /proc/self/mounts || rm -rf --one-file-system "$old"
    done
}
