s/mariadb-server, mariadb-client/mysql-server, mysql-client/
s/systemctl start mariadb/systemctl start mysql/
