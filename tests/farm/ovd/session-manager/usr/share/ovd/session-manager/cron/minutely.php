<?php
// Every minute on the node that has the cron link. Exit 1 without a configuration file [U]. What it
// leaves behind in <prefix>cron_runs (the stand-in's own table) shows which node ran it, and when.

require __DIR__ . '/../lib/all.php';

$kind = basename($argv[0], '.php');
try {
    $settings = new Settings();
    $db = new Database($settings);
    $db->query('INSERT INTO {cron_runs} (kind, session_manager_id, host, timestamp) VALUES (?,?,?,?)',
        [$kind, session_manager_id(), gethostname(), time()]);
    if ($kind === 'hourly') {
        $db->query('DELETE FROM {cron_runs} WHERE timestamp < ?', [time() - 7 * 86400]);
        $db->query('DELETE FROM {tokens} WHERE valid_until < ?', [time()]);
        exit(0);
    }
    $slaves = new Slaves($db, $settings);
    (new Sessions($db, $slaves))->refresh();
    // A slave posts every 30 s; one that was silent for 60 is stale [U].
    $db->query("UPDATE {servers} SET status='down' WHERE status IN ('ready','pending') AND timestamp < ?", [time() - 60]);
    $db->query('INSERT INTO {servers_history} (fqdn, timestamp, cpu, ram, sessions)
        SELECT v.fqdn, ?, v.cpu_load, v.ram_used, (SELECT COUNT(*) FROM {sessions} s WHERE s.server=v.id)
        FROM {servers} v WHERE v.registered=1', [time()]);
} catch (Exception $e) {
    fwrite(STDERR, "$kind: {$e->getMessage()}\n");
    exit(1);
}
