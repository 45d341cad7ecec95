# shellcheck shell=bash disable=SC2154
# A whole farm kept as it stood: the upper folder of every node, and everything in the state folder that is not of
# this boot. It lies beside the images, outside the work tree, and stands on the very image the nodes were made from.
#
# Saving freezes all machines at one instant, copies, and lets them go on: what is kept is what all disks would hold
# after a power cut at that moment, and nothing of it was lost on the way to the disk. Loading is the power coming
# back: services recover and the cluster elects as after an outage.

saved_farm() { # NAME: sets saved to its folder
    case "$1" in
    '' | *[!A-Za-z0-9._-]* | .*) die "a saved farm's name is made of letters, digits and . _ - : ${1:-(none)}" ;;
    esac
    saved=$cache/saved/$1
}

need_saved() {
    saved_farm "$1"
    [ -d "$saved" ] || die "there is no saved farm $1." "Look: scripts/practice-farm saved"
}

# Every folder that the farm's nodes are mounted over.
layers_of_farm() {
    local role
    for role in $(all_roles); do lower_of "$role" | tr ':' '\n'; done | sort -u
}

group_of() { # ROLE: the folder of its control group in the one tree that can be frozen
    local tree
    for tree in /sys/fs/cgroup/unified /sys/fs/cgroup; do
        [ -f "$tree/$(ns "$1")/cgroup.freeze" ] && echo "$tree/$(ns "$1")" && return
    done
    die "this machine's kernel has no way to let $1 stand still." "Cgroups of version 2 are needed for that."
}

# freeze_farm 1|0: all machines at once, or on again.
freeze_farm() {
    local role group
    for role in $(all_roles); do
        is_running "$role" || continue
        group=$(group_of "$role")
        echo "$1" >"$group/cgroup.freeze"
    done
}

is_frozen() { grep -qx 'frozen 1' "$(group_of "$1")/cgroup.events"; } # ROLE

# copy_farm FOLDER: the machines are frozen, or off.
copy_farm() {
    local role node to cut
    for role in $(all_roles); do
        node=$state/nodes/$role to=$1/nodes/$role
        mkdir -p "$to"
        cp -a "$node/upper" "$node/nics" "$to/"
        [ ! -e "$node/baseline" ] || cp -a "$node/baseline" "$to/"
        for cut in "$node"/cut-*; do [ ! -e "$cut" ] || cp -a "$cut" "$to/"; done
    done
    find "$state" -mindepth 1 -maxdepth 1 ! -name nodes ! -name cgroup ! -name keeper -exec cp -a -t "$1" {} +
}

do_save() { # NAME
    local role folder at_work
    saved_farm "${1:-}"
    at_work=$(ip netns pids "$(ns ctl)" 2>/dev/null | while read -r pid; do ps -o pid=,args= -p "$pid"; done || true)
    [ -z "$at_work" ] || die "somebody is at work on the operator's machine: $at_work" "Save when that has ended."
    mkdir -p "$cache/saved"
    chmod 700 "$cache/saved"
    folder=$(mktemp -d "$cache/saved/.$1.XXXXXX")
    # A farm that stays frozen would look like one that hangs.
    # shellcheck disable=SC2064
    trap "freeze_farm 0 || true; rm -rf --one-file-system '$folder'" EXIT
    {
        printf 'state %s\nscripts %s\n' "$state" "$here/scripts"
        for role in $(all_roles); do if is_running "$role"; then echo "on $role"; fi; done
    } >"$folder/saved-from"
    layers_of_farm >"$folder/layers"
    freeze_farm 1
    for role in $(all_roles); do
        if is_running "$role"; then wait_for 20 "$role stands still" is_frozen "$role"; fi
    done
    copy_farm "$folder"
    freeze_farm 0
    rm -rf --one-file-system "$saved"
    mv "$folder" "$saved"
    trap - EXIT
    say "Saved as $1: $(du -sh "$saved" | cut -f1). Its machines go on. Load it into another folder:"
    say "  scripts/practice-farm --state DIR load $1"
}

# What a saved farm says of its own folder and of this script, said of these.
move_paths() { # OLD NEW FILE...
    local old=${1//./\\.} new=$2
    shift 2
    sed -i -E "s#$old([^A-Za-z0-9._-]|\$)#$new\\1#g" "$@"
}

# Also when one of its services has failed: that is for whoever looks at the farm.
has_started() { # ROLE
    case "$(inside "$1" systemctl is-system-running --wait)" in running | degraded) ;; *) return 1 ;; esac
}

do_load() { # NAME
    local role layer key value on=() old_state='' old_scripts='' began=$SECONDS
    need_saved "${1:-}"
    need_empty_state
    "$here/scripts/install-dependencies" farm
    while read -r layer; do
        [ -d "$layer" ] || die "the image that $1 stands on is gone: $layer" "Type: scripts/practice-farm drop $1"
    done <"$saved/layers"
    while read -r key value; do
        case "$key" in
        state) old_state=$value ;;
        scripts) old_scripts=$value ;;
        on) on+=("$value") ;;
        esac
    done <"$saved/saved-from"
    mkdir -p "$state/cgroup"
    chmod 700 "$state"
    not_whole_yet
    cp -a "$saved/." "$state/"
    rm "$state/saved-from" "$state/layers"
    move_paths "$old_state" "$state" "$state"/*.toml
    move_paths "$old_scripts" "$here/scripts" "$state"/*.toml
    load_plan
    for role in $(all_roles); do mkdir -p "$state/nodes/$role"/{root,work}; done
    begin_farm
    boot_machines "${on[@]}"
    # sshd is there long before what users notice.
    for role in "${on[@]}"; do
        # One whose cable is pulled waits two minutes for it.
        if ! ls "$state/nodes/$role"/cut-* >/dev/null 2>&1; then
            wait_for 120 "$role has started its services" has_started "$role"
        fi
    done
    trap - EXIT
    say "The farm $1 is up in $state after $((SECONDS - began)) s. Its farm file: $state/farm.toml"
    say "A cluster takes half a minute more until it has elected and started everything."
}

do_saved() {
    local folder name platforms plan
    for folder in "$cache"/saved/*/; do
        [ -f "$folder/saved-from" ] || continue
        name=$(basename "$folder")
        plan=$(cat "$folder/plan") platforms=$(tr ' ' '\n' <"$folder/platforms" | sort -u | paste -sd+)
        printf '%-24s %-8s %-18s %6s  %s\n' "$name" "$plan" "$platforms" "$(du -sh "$folder" | cut -f1)" \
            "$(date -r "$folder/saved-from" '+%F %T')"
    done
}

do_drop() { # NAME
    need_saved "${1:-}"
    rm -rf --one-file-system "$saved"
}
