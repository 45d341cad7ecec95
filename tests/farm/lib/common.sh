# shellcheck shell=bash disable=SC2154,SC2034
# What all parts of the practice farm share.

die() {
    echo "practice-farm: $1" >&2
    [ $# -gt 1 ] && echo "  $2" >&2
    exit 1
}

say() { echo "$*"; }

# Where things are. Two farms can be up side by side, each with its own --state and its own prefix.
settle_state() {
    state=$(realpath -m "${state:-${OVD_PRACTICE_STATE:-/var/lib/ovd-practice-farm}}")
    cache=$(realpath -m "${OVD_PRACTICE_CACHE:-/var/cache/ovd-practice-farm}")
    case "$state$cache" in
    *[!A-Za-z0-9/._-]*) die "overlayfs takes only letters, digits and / . _ - in the name of a folder: $state" "Choose another --state." ;;
    esac
    prefix=ovdp
    if [ "$state" != /var/lib/ovd-practice-farm ]; then
        prefix=ovd$(printf %s "$state" | cksum | cut -c1-4)
    fi
}

load_plan() {
    [ -f "$state/plan" ] || die "no farm is up in $state." "Type: scripts/practice-farm --state $state up"
    # shellcheck source=/dev/null
    . "$here/tests/farm/plans/$(cat "$state/plan").sh"
}

# Processes are remembered with the time they started at: after a while a bare pid may be somebody else's.
started_at() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    echo "${20}"
}

remember() { echo "$2 $(started_at "$2")" >"$1"; }

# Sets pid to the process remembered in a file, if that one still runs.
recall() {
    local start
    pid=
    [ -s "$1" ] && read -r pid start <"$1"
    [ -n "$pid" ] && [ "$(started_at "$pid")" = "${start:-$(started_at "$pid")}" ] && kill -0 "$pid" 2>/dev/null
}

all_roles() {
    local row
    for row in "${nodes[@]}" "${servers[@]}"; do echo "${row%% *}"; done
}

# row_of ROLE: sets name, old, nic, address, priv_nic, priv_address, kind
row_of() {
    local row
    name='' old='' nic='' address='' priv_nic='' priv_address='' kind=''
    for row in "${nodes[@]}"; do
        if [ "${row%% *}" = "$1" ]; then
            read -r _ name old nic address priv_nic priv_address <<<"$row"
            kind=node
            return
        fi
    done
    for row in "${servers[@]}"; do
        if [ "${row%% *}" = "$1" ]; then
            read -r _ name nic address kind <<<"$row"
            old=$name
            return
        fi
    done
    die "there is no node $1." "There are: $(all_roles | tr '\n' ' ')"
}

address_of() { row_of "$1" && echo "$address"; }

# wait_for SECONDS WHAT COMMAND...: until it succeeds
wait_for() {
    local deadline=$((SECONDS + $1)) seconds=$1 what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] ||
            die "waited $seconds s in vain until $what." "The consoles of the machines: $state/nodes/*/console"
        sleep 0.1
    done
}

ns() { echo "$prefix-$1"; }

in_ns() {
    local space=$1
    shift
    ip netns exec "$(ns "$space")" "$@"
}
