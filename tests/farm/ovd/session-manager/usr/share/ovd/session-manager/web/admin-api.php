<?php
// The REST/JSON administration API of OVD 3.1 and later: POST /ovd/service/admin/{function} [I].

require __DIR__ . '/../lib/all.php';
require __DIR__ . '/../lib/admin.php';

function reply($value, int $status = 200) {
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode($value, JSON_UNESCAPED_UNICODE);
    exit;
}

function fail(int $status, string $code, string $message) {
    if ($status === 401)
        header('WWW-Authenticate: Basic realm="OVD"');
    reply(['error' => ['code' => $code, 'message' => $message]], $status);
}

// For practice: answers of an API that is not well, named in a file. None of the real one is copied.
switch (trim((string) @file_get_contents('/usr/share/ovd-practice/admin-api-mode'))) {
case 'mfa':
    fail(401, 'auth_mfa_required', 'a second factor is needed');
case 'html':
    exit('<!doctype html><title>Maintenance page</title>');
case 'redirect':
    header('Location: https://sso.example.com/login', true, 302);
    exit;
case 'slow':
    sleep(8);
    break;
case 'cut':
    header('Content-Length: 9999');
    exit('{"version":"3.4');
}

// SOAP went with 3.1: the bare URL, the WSDL and GET get nothing [I].
$function = $_SERVER['OVD_CALL'] ?? $_SERVER['REDIRECT_OVD_CALL'] ?? '';
if ($_SERVER['REQUEST_METHOD'] !== 'POST')
    fail(405, 'method_not_allowed', 'only POST is served');

// Basic on the first call, the session cookie afterwards; credentials that are sent must be right [I].
session_name('OVDAdmin');
session_set_cookie_params(['path' => '/ovd/service/admin', 'secure' => true, 'httponly' => true]);
$given = isset($_SERVER['PHP_AUTH_USER']);
if ($given && !admin_login_matches($_SERVER['PHP_AUTH_USER'], $_SERVER['PHP_AUTH_PW'] ?? null))
    fail(401, 'not_authorized', 'You are not authorized to use this service');
if ($given || isset($_COOKIE['OVDAdmin']))
    session_start();
if (!$given && !isset($_SESSION['admin']))
    fail(401, 'not_authorized', 'You are not authorized to use this service');
$_SESSION['admin'] = SESSIONMANAGER_ADMIN_LOGIN;

$args = [];
$body = (string) file_get_contents('php://input');
if ($body !== '') {
    $data = json_decode($body, true);
    $type = strtolower(trim(explode(';', $_SERVER['CONTENT_TYPE'] ?? '')[0]));
    if ($type !== 'application/json' || !is_array($data) || !is_array($data['args'] ?? null) || array_values($data['args']) !== $data['args'])
        fail(400, 'bad_request', 'the body must be {"args":[...]} as application/json');
    $args = $data['args'];
}

try {
    // The one call that answers without a configuration file, and it does harm: see Settings::set [U].
    if ($function === 'settings_set')
        reply(Admin::settingsSet($args));
    $settings = new Settings();
    $admin = new Admin($settings, new Database($settings));
    if (!in_array($function, Admin::FUNCTIONS, true))
        fail(404, 'unknown_function', "no function \"$function\"");
    reply($admin->$function(...$args));
} catch (InvalidArgumentException | ArgumentCountError | TypeError $e) {
    error_log('ovd: ' . $e->getMessage());
    fail(400, 'bad_request', 'wrong arguments');
} catch (Exception $e) {
    error_log('ovd: ' . $e->getMessage());
    fail(500, 'internal_error', 'The service is not available');
}
