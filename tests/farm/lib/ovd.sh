# shellcheck shell=bash disable=SC2154
# What an administrator of OVD does by hand during the migration, through the stand-in's own interfaces.

# admin_api ADDRESS FUNCTION [ARGS-JSON] [JAR]: POST to the admin API from the operator's machine. The
# password goes to curl over stdin.
admin_api() {
    local body=()
    [ -n "${3:-}" ] && body=(-H 'Content-Type: application/json' -d "{\"args\":$3}")
    printf 'user = "admin:%s"\n' "$(cat "$state/admin-password")" |
        in_ns ctl curl -sk --fail-with-body --max-time 20 -K - ${4:+-b "$4" -c "$4"} -X POST "${body[@]}" \
            "https://$1/ovd/service/admin/$2"
}

# Where the service is: where the farm servers look for it. Asking what answers instead would find osm1's
# own address when the VIP is dead.
access_point() {
    local found
    found=$(sed -n 's/^session_manager *= *//p' "$state/nodes/oas1/upper/etc/ovd/slaveserver/slaveserver.conf")
    case "$found" in
    *[!0-9.]*) inside oas1 getent ahostsv4 "$found" | awk 'NR == 1 { print $1 }' ;;
    *) echo "$found" ;;
    esac
}

servers_json() {
    local at=$1 jar
    jar=$(mktemp)
    admin_api "$at" organization_select '[null,true]' "$jar" >/dev/null
    admin_api "$at" servers_list '[null,false,[]]' "$jar"
    rm -f "$jar"
}

ready_servers() {
    servers_json "$1" | python3 -c '
import json, sys
servers = json.load(sys.stdin)
servers = servers.values() if isinstance(servers, dict) else servers
print(sum(1 for s in servers if s["status"] == "ready" and s["registered"]))'
}

all_servers_ready() { [ "$(ready_servers "$1")" -eq "${#servers[@]}" ]; }

# A new farm server shows up by itself and is accepted by the administrator.
register_servers() {
    local at=$1 jar id
    jar=$(mktemp)
    admin_api "$at" organization_select '[null,true]' "$jar" >/dev/null
    for id in $(admin_api "$at" servers_list '["unregistered",false,[]]' "$jar" | python3 -c '
import json, sys
servers = json.load(sys.stdin)
servers = servers.values() if isinstance(servers, dict) else servers
print(*[s["id"] for s in servers])'); do
        admin_api "$at" server_register "[\"$id\"]" "$jar" >/dev/null
        admin_api "$at" server_switch_maintenance "[\"$id\",false]" "$jar" >/dev/null
    done
    rm -f "$jar"
    all_servers_ready "$at"
}

session_manager_id() { # ADDRESS PASSWORD-FILE
    printf 'user = "admin:%s"\n' "$(cat "$2")" |
        in_ns ctl curl -sk --fail --max-time 10 -K - "https://$1/ovd/admin/subscription" |
        sed -n 's/.*Session Manager ID: *\([A-Z0-9-]*\).*/\1/p' | head -n 1
}

osm2_password() {
    inside osm2 cat /etc/ovd-practice/admin-password >"$state/osm2-admin-password"
    chmod 600 "$state/osm2-admin-password"
}

do_osm_id() {
    local first second at
    at=$(access_point)
    first=$(session_manager_id "$at" "$state/admin-password")
    if [ "$at" = "$vip" ]; then
        echo "$first"
        return
    fi
    osm2_password
    second=$(session_manager_id "$(address_of osm2)" "$state/osm2-admin-password")
    echo "osm1 $first, osm2 $second"
    [ -n "$first" ] && [ -n "$second" ] && [ "$first" != "$second" ] || exit 1
    printf 'session-manager-id: %s\nsession-manager-id: %s\n' "$first" "$second" >"$state/key.lsc"
}

# 1 means that the key was refused.
do_install_key() {
    local answer
    [ -s "$state/key.lsc" ] || do_osm_id >/dev/null
    answer=$(admin_api "$(access_point)" certificate_add "[\"$(base64 -w0 "$state/key.lsc")\"]")
    [ "$answer" = 0 ] || die "the Session Manager refused the key ($answer)." "Look at it: $state/key.lsc"
}

do_maintenance() { # on|off
    local value answer
    case "$1" in on) value=true ;; off) value=false ;; *) die "maintenance is on or off, not $1." ;; esac
    answer=$(admin_api "$(access_point)" settings_set "[{\"general.system_in_maintenance\":$value}]")
    [ "$answer" = true ] || die "the Session Manager did not take it: $answer"
    say "maintenance is $1"
}

# The farm's verification sheet, short: every farm server is ready, and a user is answered.
do_sheet() {
    local at answer
    at=$(access_point)
    wait_for 90 "every farm server is ready at $at" all_servers_ready "$at"
    answer=$(in_ns client curl -sk --max-time 5 -X POST -d '' "https://$at/ovd/client/start") ||
        die "the service does not answer a user at $at."
    case "$answer" in
    *auth_failed*) say "$at: ${#servers[@]} farm servers are ready, users can log in" ;;
    *in_maintenance*) say "$at: ${#servers[@]} farm servers are ready, the system is in maintenance" ;;
    *) die "the service at $at answers a user with: $answer" ;;
    esac
}

do_sessions() {
    local at
    at=$(access_point)
    echo "sessions: $(admin_api "$at" sessions_list '[[]]')"
}
