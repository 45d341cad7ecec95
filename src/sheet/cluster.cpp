// SPDX-License-Identifier: Apache-2.0
// Quorum, and the six resources where they belong. Before there is a cluster there is nothing to
// say; one that was set up and does not answer has failed.
#include "base/pattern.h"
#include "base/text.h"
#include "sheet/kinds.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace ovd {
namespace {

constexpr std::string_view script = R"(conf=/etc/corosync/corosync.conf
grep -qs 'cluster_name: *{}$' "$conf" || {{ echo "no cluster yet"; exit 0; }}
state=$(crm_mon -1 --output-as=xml --inactive 2>/dev/null || crm_mon --as-xml --inactive 2>/dev/null) ||
  {{ echo "Pacemaker does not answer"; exit 1; }}
echo "$state" | grep -q 'with_quorum="true"' || {{ echo "there is no quorum"; exit 1; }}
bad=0 at='' n=0 off='' gone='' there=0
for r in virtual_ip virtual_ip_src osm_cron httpd lsyncd lsyncd_cron; do
  echo "$state" | grep -q "<resource id=\"$r\"" || {{ gone="$gone $r"; continue; }}
  there=$((there + 1))
  ! crm_resource --resource $r --meta --get-parameter target-role 2>/dev/null | grep -qix stopped || {{ off="$off $r"; continue; }}
  n=$((n + 1))
  where=$(crm_resource --resource $r --locate 2>/dev/null | sed -n 's/.*is running on: *\([^ ]*\).*/\1/p' | tr '\n' ' ')
  case $where in
  '') echo "$r is not running"; bad=1 ;;
  *' '?*) echo "$r runs on $where"; bad=1 ;;
  *) [ -z "$at" ] || [ "$at" = "$where" ] || {{ echo "$r is on $where, others on $at"; bad=1; }}; at=$where ;;
  esac
done
echo "$state" | grep -q '<failure ' && {{ echo "an action has failed"; bad=1; }}
[ $bad -eq 0 ] && echo "quorate, $n resources on $at"
[ -z "$off" ] || echo "switched off:$off"
[ -z "$gone" ] || echo "not there:$gone"
echo "resources there: $there"
exit $bad)";

std::optional<SheetLook> plan(const SheetCheck& check, const SheetContext& context, Status& wrong) {
    const auto name = filled_text("{{ cluster_name }}", Encoding::raw, context, check.where, wrong);
    return SheetLook{check.on.empty() ? "active" : check.on, fmt::format(script, name), {}};
}

int number_in(const std::map<std::string, std::string>& known, const std::string& key) {
    const auto found = known.find(key);
    return found == known.end() ? 0 : std::atoi(found->second.c_str());
}

Judged judge(const SheetCheck&, const SheetContext& context, const ReadResult& result) {
    Judged judged;
    auto seen = trim(result.output);
    judged.good = result.status == 0;
    judged.hint = "ovd-failover diagnose shows more, and what would fix it.";
    // Somebody ordered it, the update for one: told as a difference, and by diagnose as a fault.
    const auto off = groups_in(seen, "switched off: ([^\n]*)");
    judged.values["switched off"] = {off.empty() ? "nothing" : off.front(), Compare::exactly};
    // Chapter VI makes one resource after the other; what was there once must stay.
    const int before = number_in(context.known, "resources");
    const auto count = groups_in(seen, "resources there: ([0-9]+)");
    const int now = count.empty() ? 0 : std::atoi(count.front().c_str());
    seen = trim(seen.substr(0, seen.rfind("resources there:")));
    judged.values["resources"] = {std::to_string(std::max(before, now)), Compare::never};
    if (judged.good && now < before) {
        judged.good = false;
        seen = fmt::format("there were {} resources, now there are {}: {}", before, now, seen);
    }
    for (auto& c : seen)
        if (c == '\n') c = ';';
    judged.says = tail(seen, 300);
    return judged;
}

} // namespace

const SheetKind cluster_kind{"cluster", "quorate, every resource in its one place", plan, judge};

} // namespace ovd
