<?php
// What slave servers see on port 1111: /server/name, /server/status, /server/monitoring [U].

require __DIR__ . '/../lib/all.php';

function refuse(int $id, string $message) {
    send_xml(xml('error', ['id' => $id, 'message' => $message]));
    exit;
}

try {
    $settings = new Settings();
    $db = new Database($settings);
} catch (Exception $e) {
    error_log('ovd: ' . $e->getMessage());
    send_xml(xml('error', ['id' => 0, 'message' => 'internal error']), 500);
    exit;
}

$slaves = new Slaves($db, $settings);
$body = (string) file_get_contents('php://input');
$server = $slaves->bySource($_SERVER['REMOTE_ADDR']);

switch ($_SERVER['OVD_CALL'] ?? $_SERVER['REDIRECT_OVD_CALL'] ?? '') {
case 'name':
    $server ??= $slaves->create($_SERVER['REMOTE_ADDR']);
    send_xml(xml('server', ['name' => $server['fqdn']]));
    break;

case 'status':
    // An empty body gets an answer too: 200 with an error element, so this call is a harmless probe [U].
    $name = xml_attribute($body, 'server', 'name');
    $status = xml_attribute($body, 'server', 'status');
    if ($name === null || $status === null)
        refuse(1, 'invalid document');
    if ($server === null || $server['fqdn'] !== $name)
        refuse(2, 'unknown server');
    if (!in_array($status, ['pending', 'ready', 'down', 'broken'], true))
        refuse(1, 'invalid status');
    if ($status === 'ready')
        $slaves->ready($server);
    else
        $slaves->set($server, ['status' => $status, 'timestamp' => time()]);
    if ($status === 'down')
        $slaves->ended($server);
    send_xml(xml('server', ['name' => $name, 'status' => $status]));
    break;

case 'monitoring':
    $name = xml_attribute($body, 'server', 'name');
    if ($name === null)
        refuse(1, 'invalid document');
    if ($server === null || $server['fqdn'] !== $name)
        refuse(2, 'unknown server');
    $slaves->set($server, ['timestamp' => time(), 'cpu_load' => (float) xml_attribute($body, 'cpu', 'load'),
        'ram_used' => (int) xml_attribute($body, 'ram', 'used')]);
    // auto_recover restores servers on their next post; it still has to reach them [U].
    if ($server['status'] === 'down'
        || $server['status'] === 'broken' && $settings->get('general.slave_server_settings.auto_recover'))
        $slaves->ready($server);
    send_xml(xml('server', ['name' => $name]));
    break;
}
