# shellcheck shell=bash disable=SC2154
# Power: a machine is a systemd-nspawn and a process that looks after it.

is_running() { local pid && recall "$state/nodes/$1/machine"; } # ROLE
is_off() { ! is_running "$1"; }
is_another_boot() { ! recall "$state/nodes/$1/pid" || [ "$pid" != "$2" ]; }

start_node() { # ROLE
    local node=$state/nodes/$1
    mount_node "$1"
    rm -f "$node/machine" "$node/pid" "$node/off"
    setsid "$here/scripts/practice-farm" --state "$state" run-machine "$1" >"$node/console" 2>&1 </dev/null &
    disown
    wait_for 60 "$1 is powered on" test -s "$node/pid"
}

# Stays with the machine from power-on to power-off. systemd-nspawn ends with 133 when the machine wants to
# reboot: then it starts over with a fresh network namespace, as after any boot.
run_machine() { # ROLE
    local node=$state/nodes/$1 status
    remember "$node/machine" $$
    while :; do
        connect_machine "$1"
        status=0
        boot "$1" || status=$?
        rm -f "$node/pid"
        disconnect_machine "$1"
        remove_cgroups "$(ns "$1")"
        if [ "$status" -ne 133 ] || [ -e "$node/off" ]; then break; fi
    done
    rm -f "$node/machine"
}

# systemd-nspawn needs the host's cgroup tree, which `ip netns exec` hides, and the machine needs a sysfs
# that shows its own NICs: netplan asks udev about them. Each machine has a cgroup of its own: without one
# they would share theirs, and no systemd could end what its services started.
boot() { # ROLE
    local node=$state/nodes/$1
    # The pid stays nspawn's own: every step of the way here is an exec.
    # shellcheck disable=SC2016
    SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes ip netns exec "$(ns "$1")" sh -c '
        mount --rbind "$1" /sys/fs/cgroup
        for tree in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
            [ -f "$tree/cgroup.procs" ] || continue
            mkdir -p "$tree/$3" && echo $$ >"$tree/$3/cgroup.procs"
        done
        echo "$$ $(sed "s/.*) //" /proc/$$/stat | cut -d" " -f20)" >"$2/pid"
        exec systemd-nspawn --quiet --register=no --keep-unit --console=pipe --boot --directory="$2/root" \
            --machine="$3" --bind-ro="$4:/srv/packages" --resolv-conf=off --timezone=off --link-journal=no \
            --capability=CAP_NET_ADMIN,CAP_SYS_NICE,CAP_IPC_LOCK
    ' sh "$state/cgroup" "$node" "$(ns "$1")" "$(image_of "$1")/packages"
}

# Power loss: not a packet more leaves the machine, and all its processes end at once; nobody writes
# anything back.
cut_power() { # ROLE
    local bridge pid child
    is_running "$1" || return 0
    touch "$state/nodes/$1/off"
    while read -r _ bridge; do
        ip -n "$(ns switch)" link set "$(port "$1" "$bridge")" down 2>/dev/null || true
    done <"$state/nodes/$1/nics"
    if recall "$state/nodes/$1/pid"; then
        child=$(pgrep -P "$pid" || true)
        # shellcheck disable=SC2086
        kill -KILL "$pid" $child 2>/dev/null || true
    fi
}

# One that was just being powered on had nothing to kill yet.
is_off_for_good() { cut_power "$1" && is_off "$1"; }

power_off() { # ROLE...
    local role
    for role in "$@"; do cut_power "$role"; done
    for role in "$@"; do wait_for 30 "$role is off" is_off_for_good "$role"; done
}

power_on() { # ROLE
    is_running "$1" || start_node "$1"
    wait_node "$1"
}

# A node told to power off does it as a machine would: its services are stopped in order.
shutdown_node() { # ROLE
    is_running "$1" || return 0
    inside "$1" systemctl poweroff >/dev/null 2>&1 || true
    wait_for 90 "$1 is off" is_off "$1"
}

reboot_node() { # ROLE
    local pid before
    recall "$state/nodes/$1/pid" || die "$1 is off." "Type: scripts/practice-farm --state $state power-on $1"
    before=$pid
    inside "$1" systemctl reboot >/dev/null 2>&1 || true
    wait_for 90 "$1 reboots" is_another_boot "$1" "$before"
    power_on "$1"
}

# A greeting is enough: a real login would show in the node's record of what was run there.
answers() { # ROLE
    # shellcheck disable=SC2016
    is_running "$1" && in_ns ctl timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/22"; read -r line <&3; [[ $line == SSH-2.0-* ]]' \
        "$(address_of "$1")"
}

wait_node() { # ROLE
    row_of "$1"
    if [ -e "$state/nodes/$1/cut-$nic" ]; then
        say "The cable of $1's $nic is pulled, so there is no waiting for its sshd."
        return
    fi
    wait_for 60 "sshd on $1 answers" answers "$1"
}

# Runs a command inside a node without SSH, so that nothing of it shows in the node's own records.
inside() { # ROLE COMMAND...
    local role=$1 pid leader
    shift
    recall "$state/nodes/$role/pid" || die "$role is off." "Type: scripts/practice-farm --state $state power-on $role"
    leader=$(pgrep -P "$pid" | head -n 1)
    [ -n "$leader" ] || die "$role has not booted yet." "Type: scripts/practice-farm --state $state wait $role"
    nsenter --target "$leader" --mount --uts --ipc --net --pid --cgroup --root --wd -- \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8 "$@"
}
