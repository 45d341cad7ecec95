<?php
// The console asks the Session Manager of its configuration with the administrator's credentials; the
// Session Manager ID is on the Subscription Plan page only [G], so this page works it out beside the API.

require '/etc/ovd/administration-console/config.inc.php';

function page(string $title, string $body, int $status = 200) {
    http_response_code($status);
    header('Content-Type: text/html; charset=utf-8');
    echo "<!DOCTYPE html>\n<html><head><title>$title</title></head><body><h1>$title</h1>\n$body\n</body></html>\n";
    exit;
}

// Null when the Session Manager cannot be asked.
function ask(string $function, string $login, string $password): ?array {
    $curl = curl_init('https://' . SESSIONMANAGER_HOST . "/ovd/service/admin/$function");
    curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_POST => true, CURLOPT_POSTFIELDS => '',
        CURLOPT_TIMEOUT => 5, CURLOPT_SSL_VERIFYPEER => false, CURLOPT_SSL_VERIFYHOST => 0, CURLOPT_PROXY => '',
        CURLOPT_USERPWD => "$login:$password"]);
    $body = curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    curl_close($curl);
    return $body === false ? null : ['status' => $status, 'value' => json_decode($body, true)];
}

$path = rtrim(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/');
if (!in_array($path, ['/ovd/admin', '/ovd/admin/subscription'], true))
    page('Not found', '', 404);
if ($path === '/ovd/admin')
    page('OVD Administration Console', '<form method="post"><input name="admin_login">'
        . '<input name="admin_password" type="password"><input type="submit" value="Log in"></form>');

$answer = isset($_SERVER['PHP_AUTH_USER'])
    ? ask('certificates_list', $_SERVER['PHP_AUTH_USER'], $_SERVER['PHP_AUTH_PW'] ?? '') : ['status' => 401];
if ($answer === null || $answer['status'] >= 500)
    page('Service unavailable', 'The Session Manager does not answer.', 503);
if ($answer['status'] !== 200) {
    header('WWW-Authenticate: Basic realm="OVD Administration Console"');
    page('Not authorized', '', 401);
}
$body = '';
$library = '/usr/share/ovd/session-manager/lib/host.php';
// An external console shows the ID of its Session Manager in reality; the practice farm has none.
if (is_file($library)) {
    require $library;
    $body .= '<p>Session Manager ID: ' . session_manager_id() . "</p>\n";
}
foreach ($answer['value'] as $key)
    $body .= '<p>Key ' . htmlspecialchars("{$key['id']} ({$key['organization']}): " . ($key['valid'] ? 'valid' : 'not valid')) . "</p>\n";
page('Subscription Plan', $body);
