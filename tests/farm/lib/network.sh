# shellcheck shell=bash disable=SC2154
# One namespace a machine, one for the operator, one for a user's machine, one that holds the two
# bridges. Nothing is put into the host's own namespace, so no packet can leave.

# make_network: what is there whether machines run or not.
make_network() {
    local space
    for space in switch ctl client; do
        ip netns add "$(ns "$space")"
        ip -n "$(ns "$space")" link set lo up
    done
    for space in ovd-srv priv; do
        ip -n "$(ns switch)" link add "$space" type bridge
        ip -n "$(ns switch)" link set "$space" up
    done
    cable ctl srv0 ovd-srv
    cable ctl priv0 priv
    cable client srv0 ovd-srv
    give_address ctl srv0 "$ctl_srv/24"
    give_address ctl priv0 "$ctl_priv/24"
    give_address client srv0 "$client_srv/24"
}

port() { echo "$1-${2#ovd-}"; } # MACHINE BRIDGE: the name of its port at the switch

# cable MACHINE NIC BRIDGE: a NIC on the machine, its other end a port of the bridge. The NIC keeps its MAC
# address over power cycles, as one of metal does.
cable() {
    local mac
    mac=02:$(printf '%s %s' "$1" "$2" | sha256sum | sed 's/\(..\)\(..\)\(..\)\(..\)\(..\).*/\1:\2:\3:\4:\5/')
    ip link add "$(port "$1" "$3")" netns "$(ns switch)" type veth \
        peer name "$2" address "$mac" netns "$(ns "$1")"
    ip -n "$(ns switch)" link set "$(port "$1" "$3")" master "$3" up
}

give_address() {
    ip -n "$(ns "$1")" address add "$3" dev "$2"
    ip -n "$(ns "$1")" link set "$2" up
}

# A machine's namespace holds its addresses, firewall rules and connections. It lives as long as the machine
# is powered: one that is off must not answer for an address, and one that boots must not find old ones.
connect_machine() { # ROLE
    local nic bridge
    disconnect_machine "$1"
    ip netns add "$(ns "$1")"
    while read -r nic bridge; do
        cable "$1" "$nic" "$bridge"
        [ ! -e "$state/nodes/$1/cut-$nic" ] || ip -n "$(ns switch)" link set "$(port "$1" "$bridge")" down
    done <"$state/nodes/$1/nics"
}

disconnect_machine() { # ROLE
    local nic bridge
    while read -r nic bridge; do
        # A namespace is taken apart some time after it is deleted; its ports at the switch must go now.
        ip -n "$(ns switch)" link delete "$(port "$1" "$bridge")" 2>/dev/null || true
    done <"$state/nodes/$1/nics"
    ip netns delete "$(ns "$1")" 2>/dev/null || true
}

add_nic() { # ROLE
    row_of "$1"
    [ -n "$priv_nic" ] || die "$1 has no place in the priv VLAN."
    ! grep -q "^$priv_nic " "$state/nodes/$1/nics" || die "$1 has $priv_nic already." "Look: scripts/practice-farm --state $state exec $1 ip link"
    echo "$priv_nic priv" >>"$state/nodes/$1/nics"
    if is_running "$1"; then cable "$1" "$priv_nic" priv; fi
}

# set_cable ROLE NIC up|down: plugs it in or pulls it, now and when the machine is powered on again.
set_cable() {
    local nic bridge known=''
    while read -r nic bridge; do
        known="$known $nic"
        [ "$nic" = "$2" ] || continue
        if [ "$3" = down ]; then touch "$state/nodes/$1/cut-$nic"; else rm -f "$state/nodes/$1/cut-$nic"; fi
        if is_running "$1"; then ip -n "$(ns switch)" link set "$(port "$1" "$bridge")" "$3"; fi
        return
    done <"$state/nodes/$1/nics"
    die "$1 has no NIC ${2:-without a name}." "It has:$known"
}

remove_network() {
    local space
    for space in $(ip netns list | awk '{print $1}' | grep "^$prefix-" || true); do
        ip netns delete "$space"
    done
}
