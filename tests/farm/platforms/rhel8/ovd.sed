s/^Depends: apache2, php, libapache2-mod-php.*/Depends: httpd, php, mariadb-server, mariadb, cron, curl, openssl/
s/^Depends: apache2, php, .*/Depends: httpd, php/
s/www-data/apache/g
s,/var/log/apache2,/var/log/httpd,g
s,/etc/apache2/(sites|conf)-available/,/etc/httpd/conf.d/,g
s,/etc/ssl/(private|certs),/etc/pki/tls/\1,g
s,/run/mysqld/mysqld\.sock,/var/lib/mysql/mysql.sock,g
s/invoke-rc\.d apache2 restart/systemctl try-restart httpd/
s/invoke-rc\.d apache2 reload/systemctl try-reload-or-restart httpd/
s/a2(en|dis)(mod|site|conf) [^;|]*/: /
/php_admin_flag/d
