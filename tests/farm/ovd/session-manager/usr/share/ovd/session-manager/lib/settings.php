<?php
// The Session Manager's settings: one flat, dotted JSON file that holds overrides only.
// A key that is absent means its default, not "off" [I]. Without the file the service is not inited [U].

require '/etc/ovd/session-manager/config.inc.php';

class NotInited extends Exception {}
class SettingsUnreadable extends Exception {}

class Settings {
    // general.sql.host is absent on a local install: the default is localhost [U][I].
    const DEFAULTS = [
        'general.system_in_maintenance' => false,
        'general.encryption_key' => '',
        'general.sql.type' => 'mysql',
        'general.sql.host' => 'localhost',
        'general.sql.user' => '',
        'general.sql.password' => '',
        'general.sql.database' => 'ovd',
        'general.sql.prefix' => 'ovd_',
        'general.max_items_per_page' => 15,
        'general.default_language' => 'en_GB',
        'general.slave_server_settings.auto_recover' => true,
        'general.slave_server_settings.auto_register_new_servers' => false,
        'general.slave_server_settings.auto_switch_new_servers_to_production' => false,
        'general.session_settings_defaults.timeout' => 86400,
        'general.mails_settings.send_from' => '',
    ];

    private array $overrides;

    // Read afresh by every request: the file is moved away and put back while Apache runs [G].
    public function __construct() {
        clearstatcache();
        if (!file_exists(SESSIONMANAGER_CONFFILE_SERIALIZED))
            throw new NotInited('the configuration file does not exist');
        $text = @file_get_contents(SESSIONMANAGER_CONFFILE_SERIALIZED);
        $data = $text === false ? null : json_decode($text, true);
        if (!is_array($data))
            throw new SettingsUnreadable('the configuration file cannot be read as JSON');
        $this->overrides = $data;
    }

    public static function exists(): bool {
        clearstatcache();
        return file_exists(SESSIONMANAGER_CONFFILE_SERIALIZED);
    }

    public function get(string $key) {
        return $this->overrides[$key] ?? self::DEFAULTS[$key] ?? null;
    }

    // Integer 0/1 (Ulteo), booleans (Inuvika's client) and strings all occur in the file.
    public function maintenance(): bool {
        return in_array($this->get('general.system_in_maintenance'), [true, 1, '1'], true);
    }

    // settings_get: nested, a leaf carries "value" [I]. The SQL password and the key are never shown.
    public function nested(): array {
        $out = [];
        foreach (array_keys(self::DEFAULTS) as $key) {
            if (in_array($key, ['general.sql.password', 'general.encryption_key'], true))
                continue;
            $at = &$out;
            foreach (explode('.', $key) as $part)
                $at = &$at[$part];
            $value = $key === 'general.system_in_maintenance' ? $this->maintenance() : $this->get($key);
            $at = ['value' => $value, 'default' => self::DEFAULTS[$key]];
            unset($at);
        }
        return $out;
    }

    // settings_set: flat dotted keys only, as later Inuvika clients send them [I]; the nested map of old
    // clients is refused. With the file moved away it writes a fresh default one, which is the trap of
    // using the console during Chapter III [U].
    public static function set(array $changes): bool {
        $all = self::exists() ? (new Settings())->overrides : [];
        foreach ($changes as $key => $value) {
            if (!is_string($key) || !array_key_exists($key, self::DEFAULTS) || is_array($value))
                return false;
            if (is_bool(self::DEFAULTS[$key]))
                $value = in_array($value, [true, 1, '1'], true);
            if ($value === self::DEFAULTS[$key])
                unset($all[$key]);
            else
                $all[$key] = $value;
        }
        return self::write($all);
    }

    // The application removes and rewrites the file: a new inode each time, no rename [U].
    public static function write(array $all): bool {
        $path = SESSIONMANAGER_CONFFILE_SERIALIZED;
        @unlink($path);
        $old = umask(0007);
        $done = @file_put_contents($path, json_encode((object) $all, JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE) . "\n");
        umask($old);
        @chmod($path, 0660);
        return $done !== false;
    }
}
