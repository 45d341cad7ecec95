# shellcheck shell=sh
# Shared by the package's postinst and by seed-production: both run on a live node and in a chroot where
# no service runs while an image is built.

SOCKET=/run/mysqld/mysqld.sock
OWN_DATABASE_PID=

database_answers() {
    mariadb-admin --no-defaults --socket="$SOCKET" --connect-timeout=2 ping >/dev/null 2>&1
}

wait_database() { # SECONDS
    left=$(($1 * 5))
    until database_answers; do
        left=$((left - 1))
        if [ "$left" -le 0 ]; then
            echo "ovd: MariaDB does not answer on $SOCKET after $1 s" >&2
            return 1
        fi
        sleep 0.2
    done
}

database_start() {
    if database_answers; then return 0; fi
    if [ -d /run/systemd/system ]; then
        systemctl start mariadb
        wait_database 60
        return
    fi
    if [ -x /usr/libexec/mariadb-prepare-db-dir ]; then /usr/libexec/mariadb-prepare-db-dir; fi
    install -d -o mysql -g mysql -m 755 /run/mysqld
    mariadbd --user=mysql --skip-networking --socket="$SOCKET" --pid-file=/run/mysqld/mysqld.pid \
        --skip-log-error >/var/log/ovd/session-manager/mariadbd-build.log 2>&1 &
    OWN_DATABASE_PID=$!
    trap database_stop EXIT
    wait_database 60
}

# Only what database_start started itself, and cleanly, so that the image holds no crash recovery.
database_stop() {
    if [ -z "$OWN_DATABASE_PID" ]; then return 0; fi
    mariadb-admin --no-defaults --socket="$SOCKET" shutdown >/dev/null 2>&1 || kill "$OWN_DATABASE_PID" 2>/dev/null || true
    wait "$OWN_DATABASE_PID" 2>/dev/null || true
    OWN_DATABASE_PID=
    trap - EXIT
}

random_text() { # LENGTH
    LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom 2>/dev/null | head -c "$1"
}

# The password of that name: the one in /etc/ovd-practice if there is one, else a new one kept there.
practice_password() { # NAME
    install -d -m 700 /etc/ovd-practice
    if [ ! -s "/etc/ovd-practice/$1-password" ]; then
        (umask 077 && random_text 20 >"/etc/ovd-practice/$1-password")
    fi
    tr -d '\n' <"/etc/ovd-practice/$1-password"
}

# 0640 root:www-data, crypt sha512 as since OVD 2.6 [I].
write_config_inc() {
    hash=$(practice_password admin | openssl passwd -6 -stdin)
    old_umask=$(umask)
    umask 027
    cat >/etc/ovd/session-manager/config.inc.php.new <<PHP
<?php
define('SESSIONMANAGER_SPOOL', '/var/spool/ovd/session-manager');
define('SESSIONMANAGER_LOGS', '/var/log/ovd/session-manager');
define('SESSIONMANAGER_CONFFILE_SERIALIZED', SESSIONMANAGER_SPOOL . '/config');
define('SESSIONMANAGER_ADMIN_LOGIN', 'admin');
define('SESSIONMANAGER_ADMIN_PASSWORD', '$hash');
PHP
    umask "$old_umask"
    chown root:www-data /etc/ovd/session-manager/config.inc.php.new
    chmod 640 /etc/ovd/session-manager/config.inc.php.new
    mv /etc/ovd/session-manager/config.inc.php.new /etc/ovd/session-manager/config.inc.php
}
