<?php
// The functions of the administration API that Inuvika's own client uses [I]; shapes from Ulteo [U].

class Admin {
    const FUNCTIONS = ['settings_get', 'getInitialConfiguration', 'servers_list', 'sessions_list', 'session_kill',
        'organization_select', 'organizations_list', 'server_switch_maintenance', 'server_register',
        'certificate_add', 'certificates_list', 'certificates_limits'];

    private Settings $settings;
    private Database $db;
    private Slaves $slaves;
    private Sessions $sessions;

    public function __construct(Settings $settings, Database $db) {
        $this->settings = $settings;
        $this->db = $db;
        $this->slaves = new Slaves($db, $settings);
        $this->sessions = new Sessions($db, $this->slaves);
    }

    public static function settingsSet(array $args): bool {
        if (count($args) !== 1 || !is_array($args[0]))
            throw new InvalidArgumentException('settings_set takes one map');
        $done = Settings::set($args[0]);
        error_log('ovd: settings_set ' . implode(' ', array_keys($args[0])) . ($done ? '' : ' refused'));
        return $done;
    }

    public function settings_get(): array {
        return $this->settings->nested();
    }

    // Maintenance is 0/1 here and a boolean in settings_get: both kinds occur, clients compare loosely.
    public function getInitialConfiguration(): array {
        return ['version' => '3.4.0', 'system_inited' => true,
            'system_in_maintenance' => $this->settings->maintenance() ? 1 : 0,
            'settings_last_backup' => filemtime(SESSIONMANAGER_CONFFILE_SERIALIZED),
            'UserDB' => 'sql', 'UserGroupDB' => 'sql', 'ApplicationDB' => 'sql', 'policy' => [], 'premium' => true];
    }

    // On a farm with several organizations a caller that has not selected the global scope sees the
    // default organization only: servers are shared, so the list is empty [D from I].
    private function scope(): ?int {
        if (!empty($_SESSION['global']) || $this->db->value('SELECT COUNT(*) FROM {organizations}') < 2)
            return null;
        return $_SESSION['organization'] ?? 1;
    }

    public function organization_select(?int $id, bool $global = false): bool {
        if ($id !== null && $this->db->value('SELECT id FROM {organizations} WHERE id=?', [$id]) === null)
            return false;
        $_SESSION['global'] = $global;
        $_SESSION['organization'] = $id;
        return true;
    }

    public function organizations_list(): array {
        return array_column($this->db->query('SELECT id, name FROM {organizations}'), null, 'id');
    }

    public function servers_list(?string $filter = null, bool $unused = false, array $options = []): array {
        $filters = [
            '' => 'registered=1',
            'unregistered' => 'registered=0',
            'online' => "registered=1 AND status='ready'",
            'role_aps' => "registered=1 AND roles LIKE '%ApplicationServer%'",
        ];
        $where = $filters[$filter ?? ''] ?? null;
        if ($where === null || $filter === '')
            throw new InvalidArgumentException("unknown filter $filter");
        $scope = $this->scope();
        $out = [];
        foreach ($this->db->query("SELECT * FROM {servers} WHERE $where ORDER BY id") as $row) {
            if ($scope !== null && (int) $row['organization'] !== $scope)
                continue;
            $item = ['id' => (string) $row['id'], 'fqdn' => $row['fqdn'], 'external_name' => $row['external_name'],
                'status' => $row['status'], 'registered' => (bool) $row['registered'], 'locked' => (bool) $row['locked'],
                'type' => $row['type'], 'version' => $row['version'], 'timestamp' => (int) $row['timestamp'],
                'cpu_nb_cores' => (int) $row['cpu_nb_cores'], 'cpu_load' => (float) $row['cpu_load'],
                'ram_total' => (int) $row['ram_total'], 'ram_used' => (int) $row['ram_used'],
                'roles' => array_fill_keys(array_filter(explode(',', $row['roles'])), true)];
            if (!$row['registered'])
                $item['can_register'] = $row['status'] === 'ready';
            $out[$row['id']] = $item;
        }
        return $out;
    }

    // Paged: a full first page is not a count, an empty one proves that there is none [U].
    public function sessions_list(?array $options = []): array {
        $limit = (int) $this->settings->get('general.max_items_per_page');
        $start = max(0, (int) ($options['start'] ?? $options['offset'] ?? 0));
        $scope = $this->scope();
        $where = $scope === null ? '1=1' : 'organization=' . (int) $scope;
        $out = [];
        foreach ($this->db->query("SELECT * FROM {sessions} WHERE $where ORDER BY start_time, id LIMIT $start, $limit") as $row)
            $out[$row['id']] = ['id' => $row['id'], 'status' => $row['status'], 'mode' => $row['mode'],
                'user_login' => $row['user_login'], 'user_displayname' => $row['user_displayname'],
                'servers' => json_decode($row['servers'], true), 'start_time' => (int) $row['start_time']];
        return $out;
    }

    public function session_kill(string $id): bool {
        $session = $this->sessions->byId($id);
        return $session !== null && $this->sessions->kill($session);
    }

    private function server(string $id): ?array {
        return $this->db->one('SELECT * FROM {servers} WHERE id=? OR fqdn=?', [$id, $id]);
    }

    // Out of maintenance only when it is registered and online [U].
    public function server_switch_maintenance(string $id, bool $maintenance): bool {
        $server = $this->server($id);
        if ($server === null || !$maintenance && (!$server['registered'] || $server['status'] !== 'ready'))
            return false;
        $this->slaves->set($server, ['locked' => $maintenance ? 1 : 0]);
        return true;
    }

    public function server_register(string $id): bool {
        $server = $this->server($id);
        if ($server === null || $server['status'] !== 'ready' || !$this->slaves->ready($server))
            return false;
        $this->slaves->set($server, ['registered' => 1, 'locked' => 1]);
        return true;
    }

    public function certificate_add(string $base64): int {
        return (new Keys($this->db))->add($base64);
    }

    public function certificates_list(): array {
        return (new Keys($this->db))->list();
    }

    public function certificates_limits(): array {
        return (new Keys($this->db))->limits();
    }
}
