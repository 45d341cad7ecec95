// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

#include "ovd/admin.h"

#include <fmt/format.h>

namespace ovd {
namespace {

constexpr FieldRule rules[] = {
    {"admin", FieldType::text, true,
        "maintenance-on, maintenance-off, answers, no-sessions, servers-ready"},
    {"question", FieldType::text, true, "what is asked where the API cannot be used"},
    {"look", FieldType::text, false, "what to check before answering"},
    {"hook", FieldType::text, false, "the command of this name in farm.toml does it instead"},
    {"within", FieldType::number, false, "seconds to wait before a person is asked; 60"},
};

Result<Operations> plan(const Context& context, const Fields& fields) {
    AdminOp op;
    for (const auto& [key, into] : {std::pair{"admin", &op.what}, {"question", &op.ask.question},
             {"look", &op.ask.look}, {"hook", &op.ask.hook}}) {
        auto text = filled_word(context, fields, key);
        if (!text) return tl::unexpected(text.error());
        *into = *text;
    }
    op.within = Seconds{fields.number("within", 60)};
    const bool on = op.what == "maintenance-on";
    const bool changes = on || op.what == "maintenance-off";
    if (!changes && op.what != "answers" && op.what != "no-sessions" && op.what != "servers-ready")
        return fail(ErrorKind::steps,
            fmt::format("{} is nothing that can be asked of OVD.", op.what),
            "Write maintenance-on, maintenance-off, answers, no-sessions or servers-ready.",
            fields.where("admin"));
    const auto user = context.names.values.find("admin_user");
    if (user == context.names.values.end() || user->second.empty()) return Operations{op.ask};
    const auto calls = changes ? maintenance_calls(on) : overview_calls();
    (changes ? op.command : op.look) = curl_command(calls.size());
    op.input = admin_input(user->second, calls);
    return Operations{op};
}

} // namespace

const ActionKind admin_action{"admin",
    "asks the Session Manager's own API; a hook or a person where there is none", rules, plan,
    no_probe};

} // namespace ovd
