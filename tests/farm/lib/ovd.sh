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

# Where the service is now: at the VIP once that answers, else at osm1's own address.
access_point() {
    local osm1_address
    osm1_address=$(row_of osm1 && echo "$address")
    if in_ns ctl curl -sk --max-time 2 -o /dev/null "https://$vip/ovd/admin/"; then echo "$vip"; else echo "$osm1_address"; fi
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
    second=$(session_manager_id "$(row_of osm2 && echo "$address")" "$state/osm2-admin-password")
    echo "osm1 $first, osm2 $second"
    [ -n "$first" ] && [ -n "$second" ] && [ "$first" != "$second" ] || exit 1
    printf 'session-manager-id: %s\nsession-manager-id: %s\n' "$first" "$second" >"$state/key.lsc"
}

do_install_key() {
    local at
    at=$(access_point)
    [ -s "$state/key.lsc" ] || do_osm_id >/dev/null
    admin_api "$at" certificate_add "[\"$(base64 -w0 "$state/key.lsc")\"]" | grep -qx '[^1].*' || true
}

do_maintenance() {
    local value=false
    [ "$1" = on ] && value=true
    admin_api "$(access_point)" settings_set "[{\"general.system_in_maintenance\":$value}]"
    echo
}

# The farm's verification sheet, short: the service answers, and every farm server is ready.
do_sheet() {
    local at
    at=$(access_point)
    wait_for 90 "every farm server is ready at $at" all_servers_ready "$at"
    in_ns client curl -sk --max-time 5 -X POST -d '' "https://$at/ovd/client/start" | tee /dev/stderr | grep -qv internal_error
}

do_sessions() {
    local at
    at=$(access_point)
    echo "sessions: $(admin_api "$at" sessions_list '[[]]')"
}
