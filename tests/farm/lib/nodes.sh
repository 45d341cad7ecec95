# shellcheck shell=bash disable=SC2154
# What the machines are made of: one overlay each over a layer of the image.

platform_of() { # ROLE
    local all dbmy
    read -r all dbmy <"$state/platforms"
    if [ "$1" = dbmy ]; then echo "$dbmy"; else echo "$all"; fi
}

image_of() { cat "$state/images/$(platform_of "$1")"; } # ROLE

lower_of() {
    local image
    image=$(image_of "$1")
    case "$1" in
    osm1) printf '%s:%s:' "$image/osm1" "$image/stack" ;;
    osm2) printf '%s:' "$image/stack" ;;
    oas1 | esg1) printf '%s:' "$image/farmserver" ;;
    esac
    echo "$image/platform:$(readlink "$image/base")"
}

# What a machine is before the migration: its old name, its one address, its host key, who may log in.
furnish() {
    local role=$1 upper=$state/nodes/$1/upper
    row_of "$role"
    mkdir -p "$upper"/{etc/ssh,root/.ssh} "$state/nodes/$role"/{work,root}
    chmod 700 "$upper/root" "$upper/root/.ssh"
    echo "$nic ovd-srv" >"$state/nodes/$role/nics"
    # osm1 gets its second NIC later, from the hypervisor as it were.
    if [ -n "$priv_nic" ] && [ "$role" != osm1 ]; then echo "$priv_nic priv" >>"$state/nodes/$role/nics"; fi
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost ip6-localhost ip6-loopback\n' "$old" >"$upper/etc/hosts"
    case "$role:$(platform_of "$role")" in
    pcs3:rhel*) # as RHEL's installer leaves a machine that was not given a name
        old=localhost.localdomain
        printf '127.0.0.1 localhost %s\n::1 localhost %s\n' "$old" "$old" >"$upper/etc/hosts"
        ;;
    esac
    echo "$old" >"$upper/etc/hostname"
    # Both Session Managers know the farm servers by name, as real ones would from DNS.
    if [ "$role" = osm1 ] || [ "$role" = osm2 ]; then
        local row
        for row in "${servers[@]}"; do
            read -r _ server_name _ server_address _ <<<"$row"
            echo "$server_address $server_name" >>"$upper/etc/hosts"
        done
    fi
    load_platform "$(platform_of "$role")"
    furnish_network "$upper"
    tr -d - </proc/sys/kernel/random/uuid >"$upper/etc/machine-id"
    ssh-keygen -q -t ed25519 -N '' -C "root@$old" -f "$upper/etc/ssh/ssh_host_ed25519_key"
    cp "$state/ssh/id_ed25519.pub" "$upper/root/.ssh/authorized_keys"
    chmod 600 "$upper/root/.ssh/authorized_keys"
    echo "$address $(cut -d' ' -f1,2 "$upper/etc/ssh/ssh_host_ed25519_key.pub")" >>"$state/ssh/known_hosts"
    [ "$role" != osm2 ] || switch_off "$upper" # there, and off until OVD is deployed
    [ "$kind" = node ] || furnish_server "$upper" "$kind"
}

stack_units=(apache2.service httpd.service mariadb.service mysql.service)

# By a condition and not by a mask: a database server has several names, and each would start it.
switch_off() { # UPPER
    local unit
    for unit in "${stack_units[@]}"; do
        mkdir -p "$1/etc/systemd/system/$unit.d"
        printf '[Unit]\nConditionPathExists=/nothing-is-deployed-yet\n' >"$1/etc/systemd/system/$unit.d/practice-off.conf"
    done
}

switch_on() { # NODE
    # shellcheck disable=SC2016
    inside "$1" sh -c 'for unit; do rm -r "/etc/systemd/system/$unit.d"; done; systemctl daemon-reload
        for unit; do if systemctl is-enabled --quiet "$unit" 2>/dev/null; then systemctl start "$unit"; fi; done' sh "${stack_units[@]}"
}

# How netplan is told the one address a machine has.
furnish_netplan() { # UPPER
    mkdir -p "$1/etc/netplan"
    printf 'network:\n  version: 2\n  renderer: networkd\n  ethernets:\n    %s:\n      addresses: [%s/24]\n' \
        "$nic" "$address" >"$1/etc/netplan/50-cloud-init.yaml"
    chmod 600 "$1/etc/netplan/50-cloud-init.yaml"
    # There are no IPv6 routers: each boot would ask for one for twelve seconds before its network is online.
    local card
    for card in "$nic" $priv_nic; do
        mkdir -p "$1/etc/systemd/network/10-netplan-$card.network.d"
        printf '[Network]\nIPv6AcceptRA=no\n' >"$1/etc/systemd/network/10-netplan-$card.network.d/practice.conf"
    done
}

furnish_server() {
    local upper=$1 role=ApplicationServer osm1_address
    [ "$2" = esg ] && role=Gateway
    osm1_address=$(address_of osm1)
    mkdir -p "$upper/etc/ovd/slaveserver"
    sed -e "s/^# session_manager = sm.*/session_manager = $osm1_address/" -e "s/^roles = .*/roles = $role/" \
        -e 's/^# retry = .*/retry = 5/' -e "s/^# admin_host = .*/admin_host = $osm1_address/" \
        "$(image_of oas1)/farmserver/etc/ovd/slaveserver/slaveserver.conf" >"$upper/etc/ovd/slaveserver/slaveserver.conf"
    chmod 644 "$upper/etc/ovd/slaveserver/slaveserver.conf"
}

mount_node() {
    local node=$state/nodes/$1
    mountpoint -q "$node/root" ||
        mount -t overlay overlay -o "lowerdir=$(lower_of "$1"),upperdir=$node/upper,workdir=$node/work" "$node/root"
}

list_changes() { # ROLE [--against FILE]
    local role=$1
    shift
    "$here/tests/farm/lib/listing" "$state/nodes/$role/upper" "$(lower_of "$role")" "$@"
}
