<?php
// mysqli only, a new connection for each request, the settings of the file as they are now [U].

class DatabaseDown extends Exception {}

class Database {
    private mysqli $link;
    private string $prefix;

    public function __construct(Settings $settings) {
        mysqli_report(MYSQLI_REPORT_OFF);
        $this->prefix = $settings->get('general.sql.prefix');
        $this->link = mysqli_init();
        $this->link->options(MYSQLI_OPT_CONNECT_TIMEOUT, 2);
        $ok = @$this->link->real_connect($settings->get('general.sql.host'), $settings->get('general.sql.user'),
            $settings->get('general.sql.password'), $settings->get('general.sql.database'));
        if (!$ok)
            throw new DatabaseDown('cannot connect to the database: ' . mysqli_connect_error());
        // Ulteo says utf8 here; 3.x keeps four-byte characters, which is what the guide's dump must carry.
        if (!$this->link->query('SET NAMES utf8mb4'))
            throw new DatabaseDown('SET NAMES was refused');
        // An empty schema (an import that failed half way) is no database either.
        if ($this->link->query('SELECT 1 FROM `' . $this->prefix . 'servers` LIMIT 1') === false)
            throw new DatabaseDown('the tables are missing');
    }

    // {name} stands for a table with its prefix, ? for a bound value.
    public function query(string $sql, array $values = []) {
        $sql = preg_replace('/\{(\w+)\}/', '`' . $this->prefix . '$1`', $sql);
        // Transactions cannot be prepared everywhere.
        if (preg_match('/^(START|COMMIT|ROLLBACK)\b/', $sql))
            return $this->link->query($sql);
        $statement = $this->link->prepare($sql);
        if ($statement === false)
            throw new DatabaseDown('the statement was refused: ' . $this->link->error);
        // Bound one by one, as text: PHP before 8.1 takes no list in execute().
        $values = array_values($values);
        if ($values)
            $statement->bind_param(str_repeat('s', count($values)), ...$values);
        if (!$statement->execute())
            throw new DatabaseDown('the statement failed: ' . $statement->error);
        $result = $statement->get_result();
        return $result === false ? $statement->affected_rows : $result->fetch_all(MYSQLI_ASSOC);
    }

    public function one(string $sql, array $values = []): ?array {
        return $this->query($sql, $values)[0] ?? null;
    }

    public function value(string $sql, array $values = []) {
        $row = $this->one($sql, $values);
        return $row === null ? null : reset($row);
    }

    public function logAction(string $who, string $what): void {
        $this->query('INSERT INTO {actions} (timestamp, who, where_from, what) VALUES (?,?,?,?)',
            [time(), $who, $_SERVER['REMOTE_ADDR'] ?? 'cli', $what]);
    }
}
