<?php
// OVD sessions: a row each in <prefix>sessions. Every row counts, of whatever state [U].

class Sessions {
    private Database $db;
    private Slaves $slaves;

    public function __construct(Database $db, Slaves $slaves) {
        $this->db = $db;
        $this->slaves = $slaves;
    }

    public function byUser(string $login): ?array {
        return $this->db->one('SELECT * FROM {sessions} WHERE user_login=?', [$login]);
    }

    public function byId(string $id): ?array {
        return $this->db->one('SELECT * FROM {sessions} WHERE id=?', [$id]);
    }

    public function count(): int {
        return (int) $this->db->value('SELECT COUNT(*) FROM {sessions}');
    }

    // A session needs a server that is ready, registered, out of maintenance and that takes the call.
    public function create(array $user): ?array {
        $id = bin2hex(random_bytes(16));
        $servers = $this->db->query("SELECT * FROM {servers} WHERE status='ready' AND registered=1 AND locked=0
            AND roles LIKE '%ApplicationServer%' ORDER BY RAND()");
        foreach ($servers as $server) {
            if ($this->slaves->call($server, "/session/create/$id") === null)
                continue;
            $this->db->query('INSERT INTO {sessions} (id, server, organization, mode, status, user_login,
                user_displayname, servers, start_time, timestamp) VALUES (?,?,?,?,?,?,?,?,?,?)',
                [$id, $server['id'], $user['organization'], 'desktop', 'logged', $user['login'],
                    $user['displayname'], json_encode([$server['fqdn']]), time(), time()]);
            $this->db->logAction($user['login'], "session $id started");
            return $this->byId($id);
        }
        return null;
    }

    public function kill(array $session): bool {
        $this->db->query("UPDATE {sessions} SET status='wait_destroy' WHERE id=?", [$session['id']]);
        $server = $this->db->one('SELECT * FROM {servers} WHERE id=?', [$session['server']]);
        if ($server !== null)
            $this->slaves->call($server, "/session/destroy/{$session['id']}");
        $this->db->query('DELETE FROM {sessions} WHERE id=?', [$session['id']]);
        $this->db->query('INSERT INTO {sessions_history} (id, user_login, server, start_stamp, stop_stamp, stop_why)
            VALUES (?,?,?,?,?,?)', [$session['id'], $session['user_login'], $server['fqdn'] ?? '',
            $session['start_time'], time(), 'ended']);
        return true;
    }

    // Minutely, as Ulteo's script: ask the server of each session; a refusal breaks server and sessions [U].
    public function refresh(): void {
        foreach ($this->db->query('SELECT s.id AS session, v.* FROM {sessions} s JOIN {servers} v ON v.id=s.server') as $row) {
            if ($this->slaves->call($row, "/session/status/{$row['session']}") !== null)
                $this->db->query('UPDATE {sessions} SET timestamp=? WHERE id=?', [time(), $row['session']]);
        }
    }
}
