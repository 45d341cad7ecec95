<?php
// What users' clients see: POST /ovd/client/start, GET /ovd/client/session, POST /ovd/client/logout.
// The answers of "start" with an empty body are Ulteo's [U]; "session" is the stand-in's own, so that a
// check can say whether a user's session outlived a failover.

require __DIR__ . '/../lib/all.php';

function answer(string $code) {
    send_xml(xml('response', ['code' => $code]));
    exit;
}

try {
    $settings = new Settings();
    $db = new Database($settings);
    $call = $_SERVER['OVD_CALL'] ?? $_SERVER['REDIRECT_OVD_CALL'] ?? '';
    $slaves = new Slaves($db, $settings);
    $sessions = new Sessions($db, $slaves);
    // PHP's default files handler: what lsyncd copies out of /var/lib/php/sessions [G].
    session_set_cookie_params(['path' => '/ovd/client', 'secure' => true, 'httponly' => true]);

    if ($call === 'session' || $call === 'logout') {
        if (isset($_COOKIE[session_name()]))
            session_start();
        $mine = isset($_SESSION['session_id']) ? $sessions->byId($_SESSION['session_id']) : null;
        if ($mine === null || $mine['user_login'] !== $_SESSION['user']) {
            send_xml(xml('response', ['code' => 'auth_failed']), 401);
            exit;
        }
        if ($call === 'logout') {
            $sessions->kill($mine);
            session_destroy();
        }
        send_xml(xml('session', ['id' => $mine['id'], 'user' => $mine['user_login'], 'status' => $mine['status']]));
        exit;
    }

    if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
        http_response_code(405);
        exit;
    }
    if ($settings->maintenance())
        answer('in_maintenance');
    $body = (string) file_get_contents('php://input');
    $login = $_POST['login'] ?? xml_attribute($body, 'user', 'login');
    $password = $_POST['password'] ?? xml_attribute($body, 'user', 'password');
    $user = is_string($login) && $login !== '' ? $db->one('SELECT * FROM {user} WHERE login=?', [$login]) : null;
    if ($user === null || !password_verify((string) $password, $user['password']))
        answer('auth_failed');
    if (!(new Keys($db))->allowLogin())
        answer('internal_error');
    $old = $sessions->byUser($user['login']);
    if ($old !== null && $old['status'] !== 'disconnected')
        answer('user_with_active_session');
    $session = $old ?? $sessions->create($user);
    if ($session === null)
        answer('internal_error');
    session_start();
    session_regenerate_id(true);
    $_SESSION['user'] = $user['login'];
    $_SESSION['session_id'] = $session['id'];
    send_xml(xml('session', ['id' => $session['id'], 'mode' => $session['mode'], 'user' => $user['login']],
        xml('user', ['login' => $user['login'], 'displayName' => $user['displayname']])));
} catch (Exception $e) {
    error_log('ovd: ' . $e->getMessage());
    answer('internal_error');
}
