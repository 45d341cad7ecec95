// SPDX-License-Identifier: Apache-2.0
// What OVD's database says, asked by OVD's own PHP with OVD's own settings: it proves the way that
// the Session Manager itself takes.
#include "base/pattern.h"
#include "base/text.h"
#include "sheet/kinds.h"

#include <fmt/format.h>

namespace ovd {
namespace {

/// Reads the query, or tables to count (one a line, after the word count), from stdin. The
/// configuration is flat JSON of overrides; what is not in it has OVD's default. PHP 5.4 without
/// mysqlnd is enough.
constexpr std::string_view script = R"(php -r '
$c = json_decode((string) file_get_contents("/var/spool/ovd/session-manager/config"), true);
if (!is_array($c)) { fwrite(STDERR, "OVD has no configuration now\n"); exit(3); }
function g($c, $k, $d) {
  if (isset($c["general.sql.$k"])) return $c["general.sql.$k"];
  return isset($c["general"]["sql"][$k]) ? $c["general"]["sql"][$k] : $d;
}
function rows($db, $q) {
  $r = mysqli_query($db, $q);
  if (!$r) { fwrite(STDERR, mysqli_error($db) . "\n"); exit(5); }
  $all = array();
  while ($r !== true && ($row = mysqli_fetch_row($r))) $all[] = $row;
  return $all;
}
mysqli_report(MYSQLI_REPORT_OFF);
$db = mysqli_init();
mysqli_options($db, MYSQLI_OPT_CONNECT_TIMEOUT, 10);
if (!@mysqli_real_connect($db, g($c, "host", "localhost"), g($c, "user", ""), g($c, "password", ""), g($c, "database", "ovd"))) {
  fwrite(STDERR, mysqli_connect_error() . "\n"); exit(4); }
mysqli_set_charset($db, "utf8mb4");
$lines = explode("\n", rtrim(stream_get_contents(STDIN), "\n"));
if ($lines[0] !== "count") {
  foreach (rows($db, implode("\n", $lines)) as $row) echo implode("\t", $row), "\n";
  exit(0);
}
$tables = rows($db, "SHOW TABLES");
foreach (array_slice($lines, 1) as $name) {
  $n = "none";
  foreach ($tables as $t)
    if ($t[0] === $name || preg_match("/^[a-z0-9]+_" . $name . "$/", $t[0])) {
      $n = rows($db, "SELECT COUNT(*) FROM `" . $t[0] . "`");
      $n = $n[0][0];
      break;
    }
  echo $name, "\t", $n, "\n";
}
')";

std::optional<SheetLook> plan(const SheetCheck& check, const SheetContext& context, Status& wrong) {
    Content input;
    if (!check.count.empty())
        input.add_text("count\n" + join(check.count, "\n"));
    else
        input.add_text(filled_text(check.target, Encoding::raw, context, check.where, wrong));
    const auto first = split(trim(input.display()), ' ');
    if (check.count.empty() &&
        (first.empty() || !found_in(first.front(), "^(SELECT|select|SHOW|show)$")))
        wrong = fail(ErrorKind::farm, "A check may only read: SELECT or SHOW.",
            "Write sql = \"SELECT ...\"", check.where);
    return SheetLook{check.on.empty() ? "active" : check.on, std::string(script), std::move(input)};
}

Judged judge(const SheetCheck& check, const SheetContext&, const ReadResult& result) {
    const auto output = trim(result.output);
    if (result.status != 0)
        return {false, tail(output, 300),
            "Check that the database server runs and lets the Session Manager in.", {}};
    Judged judged;
    std::vector<std::string> missing;
    for (const auto& row : check.count.empty() ? std::vector<std::string>{} : lines(output)) {
        const auto words = split(row, '\t');
        // Sessions and what is known of servers come and go.
        const bool moves = words.front() == "sessions";
        if (words.size() != 2) continue;
        if (words[1] == "none")
            missing.push_back(words[0]);
        else
            judged.values[words[0]] = {words[1], moves ? Compare::never : Compare::exactly};
    }
    if (!missing.empty())
        return {false, "there is no table for " + join(missing, ", "),
            "List the tables with SHOW TABLES, and write those of this OVD under count.",
            std::move(judged.values)};
    if (check.record) judged.values["rows"] = {output.substr(0, 300), Compare::exactly};
    judged.good = found_in(output, check.expect);
    auto seen = output.substr(0, 160);
    for (auto& c : seen)
        c = c == '\n' ? ',' : c == '\t' ? ' ' : c;
    judged.says = judged.good
                      ? seen
                      : fmt::format("the rows do not have \"{}\" in them: {}", check.expect, seen);
    return judged;
}

} // namespace

const SheetKind sql_kind{"sql", "rows of OVD's database", plan, judge};

} // namespace ovd
