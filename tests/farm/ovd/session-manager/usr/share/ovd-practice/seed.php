<?php
// The rows and settings of seed-production. Four-byte characters are in several columns on purpose: the
// guide's dump (--default-character-set=utf8) turns each of them into a question mark.

require '/usr/share/ovd/session-manager/lib/all.php';

const FOUR_BYTES = ['😀', '🚀', '𠮷', '𡈽', '🇨🇦', '👩‍💻', '𝄞', '🧪'];

function four(int $n): string {
    return FOUR_BYTES[$n % count(FOUR_BYTES)];
}

Settings::write([
    'general.sql.user' => 'ovd',
    'general.sql.password' => getenv('OVD_SQL_PASSWORD'),
    'general.encryption_key' => getenv('OVD_KEY'),
    'general.slave_server_settings.auto_register_new_servers' => true,
    'general.slave_server_settings.auto_switch_new_servers_to_production' => true,
    'general.mails_settings.send_from' => 'ovd@example.invalid',
]);
$db = new Database(new Settings());
if ((int) $db->value('SELECT COUNT(*) FROM {user}') > 0) {
    echo "the database has users already, its rows are kept\n";
    exit(0);
}

mt_srand(20240701);
$db->query('START TRANSACTION');
foreach (['Finance 🏦', 'Research 𠮷'] as $name)
    $db->query('INSERT INTO {organizations} (name) VALUES (?)', [$name]);

$alice = trim(file_get_contents('/etc/ovd-practice/alice-password'));
$db->query('INSERT INTO {user} (login, displayname, password, organization) VALUES (?,?,?,1)',
    ['alice', 'Alice Liddell 🐇', password_hash($alice, PASSWORD_BCRYPT)]);
// Nobody but the verification sheet logs in with this one: a user has one session at a time.
$db->query('INSERT INTO {user} (login, displayname, password, organization) VALUES (?,?,?,1)',
    ['sheet', 'Verification sheet', password_hash($alice, PASSWORD_BCRYPT)]);
$nobody = password_hash(base64_encode(random_bytes(24)), PASSWORD_BCRYPT);
for ($i = 1; $i <= 2000; $i++) {
    $login = sprintf('user%04d', $i);
    $db->query('INSERT INTO {user} (login, displayname, password, organization) VALUES (?,?,?,?)',
        [$login, "Benutzer Größe $i " . ($i % 7 ? '' : four($i)), $nobody, 1 + $i % 3]);
    $db->query('INSERT INTO {user_preferences} (login, `key`, container, value) VALUES (?,?,?,?)',
        [$login, 'general', 'session_settings_defaults', json_encode(['desktop_icons' => $i % 2, 'note' => four($i)], JSON_UNESCAPED_UNICODE)]);
    $db->query('INSERT INTO {liaison} (type, element, `group`) VALUES (?,?,?)', ['UsersGroup', $login, (string) (1 + $i % 40)]);
    $db->query('INSERT INTO {sessions_history} (id, user_login, server, start_stamp, stop_stamp, stop_why) VALUES (?,?,?,?,?,?)',
        [md5("history$i"), $login, 'oas', 1700000000 + $i * 600, 1700000000 + $i * 600 + mt_rand(60, 30000), 'ended']);
    $db->logAction($login, "logged in " . ($i % 11 ? '' : four($i)));
}
for ($i = 1; $i <= 40; $i++) {
    $db->query('INSERT INTO {usergroup} (name, description) VALUES (?,?)', ["Group $i " . four($i), "Größe und \"Ärger\" \\ 'quoted' $i"]);
    $db->query('INSERT INTO {usergroup_preferences} (group_id, `key`, container, value) VALUES (?,?,?,?)',
        [$i, 'general', 'session_settings_defaults', '{"persistent":1}']);
    $db->query('INSERT INTO {liaison} (type, element, `group`) VALUES (?,?,?)', ['UsersGroupApplicationsGroup', (string) $i, (string) (1 + $i % 9)]);
}
for ($i = 1; $i <= 300; $i++)
    $db->query('INSERT INTO {application} (name, description, type, executable_path) VALUES (?,?,?,?)',
        ["Application $i" . ($i % 5 ? '' : ' ' . four($i)), "計算 $i", $i % 3 ? 'windows' : 'linux',
            $i % 3 ? "C:\\Program Files\\App $i\\app.exe" : "/usr/bin/app-$i --file %f"]);
for ($i = 1; $i <= 9; $i++) {
    $db->query('INSERT INTO {gapplication} (name, description) VALUES (?,?)', ["Suite $i", four($i)]);
    $db->query('INSERT INTO {news} (title, content, timestamp) VALUES (?,?,?)',
        ["Maintenance $i " . four($i), "Line one\nline two; \t'quoted' 𡈽", 1710000000 + $i * 86400]);
    $db->query('INSERT INTO {scripts} (name, os, type, data) VALUES (?,?,?,?)', ["script $i", 'linux', 'bash', random_bytes(512)]);
    $db->query('INSERT INTO {network_folders} (id, status) VALUES (?,1)', [md5("folder$i")]);
    $db->query('INSERT INTO {shared_folder} (id, name) VALUES (?,?)', [md5("shared$i"), "Shared $i 📁"]);
    $db->query('INSERT INTO {tokens} (id, type, link_to, valid_until) VALUES (?,?,?,?)', [md5("token$i"), 'start', 'x', 2100000000]);
}
$db->query('INSERT INTO {servers_groups} (name, description) VALUES (?,?)', ['All servers', 'Every server 🖥']);
$db->query('COMMIT');
echo "rows are in place\n";
