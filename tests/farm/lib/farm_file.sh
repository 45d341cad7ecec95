# shellcheck shell=bash disable=SC2154
# Writes what the wizard is given: farm.toml and an answers file.

write_farm_file() {
    local role me="'$here/scripts/practice-farm' --state $state" snat='' row outside=''
    [ "$(platform_of osm1)" != debian12 ] || outside="allow_outside_guide = true      # Debian is outside the guide's list"
    for row in "${servers[@]}"; do
        read -r _ _ _ server_address _ <<<"$row"
        snat="$snat${snat:+, }\"$server_address/32\""
    done
    {
        cat <<EOF
# The practice farm's own farm file, made when the farm was.
[farm]
name = "practice"
domain = "$domain"
$outside

[ssh]
identity = "$state/ssh/id_ed25519"
known_hosts = "$state/ssh/known_hosts"

[ovd_srv]
subnet = "$srv_subnet"
vip = "$vip"
access = "ip"
snat_to = [$snat]

[priv]
name = "priv"
subnet = "$priv_subnet"

[cluster]
name = "$cluster_name"
hacluster_password = { generate = true }

[database]
name = "$db_name"
user = "ovd"
existing = false
password = { generate = true }

[admin]
user = "admin"
password = { file = "$state/admin-password" }

[test_user]
user = "sheet"
password = { file = "$state/alice-password" }
EOF
        for row in "${nodes[@]}"; do
            role=${row%% *}
            row_of "$role"
            printf '\n[nodes.%s]\nhostname = "%s"\nssh = "root@%s"\nplatform = "%s"\nnic = "%s"\naddress = "%s"\npriv_nic = "%s"\npriv_address = "%s"\n' \
                "$role" "$name" "$address" "$(platform_of "$role")" "$nic" "$address" "$priv_nic" "$priv_address"
        done
        for row in "${servers[@]}"; do
            role=${row%% *}
            row_of "$role"
            printf '\n[[servers]]\nname = "%s"\nrole = "%s"\nos = "linux"\nssh = "root@%s"\naddress = "%s"\n' \
                "$name" "$kind" "$address" "$address"
        done
        cat <<EOF

[hooks]     # each does what a person would, so that the whole guide runs without questions
"priv-vlan" = "true"
"priv-routing" = "true"
"shutdown-osm1" = "$me shutdown osm1"
"add-nic-osm1" = "$me add-nic osm1"
"boot-osm1" = "$me power-on osm1"
"deploy-osm2" = "$me deploy osm2"
"osm-id" = "$me osm-id"
"request-key" = "$me request-key"
"install-key" = "$me install-key"
"update-backup" = "sleep 1"
"update-active" = "$me update active"
"update-passive" = "$me update passive"
EOF
    } >"$state/farm.toml"
    echo '# Answers to questions that no hook answers: step-id = "done"' >"$state/answers.toml"
}
