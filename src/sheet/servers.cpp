// SPDX-License-Identifier: Apache-2.0
// What the Session Manager says of itself and of its farm servers.
#include "base/text.h"
#include "ovd/admin.h"
#include "sheet/kinds.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

std::optional<SheetLook> plan(const SheetCheck& check, const SheetContext& context, Status& wrong) {
    if (context.admin_user.empty())
        wrong = fail(ErrorKind::farm, "The farm file has no user for the Administration Console.",
            "Write [admin] user and password there, or take this check out.", check.where);
    return SheetLook{"active", curl_command(overview_calls().size()),
        admin_input(context.admin_user, overview_calls(), static_cast<int>(check.timeout.count()))};
}

/// What is wrong with one server, or nothing.
std::string trouble_with(const AdminServer& server, const SheetContext& context) {
    if (!server.registered) return server.name + " is not registered";
    if (server.status != "ready") return fmt::format("{} is {}", server.name, server.status);
    return stale(server, context.changed);
}

Judged judge(const SheetCheck&, const SheetContext& context, const ReadResult& result) {
    const auto answers = admin_answers(result, overview_calls());
    if (!answers) return {false, answers.error().message, answers.error().hint, {}};
    const auto overview = admin_overview(*answers);
    if (!overview) return {false, overview.error().message, overview.error().hint, {}};
    Judged judged;
    judged.values["OVD version"] = {overview->version, Compare::exactly};
    judged.values["maintenance"] = {overview->maintenance ? "on" : "off", Compare::exactly};
    judged.values["servers"] = {std::to_string(overview->servers.size()), Compare::exactly};
    std::vector<std::string> names;
    std::vector<std::string> locked;
    std::vector<std::string> troubles;
    for (const auto& server : overview->servers) {
        names.push_back(server.name);
        if (server.locked) locked.push_back(server.name);
        if (auto trouble = trouble_with(server, context); !trouble.empty()) {
            troubles.push_back(std::move(trouble));
            judged.troubled.insert(server.name);
        }
    }
    std::ranges::sort(names);
    std::ranges::sort(locked);
    judged.values["locked"] = {locked.empty() ? "none" : join(locked, " "), Compare::exactly};
    judged.values["names"] = {join(names, " "), Compare::never};
    // A server that was there the first time and is not in the list at all.
    if (const auto known = context.known.find("names"); known != context.known.end())
        for (const auto& name : split(known->second, ' '))
            if (std::ranges::find(names, name) == names.end()) {
                troubles.push_back(name + " is gone from the list");
                judged.troubled.insert(name);
            }
    judged.good = troubles.empty();
    judged.says = judged.good ? fmt::format("{} servers ready, OVD {}, maintenance {}",
                                    overview->servers.size(), overview->version,
                                    overview->maintenance ? "on" : "off")
                              : join(troubles, "; ");
    judged.hint =
        "Administration Console, Servers. On that server: systemctl status ovd-slaveserver";
    return judged;
}

} // namespace

const SheetKind servers_kind{
    "servers", "every farm server is registered, ready and heard from", plan, judge};

} // namespace ovd
