# shellcheck shell=bash disable=SC2154
# One namespace a machine, one for the operator, one for a user's machine, one that holds the two
# bridges. Nothing is put into the machine's own namespace, so no packet can leave.

# cable NODE NIC BRIDGE PORT: a NIC on the node, its other end a port of the bridge
cable() {
    ip link add "$4" netns "$(ns switch)" type veth peer name "$2" netns "$(ns "$1")"
    ip -n "$(ns switch)" link set "$4" master "$3" up
}

make_network() {
    local role space row
    for space in switch ctl client; do ip netns add "$(ns "$space")"; done
    for row in "${nodes[@]}" "${servers[@]}"; do ip netns add "$(ns "${row%% *}")"; done
    for space in ovd-srv priv; do ip -n "$(ns switch)" link add "$space" type bridge && ip -n "$(ns switch)" link set "$space" up; done
    for space in ctl client $(all_roles); do ip -n "$(ns "$space")" link set lo up; done
    cable ctl srv0 ovd-srv ctl-srv
    cable ctl priv0 priv ctl-priv
    cable client srv0 ovd-srv client-srv
    give_address ctl srv0 "$ctl_srv/24"
    give_address ctl priv0 "$ctl_priv/24"
    give_address client srv0 "$client_srv/24"
    for role in $(all_roles); do
        row_of "$role"
        cable "$role" "$nic" ovd-srv "$role-srv"
        # osm1 gets its second NIC later, from the hypervisor as it were.
        if [ -n "$priv_nic" ] && [ "$role" != osm1 ]; then cable "$role" "$priv_nic" priv "$role-priv"; fi
    done
}

give_address() {
    ip -n "$(ns "$1")" address add "$3" dev "$2"
    ip -n "$(ns "$1")" link set "$2" up
}

add_nic() {
    row_of "$1"
    [ -n "$priv_nic" ] || die "$1 has no place in the priv VLAN."
    ip -n "$(ns "$1")" link show "$priv_nic" >/dev/null 2>&1 && die "$1 has $priv_nic already."
    cable "$1" "$priv_nic" priv "$1-priv"
}

# The switch's end of a node's NIC.
port_of() {
    row_of "$1"
    case "$2" in
    "$nic") echo "$1-srv" ;;
    "$priv_nic") echo "$1-priv" ;;
    *) die "$1 has no NIC $2." "It has: $nic $priv_nic" ;;
    esac
}

remove_network() {
    local space
    for space in $(ip netns list | awk '{print $1}' | grep "^$prefix-" || true); do
        ip netns delete "$space"
    done
}
