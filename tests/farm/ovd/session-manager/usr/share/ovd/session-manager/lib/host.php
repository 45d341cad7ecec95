<?php
// The Session Manager ID is unique to each host [G]; how the real one is derived is not known [?].
// Here it comes from the machine id, so it follows neither host name nor network card, and no API
// function returns it: the Subscription Plan page of the console is the only place to read it [G].

function session_manager_id(): string {
    $machine = trim((string) @file_get_contents('/etc/machine-id'));
    $hash = strtoupper(substr(hash('sha256', "session-manager-id:$machine"), 0, 16));
    return implode('-', str_split($hash, 4));
}

function admin_login_matches(?string $login, ?string $password): bool {
    return is_string($login) && is_string($password) && $login === SESSIONMANAGER_ADMIN_LOGIN
        && hash_equals(SESSIONMANAGER_ADMIN_PASSWORD, crypt($password, SESSIONMANAGER_ADMIN_PASSWORD));
}

function xml(string $name, array $attributes = [], string $inner = ''): string {
    $out = "<$name";
    foreach ($attributes as $key => $value)
        $out .= " $key=\"" . htmlspecialchars((string) $value, ENT_QUOTES | ENT_XML1) . '"';
    return $inner === '' ? "$out/>" : "$out>$inner</$name>";
}

function send_xml(string $body, int $status = 200): void {
    http_response_code($status);
    header('Content-Type: text/xml; charset=utf-8');
    echo '<?xml version="1.0" encoding="utf-8"?>', "\n", $body, "\n";
}

// One attribute of the first element of that name, without needing PHP's XML extension.
function xml_attribute(string $document, string $element, string $attribute): ?string {
    if (!preg_match("/<$element\\b[^>]*?\\b$attribute=\"([^\"]*)\"/", $document, $m))
        return null;
    return htmlspecialchars_decode($m[1], ENT_QUOTES | ENT_XML1);
}
