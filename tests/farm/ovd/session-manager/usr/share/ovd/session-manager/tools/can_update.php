<?php
// Exit 0 in maintenance without sessions; 1 not on a command line; 2 settings unreadable; 3 in
// production; 4 sessions exist. Also 0 when preferences are not valid ("first install"): the file moved
// away or the database down, so 0 alone proves nothing [U, present in Inuvika: I].

if (PHP_SAPI !== 'cli') {
    echo "This script works on a command line only.\n";
    exit(1);
}
require __DIR__ . '/../lib/all.php';

try {
    $settings = new Settings();
} catch (NotInited $e) {
    exit(0);
} catch (Exception $e) {
    echo "Settings cannot be loaded.\n";
    exit(2);
}
try {
    $db = new Database($settings);
    $sessions = new Sessions($db, new Slaves($db, $settings));
    $count = $sessions->count();
} catch (DatabaseDown $e) {
    exit(0);
}
if (!$settings->maintenance()) {
    echo "The Session Manager is in production mode.\n";
    exit(3);
}
if ($count > 0) {
    echo "There are sessions on the farm.\n";
    exit(4);
}
exit(0);
