<?php
// Slave servers: known by source address, called back on port 1112, marked broken when they refuse [U].

class Slaves {
    private Database $db;
    private Settings $settings;

    public function __construct(Database $db, Settings $settings) {
        $this->db = $db;
        $this->settings = $settings;
    }

    // Reverse DNS first, then the address itself, against servers.fqdn [U].
    public function bySource(string $address): ?array {
        $name = @gethostbyaddr($address);
        $found = null;
        if ($name !== false && $name !== $address)
            $found = $this->db->one('SELECT * FROM {servers} WHERE fqdn=?', [$name]);
        return $found ?? $this->db->one('SELECT * FROM {servers} WHERE fqdn=?', [$address]);
    }

    // Whoever asks for its name from an unknown address becomes a server record: why /server/name must
    // never be used as a probe [U].
    public function create(string $address): array {
        $name = @gethostbyaddr($address);
        if ($name === false || gethostbyname($name) !== $address)
            $name = $address;
        $this->db->query('INSERT INTO {servers} (fqdn, external_name, status, registered, locked, type, version, timestamp)
            VALUES (?,?,?,0,1,?,?,?)', [$name, $name, 'pending', 'linux', '', time()]);
        return $this->db->one('SELECT * FROM {servers} WHERE fqdn=?', [$name]);
    }

    public function set(array $server, array $fields): void {
        $sql = implode(', ', array_map(fn($key) => "`$key`=?", array_keys($fields)));
        $this->db->query("UPDATE {servers} SET $sql WHERE id=?", [...array_values($fields), $server['id']]);
    }

    // A slave that refuses or cannot be reached becomes "broken" and its session rows are deleted: the
    // reason for maintenance mode AND zero sessions before the virtual IP goes up [U].
    public function call(array $server, string $path): ?string {
        $curl = curl_init("http://{$server['fqdn']}:1112$path");
        curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_CONNECTTIMEOUT => 2,
            CURLOPT_TIMEOUT => 5, CURLOPT_PROXY => '']);
        $body = curl_exec($curl);
        $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        curl_close($curl);
        if ($body !== false && $status === 200)
            return $body;
        error_log("ovd: server {$server['fqdn']} answered " . ($status ?: 'nothing') . " to $path, now broken");
        $this->set($server, ['status' => 'broken']);
        $this->db->query('DELETE FROM {sessions} WHERE server=?', [$server['id']]);
        return null;
    }

    // "ready" is believed only after the slave has given its configuration to this very address [U].
    public function ready(array $server): bool {
        $answer = $this->call($server, '/server/configuration');
        if ($answer === null)
            return false;
        $roles = preg_match_all('/<role name="(\w+)"/', $answer, $m) ? implode(',', $m[1]) : '';
        $fields = ['status' => 'ready', 'timestamp' => time(), 'roles' => $roles,
            'type' => xml_attribute($answer, 'configuration', 'type') ?? 'linux',
            'version' => xml_attribute($answer, 'configuration', 'version') ?? '',
            'cpu_nb_cores' => (int) xml_attribute($answer, 'configuration', 'cpu_nb'),
            'ram_total' => (int) xml_attribute($answer, 'configuration', 'ram')];
        $automatic = 'general.slave_server_settings.';
        if (!$server['registered'] && $this->settings->get($automatic . 'auto_register_new_servers')) {
            $fields['registered'] = 1;
            if ($this->settings->get($automatic . 'auto_switch_new_servers_to_production'))
                $fields['locked'] = 0;
        }
        $this->set($server, $fields);
        return true;
    }

    public function ended(array $server): void {
        $this->db->query('DELETE FROM {sessions} WHERE server=?', [$server['id']]);
    }
}
