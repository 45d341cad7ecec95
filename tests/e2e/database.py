"""The data: what dbmy was given is what osm1 had, character for character."""

from harness import check, figure, on

# Written to while the farm lives: what farm servers report, what users and OVD's cron do.
LIVING = {"ovd_servers", "ovd_sessions", "ovd_tokens", "ovd_certificates", "ovd_tasks"}
# Rows are only ever added to these; those of before stay as they are.
GROWING = {"ovd_servers_history", "ovd_sessions_history", "ovd_cron_runs", "ovd_actions"}
SCRATCH = "export_again"


def ask(node, sql, database=""):
    return on(node, f"mysql --default-character-set=utf8mb4 -N -r {database} <<'SQL'\n"
                    f"SET SESSION group_concat_max_len = 1 << 30;\n{sql}\nSQL")


def columns(node, database, table, more=""):
    return ask(node, f"SELECT column_name FROM information_schema.columns WHERE table_schema = '{database}' "
                     f"AND table_name = '{table}' {more} ORDER BY ordinal_position").split()


def content(node, database, tables, newest=None):
    """table -> (rows, hash of all of it). HEX shows each byte as it is stored, so no client's character set
    can hide a difference. `newest` leaves out rows that came later: table -> time."""
    found = {}
    for table in tables:
        row = ", '-', ".join(f"IFNULL(HEX(`{c}`), 'null')" for c in columns(node, database, table))
        since = f" WHERE {newest[table][0]} <= {newest[table][1]}" if newest else ""
        found[table] = ask(node, f"SELECT COUNT(*), SHA2(GROUP_CONCAT(line ORDER BY line), 256) FROM "
                                 f"(SELECT CONCAT({row}) AS line FROM {database}.{table}{since}) AS t").split()
    return found


def compare(name, one, other):
    wrong = [f"{table}: {one[table]} and {other.get(table)}" for table in one if one[table] != other.get(table)]
    check(f"{name} ({len(one)} tables)", one and not wrong, f"{wrong[:5]}")


def rare_characters(node, database, tables):
    """Characters of four bytes, by table and column, as they are stored: F0..F4 begins one."""
    found = {}
    for table in tables:
        for column in columns(node, database, table, "AND character_set_name IS NOT NULL"):
            rows = ask(node, f"SELECT COUNT(*), SHA2(GROUP_CONCAT(HEX(`{column}`) ORDER BY HEX(`{column}`)), 256) "
                             f"FROM {database}.{table} WHERE HEX(`{column}`) REGEXP '^(..)*F[0-4]'").split()
            if rows and rows[0] != "0":
                found[f"{table}.{column}"] = rows
    return found


def check_database(plan):
    """The file that was imported is loaded once more on osm1, under another name, beside the old database
    itself. Both are compared with each other and, as far as OVD has not written since, with dbmy."""
    name = plan["database"]["name"]
    on("osm1", "systemctl start mysql || systemctl start mariadb")
    try:
        loaded = on("osm1", f"""set -e
            mysql -e 'DROP DATABASE IF EXISTS {SCRATCH}; CREATE DATABASE {SCRATCH}'
            sed -E '/^(CREATE DATABASE|USE )/d' /root/session-manager-database.sql |
                mysql --default-character-set=utf8mb4 {SCRATCH}
            echo loaded""")
        if not check("the export can be loaded again", loaded.endswith("loaded"), loaded[-300:]):
            return
        tables = ask("osm1", f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{SCRATCH}'").split()
        there = ask("dbmy", f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{name}'").split()
        check("all tables are on dbmy", len(tables) >= 12 and sorted(tables) == sorted(there),
              f"{sorted(set(tables) ^ set(there))}")
        exported = content("osm1", SCRATCH, tables)
        compare("the export holds what osm1's own database holds", exported, content("osm1", name, tables))
        still = [t for t in tables if t not in LIVING | GROWING]
        compare("what OVD does not write to is the same on dbmy", {t: exported[t] for t in still},
                content("dbmy", name, still))
        compare_growing(name, [t for t in tables if t in GROWING])
        rows = sum(int(e[0]) for e in exported.values())
        check("that was a few thousand rows", rows > 2000, f"{rows}")
        here, now = rare_characters("osm1", SCRATCH, still), rare_characters("dbmy", name, still)
        check("characters of four bytes are what they were", here and here == now, f"{here} {now}")
        figure(f"{rows} rows in {len(tables)} tables; characters of four bytes in {sorted(here)}")
    finally:
        on("osm1", f"mysql -e 'DROP DATABASE IF EXISTS {SCRATCH}'; systemctl stop mysql; systemctl stop mariadb.socket mariadb")


def compare_growing(name, tables):
    """Rows up to the newest that was exported."""
    newest = {}
    for table in tables:
        key = "stop_stamp" if table == "ovd_sessions_history" else "id"
        last = ask("osm1", f"SELECT MAX({key}) FROM {SCRATCH}.{table}")
        if last and last != "NULL":
            newest[table] = (key, last)
    compare("where OVD only adds rows, all rows of then are on dbmy", content("osm1", SCRATCH, newest, newest),
            content("dbmy", name, newest, newest))
