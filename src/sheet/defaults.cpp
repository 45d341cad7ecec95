// SPDX-License-Identifier: Apache-2.0
#include "sheet/defaults.h"

#include <fmt/format.h>

namespace ovd {
namespace {

constexpr std::string_view head =
    R"(# The verification sheet: what must be true whenever OVD is in service. `ovd-failover verify` goes
# through it, and so does `run` at every place where the guide wants it. What is seen the first time is
# the baseline; later looks tell what is different. `src/sheet/README.md` describes every kind of check.
# {{ service }} is the address at which users reach OVD now: osm1's own, or the VIP once there is one.

budget = 600        # seconds that all of it may take
tls    = "pin"      # certificates: verify, pin (the first that is seen must stay), any

# The service as its users see it. While something disruptive runs it is asked for ten times a second.
[watch]
url         = "https://{{ service }}/ovd/client/start"
method      = "POST"
up          = 'code="auth_failed"|<session|<html'
maintenance = 'code="in_maintenance"'

[[check]]
name = "The Administration Console answers"
http = "https://{{ service }}/ovd/admin/"

[[check]]
name   = "The service for users answers"
http   = "https://{{ service }}/ovd/client/start"
method = "POST"
status = [200]
expect = "<"

[[check]]
name = "HTTPS can be reached from here"
tcp  = "{{ service }}:443"

[[check]]
name = "The port for farm servers can be reached from here"
tcp  = "{{ service }}:1111"

[[check]]
name = "OVD reaches its database"
sql  = "SELECT 1"
expect = "^1$"

[[check]]
name  = "OVD's data is complete"
sql   = ""
count = ["user", "usergroup", "application", "servers", "organizations", "sessions"]

[[check]]
name    = "OVD's version"
command = "dpkg-query -W -f '${Version}\n' inuvika-ovd-session-manager 2>/dev/null || rpm -q --qf '%{VERSION}-%{RELEASE}\n' inuvika-ovd-session-manager"
on      = "active"
record  = true

[[check]]
name    = "OVD's settings are all there"
command = '''php -r '$c = json_decode(file_get_contents("/var/spool/ovd/session-manager/config"), true); if (!is_array($c)) exit(1); unset($c["general.system_in_maintenance"], $c["general.sql.host"]); echo count($c), "\n";' '''
on      = "active"
record  = true

[[check]]
name    = "OVD's cron job is in place"
command = "test -L /etc/cron.d/ovd-session-manager"
on      = "active"

[[check]]
name    = "There is room on the disk"
command = '''df -P / /var | awk 'NR > 1 && $5 + 0 > 90 {print $6, "is", $5, "full"; bad = 1} END {exit bad}' '''
on      = "active"

[[check]]
name    = "The cluster is well"
cluster = "settled"
within  = 30
)";

constexpr std::string_view admin = R"(
[[check]]
name    = "Every farm server is ready"
servers = "ready"
within  = 90
)";

// Requests and answers of OVD's client API, as far as they are public (the ancestor's, and those of
// the practice farm); the sheet is where a site writes down its own.
constexpr std::string_view login = R"(
[[check]]
name     = "A user logs in and out"
login    = "https://{{ service }}/ovd/client"
requests = [
  { url = "/start", body = "login={{ test_user }}&password={{ secret test_password }}", expect = "<session|in_maintenance" },
  { url = "/logout" },
]
)";

constexpr std::string_view ask = R"(
[[check]]
name        = "A user can work"
ask         = "Log in as a user and open an application. Does it work?"
look        = "The page that your users use, through {{ service }}."
valid_hours = 8
)";

std::string for_server(const Server& server) {
    return fmt::format(R"(
[[check]]
name   = "The Session Manager reaches {0}"
http   = "http://{1}:1112/server/status"
on     = "active"
status = [200]
within = 30
)",
               server.name, server.address) +
           (server.by_hand || server.os != "linux" ? ""
                                                   : fmt::format(R"(
[[check]]
name = "{0} reaches the Session Manager"
tcp  = "{{{{ service }}}}:1111"
on   = "{0}"

[[check]]
name    = "OVD runs on {0}"
command = "systemctl is-active ovd-slaveserver"
on      = "{0}"
)",
                                                         server.name));
}

std::string for_log(const Farm& farm) {
    const auto* node = farm.node("osm1");
    const bool rhel = node != nullptr && node->platform.starts_with("rhel");
    return fmt::format(R"(
[[check]]
name    = "PHP does not break"
log     = "{}"
on      = "active"
pattern = "PHP (Fatal|Parse) error|segfault"
)",
        rhel ? "/var/log/httpd/error_log" : "/var/log/apache2/error.log");
}

} // namespace

std::string default_sheet(const Farm& farm) {
    auto text = std::string(head) + for_log(farm);
    if (!farm.admin_user.empty()) text += admin;
    text += farm.test_user.empty() ? ask : login;
    for (const auto& server : farm.servers)
        if (server.role != "ac") text += for_server(server);
    return text;
}

} // namespace ovd
