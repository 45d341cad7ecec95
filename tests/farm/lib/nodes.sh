# shellcheck shell=bash disable=SC2154
# The machines: one overlay and one systemd-nspawn each, in a network namespace of its own.

lower_of() {
    case "$1" in
    osm1) echo "$image/osm1:$image/base" ;;
    oas1 | esg1) echo "$image/farmserver:$image/base" ;;
    *) echo "$image/base" ;;
    esac
}

# What a machine is before the migration: its old name, its one address, its host key, who may log in.
furnish() {
    local role=$1 upper=$state/nodes/$1/upper
    row_of "$role"
    mkdir -p "$upper"/{etc/netplan,etc/ssh,root/.ssh} "$state/nodes/$role"/{work,root}
    chmod 700 "$upper/root" "$upper/root/.ssh"
    echo "$old" >"$upper/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost ip6-localhost ip6-loopback\n' "$old" >"$upper/etc/hosts"
    # osm1 knows its farm servers by name, as a real one would from DNS.
    if [ "$role" = osm1 ]; then
        local row
        for row in "${servers[@]}"; do
            read -r _ server_name _ server_address _ <<<"$row"
            echo "$server_address $server_name" >>"$upper/etc/hosts"
        done
    fi
    printf 'network:\n  version: 2\n  renderer: networkd\n  ethernets:\n    %s:\n      addresses: [%s/24]\n' \
        "$nic" "$address" >"$upper/etc/netplan/50-cloud-init.yaml"
    chmod 600 "$upper/etc/netplan/50-cloud-init.yaml"
    tr -d - </proc/sys/kernel/random/uuid >"$upper/etc/machine-id"
    ssh-keygen -q -t ed25519 -N '' -C "root@$old" -f "$upper/etc/ssh/ssh_host_ed25519_key"
    cp "$state/ssh/id_ed25519.pub" "$upper/root/.ssh/authorized_keys"
    chmod 600 "$upper/root/.ssh/authorized_keys"
    echo "$address $(cut -d' ' -f1,2 "$upper/etc/ssh/ssh_host_ed25519_key.pub")" >>"$state/ssh/known_hosts"
    [ "$kind" = node ] || furnish_server "$upper" "$kind"
}

furnish_server() {
    local upper=$1 role=ApplicationServer osm1_address
    [ "$2" = esg ] && role=Gateway
    osm1_address=$(row_of osm1 && echo "$address")
    mkdir -p "$upper/etc/ovd/slaveserver"
    sed -e "s/^# session_manager = sm.*/session_manager = $osm1_address/" -e "s/^roles = .*/roles = $role/" \
        -e 's/^# retry = .*/retry = 5/' -e "s/^# admin_host = .*/admin_host = $osm1_address/" \
        "$image/farmserver/etc/ovd/slaveserver/slaveserver.conf" >"$upper/etc/ovd/slaveserver/slaveserver.conf"
    chmod 644 "$upper/etc/ovd/slaveserver/slaveserver.conf"
}

is_running() { # ROLE
    [ -f "$state/nodes/$1/pid" ] && kill -0 "$(cat "$state/nodes/$1/pid")" 2>/dev/null
}

mount_node() {
    local node=$state/nodes/$1
    mountpoint -q "$node/root" ||
        mount -t overlay overlay -o "lowerdir=$(lower_of "$1"),upperdir=$node/upper,workdir=$node/work" "$node/root"
}

# systemd-nspawn needs the machine's cgroup tree, which `ip netns exec` hides, and the node needs a
# sysfs that shows its own NICs: netplan asks udev about them.
start_node() {
    local role=$1 node=$state/nodes/$1
    mount_node "$role"
    rm -f "$node/pid"
    # The pid stays nspawn's own: every step of the way here is an exec.
    # shellcheck disable=SC2016
    SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes setsid ip netns exec "$(ns "$role")" sh -c '
        mount --rbind "$1" /sys/fs/cgroup
        echo $$ >"$2/pid"
        exec systemd-nspawn --quiet --register=no --keep-unit --console=pipe --boot --directory="$2/root" \
            --machine="$3" --bind-ro="$4:/srv/packages" --resolv-conf=off --timezone=off --link-journal=no \
            --capability=CAP_NET_ADMIN,CAP_SYS_NICE,CAP_IPC_LOCK
    ' sh "$state/cgroup" "$node" "$(ns "$role")" "$image/packages" >"$node/console" 2>&1 </dev/null &
    disown
    wait_for 10 "$role has a process" test -s "$node/pid"
}

answers() { ssh_to "$(row_of "$1" && echo "$address")" true; }

wait_node() { wait_for 60 "sshd on $1 answers" answers "$1"; }

# Power loss: nspawn and the node's first process end at once; nothing is written back by anyone.
kill_node() {
    local pid child
    is_running "$1" || return 0
    pid=$(cat "$state/nodes/$1/pid")
    child=$(ps -o pid= --ppid "$pid" | tr -d ' ')
    # shellcheck disable=SC2086
    kill -KILL $pid $child 2>/dev/null || true
    wait_for 20 "$1 is off" eval "! kill -0 $pid"
    rm -f "$state/nodes/$1/pid"
}

node_is_off() { ! is_running "$1"; }

# A node told to power off does it as a machine would: its services are stopped in order.
shutdown_node() {
    is_running "$1" || return 0
    inside "$1" systemctl poweroff >/dev/null 2>&1 || true
    wait_for 60 "$1 is off" node_is_off "$1"
    rm -f "$state/nodes/$1/pid"
}

# Runs a command inside a node without SSH, so that nothing of it shows in the node's own records.
inside() {
    local role=$1 leader
    shift
    is_running "$role" || die "$role is off." "Type: scripts/practice-farm power-on $role"
    leader=$(ps -o pid= --ppid "$(cat "$state/nodes/$role/pid")" | tr -d ' ')
    nsenter --target "$leader" --mount --uts --ipc --net --pid --cgroup --root --wd -- \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8 "$@"
}
