# shellcheck shell=bash disable=SC2154
# What the farm has to do with the machine it runs on.

# The machine's own network and mounts, also when called as a hook from inside a namespace of the farm:
# a process that `up` left behind there shows the way.
leave_namespaces() {
    local space other=no
    recall "$state/keeper" || return 0
    for space in net mnt; do
        [ "$(readlink "/proc/self/ns/$space")" = "$(readlink "/proc/$pid/ns/$space")" ] || other=yes
    done
    [ "$other" = yes ] || return 0
    exec nsenter --target "$pid" --net --mount --wdns="$PWD" -- "$here/scripts/practice-farm" "$@"
}

start_keeper() {
    setsid sleep infinity >/dev/null 2>&1 </dev/null &
    remember "$state/keeper" $!
    disown
}

stop_keeper() {
    if recall "$state/keeper"; then kill "$pid"; fi
}

# Seven systemds take some 60 of the kernel's inotify instances, of which root may usually have 128: too few
# for two farms side by side. The last farm to go puts the limit back.
inotify_limit=/proc/sys/fs/inotify/max_user_instances
inotify_before=/run/ovd-practice-farm-inotify

raise_limits() {
    [ "$(cat "$inotify_limit")" -lt 1024 ] || return 0
    cp "$inotify_limit" "$inotify_before"
    echo 1024 >"$inotify_limit"
    say "Raised fs.inotify.max_user_instances from $(cat "$inotify_before") to 1024 until the farm is put away."
}

restore_limits() {
    if [ -s "$inotify_before" ] && ! ip netns list | grep -qE '^ovd(p|[0-9]+)-switch'; then
        cat "$inotify_before" >"$inotify_limit"
        rm -f "$inotify_before"
    fi
}

remove_cgroups() { # NAME
    local tree attempt
    for tree in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
        # The kernel lets go of a dead process's cgroup a moment after the process is gone.
        for attempt in 1 2 3 4 5; do
            [ -f "$tree/$1/cgroup.procs" ] || break
            [ "$attempt" -eq 1 ] || sleep 0.1
            find "$tree/$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
        done
    done
}
