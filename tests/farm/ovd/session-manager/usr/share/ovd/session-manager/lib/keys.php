<?php
// Subscription keys. The format is the stand-in's own: "name: value" lines, one "session-manager-id:" line
// for each host the key is valid for. A key restricted to a list of IDs is the guide's [G]; list and
// limits have the fields known from Ulteo [U].

class Keys {
    private Database $db;

    public function __construct(Database $db) {
        $this->db = $db;
    }

    private static function parse(string $text): ?array {
        $ids = preg_match_all('/^session-manager-id:\s*([0-9A-F-]{19})\s*$/m', $text, $m) ? $m[1] : [];
        $field = fn($name, $default) => preg_match("/^$name:\\s*(.+?)\\s*$/m", $text, $m) ? $m[1] : $default;
        if ($ids === [])
            return null;
        return ['ids' => $ids, 'organization' => $field('organization', 'Practice'),
            'expiry' => strtotime($field('expires', '+1 year')) ?: 0,
            'concurrent_users' => (int) $field('concurrent-users', '100')];
    }

    // 1 is failure [I]: not a key, or a key that does not name this host.
    public function add(string $base64): int {
        $text = base64_decode($base64, true);
        $key = $text === false ? null : self::parse($text);
        if ($key === null || !in_array(session_manager_id(), $key['ids'], true))
            return 1;
        $known = $this->db->value('SELECT id FROM {certificates} WHERE digest=?', [hash('sha256', $text)]);
        if ($known === null)
            $this->db->query('INSERT INTO {certificates} (digest, content, start) VALUES (?,?,?)',
                [hash('sha256', $text), $text, time()]);
        return 0;
    }

    public function list(): array {
        $out = [];
        foreach ($this->db->query('SELECT id, content, start FROM {certificates} ORDER BY id') as $row) {
            $key = self::parse($row['content']);
            $expired = $key['expiry'] < time();
            $out[$row['id']] = ['id' => $row['id'], 'organization' => $key['organization'], 'owner' => 'practice',
                'email' => 'practice@example.invalid', 'start' => (int) $row['start'], 'expiry' => $key['expiry'],
                'type' => 'enterprise', 'concurrent_users' => $key['concurrent_users'], 'named_users' => 0,
                'valid' => !$expired && in_array(session_manager_id(), $key['ids'], true), 'expired' => $expired];
        }
        return $out;
    }

    public function limits(): array {
        $valid = array_filter($this->list(), fn($key) => $key['valid']);
        return ['global_validity' => $valid !== [], 'global_from' => $valid ? min(array_column($valid, 'start')) : null,
            'global_to' => $valid ? max(array_column($valid, 'expiry')) : null,
            'concurrent_users_max' => array_sum(array_column($valid, 'concurrent_users')),
            'concurrent_users_current' => (int) $this->db->value('SELECT COUNT(*) FROM {sessions}'),
            'named_users_max' => 0, 'named_users_current' => 0];
    }

    // Without any key it is a trial. With keys, one of them must name the host that answers: osm2 with
    // only osm1's key refuses every login, which is what Chapter II prevents [G].
    public function allowLogin(): bool {
        $all = $this->list();
        return $all === [] || array_filter($all, fn($key) => $key['valid']) !== [];
    }
}
