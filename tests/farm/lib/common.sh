# shellcheck shell=bash
# What all parts of the practice farm share.

die() {
    echo "practice-farm: $1" >&2
    [ $# -gt 1 ] && echo "  $2" >&2
    exit 1
}

say() { echo "$*"; }

# Where things are. Two farms can be up side by side, each with its own --state and its own prefix.
settle_state() {
    state=${state:-${OVD_PRACTICE_STATE:-/var/lib/ovd-practice-farm}}
    cache=${OVD_PRACTICE_CACHE:-/var/cache/ovd-practice-farm}
    prefix=ovdp
    if [ "$state" != /var/lib/ovd-practice-farm ]; then
        prefix=ovd$(printf %s "$state" | cksum | cut -c1-4)
    fi
}

load_plan() {
    [ -f "$state/plan" ] || die "no farm is up in $state." "Type: scripts/practice-farm up"
    # shellcheck source=/dev/null
    . "$here/tests/farm/plans/$(cat "$state/plan").sh"
}

# The machine's own network and mounts, also when called as a hook from inside a namespace of the farm:
# a process that `up` left behind there shows the way.
leave_namespaces() {
    local keeper
    keeper=$(cat "$state/keeper" 2>/dev/null) || return 0
    kill -0 "$keeper" 2>/dev/null || return 0
    [ "$(readlink /proc/self/ns/net)" = "$(readlink "/proc/$keeper/ns/net")" ] && return
    exec nsenter --target "$keeper" --net --mount --wd="$here" -- "$here/scripts/practice-farm" "$@"
}

start_keeper() {
    setsid sleep infinity >/dev/null 2>&1 </dev/null &
    echo $! >"$state/keeper"
    disown
}

stop_keeper() {
    [ -f "$state/keeper" ] && kill "$(cat "$state/keeper")" 2>/dev/null || true
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
            # shellcheck disable=SC2034
            read -r _ name nic address kind <<<"$row"
            old=$name
            return
        fi
    done
    die "there is no node $1." "There are: $(all_roles | tr '\n' ' ')"
}

# wait_for SECONDS WHAT COMMAND...: until it succeeds
wait_for() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || die "waited in vain until $what."
        sleep 0.2
    done
}

ns() { echo "$prefix-$1"; }

in_ns() {
    local space=$1
    shift
    ip netns exec "$(ns "$space")" "$@"
}

ssh_to() {
    local target=$1
    shift
    in_ns ctl ssh -q -i "$state/ssh/id_ed25519" -o UserKnownHostsFile="$state/ssh/known_hosts" \
        -o BatchMode=yes -o ConnectTimeout=5 "root@$target" "$@"
}
