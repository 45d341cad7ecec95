# shellcheck shell=bash disable=SC2154
# The images, one a platform: layers over a base that make the platform's edges, what OVD stands on, a Session Manager
# in production, and a farm server. Made once, kept outside the work tree.

all_platforms() { (cd "$here/tests/farm/platforms" && echo */platform.sh | sed 's,/platform.sh,,g'); }

# Everything of a platform is set here, so that nothing of another one is left over.
load_platform() { # NAME
    suite='' parts='' ovd_version=3.4.0-1 hidden='' ovd_start=true
    platform_packages() { :; }
    platform_setup() { :; }
    platform_finish() { :; }
    platform_production() { :; }
    furnish_network() { furnish_netplan "$1"; }
    [ -f "$here/tests/farm/platforms/$1/platform.sh" ] ||
        die "there is no platform $1." "There are: $(all_platforms)"
    # shellcheck source=/dev/null
    . "$here/tests/farm/platforms/$1/platform.sh"
}

image_key() { # NAME
    local part
    load_platform "$1"
    {
        base_key "$suite"
        cd "$here/tests/farm"
        for part in "platforms/$1" ovd image lib/image.sh $parts; do
            find "$part" -type f -print0 | sort -z | xargs -0 sha256sum
        done
    } | sha256sum | cut -c1-16
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

# open_layer NAME LOWERS: mounts a new writable layer over others at $work/root
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

# Where apt is on every platform, also where nobody shall find it.
apt_path=/usr/lib/practice-farm/bin:/usr/sbin:/usr/bin:/sbin:/bin
apt_in() { # ROOT ARGUMENT...
    in_root "$1" env PATH=$apt_path apt-get -q "${@:2}"
}
install_in() { apt_in "$1" install -y "${@:2}"; } # ROOT PACKAGE...

# Everything that OVD's own packages need, without these: as on a machine made from a company's template.
install_stack() { # ROOT
    local packages
    mapfile -t packages < <(apt_in "$1" install -s inuvika-ovd-session-manager inuvika-ovd-administration-console |
        awk '/^Inst / && $2 !~ /^inuvika-/ { print $2 }')
    install_in "$1" "${packages[@]}"
    in_root "$1" env PATH="$apt_path" apt-mark auto "${packages[@]}" >/dev/null
}

# The packages machines of this platform install from: those of the base, the stand-in for OVD, and the platform's
# own, which may stand in for some of the base's.
build_packages() {
    local name=$1
    cp -al "$base/packages" "$work/packages"
    "$here/tests/farm/ovd/build-debs" "$work/packages" "$ovd_version" "$here/tests/farm/platforms/$name/ovd.sed"
    platform_packages "$work/packages"
    (cd "$work/packages" && apt-ftparchive packages . >Packages)
}

# Runs as a program of its own (build-image) in a mount namespace of its own: set -e holds in it, and
# whatever ends it takes its mounts along. Says how far it is on the third channel.
build_image() { # NAME BASE WORK
    local name=$1
    base=$2 work=$3
    load_platform "$name"
    say "  packages and the platform's own edges" >&3
    build_packages "$name"
    open_layer platform "$base/base"
    in_root "$work/root" apt-get update -qq
    platform_setup "$work/root"
    if [ -d "$here/tests/farm/platforms/$name/files" ]; then
        cp -rd "$here/tests/farm/platforms/$name/files/." "$work/root/"
    fi
    platform_finish "$work/root"
    # shellcheck disable=SC2086
    (cd "$work/root" && rm -f $hidden)
    close_layer
    say "  a Session Manager in production, and a farm server" >&3
    open_layer stack "$work/platform:$base/base"
    install_stack "$work/root"
    close_layer
    open_layer osm1 "$work/stack:$work/platform:$base/base"
    install_in "$work/root" inuvika-ovd-session-manager inuvika-ovd-administration-console
    in_root "$work/root" /usr/share/ovd-practice/seed-production
    platform_production "$work/root"
    rm -f "$work/root"/etc/ssh/ssh_host_*
    close_layer
    open_layer farmserver "$work/platform:$base/base"
    install_in "$work/root" inuvika-ovd-slaveserver
    close_layer
}

# make_once FOLDER WHAT COMMAND...: the command fills the folder it is told last, which then is there whole or not
# at all. Images of other inputs only fill the disk, but one that machines are mounted from must stay, and so must
# one that a saved farm stands on.
make_once() {
    local folder=$1 what=$2 log=$cache/build.log unfinished=$cache/.making-${1##*/} old
    shift 2
    [ ! -e "$folder" ] || return 0
    say "Making $what ..."
    rm -rf --one-file-system "$cache"/.making-*
    mkdir "$unfinished"
    # The builder inherits the lock: were this process killed, it would still be at work.
    if ! unshare --mount "$here/scripts/practice-farm" "$@" "$unfinished" 3>&1 >"$log" 2>&1; then
        tail -n 25 "$log" >&2
        die "it could not be made." "The whole story: $log"
    fi
    mv "$unfinished" "$folder"
    for old in "${folder%-*}"-*/; do
        old=${old%/}
        [ "$old" = "$folder" ] || grep -qsF "$old/" /proc/self/mounts "$cache"/saved/*/layers || rm -rf --one-file-system "$old"
    done
}

# Makes sure that the image of a platform is there; sets image to its folder. One at a time, also for farms side by
# side.
need_image() { # NAME
    local base
    load_platform "$1"
    base=$cache/base-$suite-$(base_key "$suite")
    image=$cache/$1-$(image_key "$1")
    [ ! -e "$image/base" ] || return 0
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock -n 9 || { say "Somebody else is making an image; waiting for that ..." && flock 9; }
    make_once "$base" "the base system, and packages for later (about a minute, once)" build-base "$suite"
    make_once "$image" "the image of $1 (about a minute, once)" build-image "$1" "$base"
    [ -e "$image/base" ] || ln -sT "$base/base" "$image/base"
    exec 9>&-
}
