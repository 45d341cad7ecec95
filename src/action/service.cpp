// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

#include "base/text.h"

#include <fmt/format.h>

namespace ovd {
namespace {

constexpr FieldRule rules[] = {
    {"service", FieldType::text, true, "systemd unit"},
    {"running", FieldType::flag, false, "start or stop it"},
    {"enabled", FieldType::flag, false, "start it at boot, or not"},
};

Result<Operations> plan(const Context& context, const Fields& fields) {
    auto unit = filled_word(context, fields, "service");
    if (!unit) return tl::unexpected(unit.error());
    if (!fields.has("running") && !fields.has("enabled"))
        return fail(ErrorKind::steps, "A service needs running or enabled.",
            "Say which state the unit must have.", fields.where("service"));
    std::vector<std::string> commands;
    const auto name = shell_quote(*unit);
    if (fields.has("enabled"))
        commands.push_back(
            (fields.flag("enabled", true) ? "systemctl enable " : "systemctl disable ") + name);
    if (fields.has("running"))
        commands.push_back(
            (fields.flag("running", true) ? "systemctl start " : "systemctl stop ") + name);
    return Operations{RunOp{join(commands, " && "), {}}};
}

Result<Probes> probe(const Context& context, const Fields& fields) {
    auto unit = filled_word(context, fields, "service");
    if (!unit) return tl::unexpected(unit.error());
    UnitState state{*unit};
    if (fields.has("running")) state.running = fields.flag("running", true);
    if (fields.has("enabled")) state.enabled = fields.flag("enabled", true);
    return Probes{std::move(state)};
}

} // namespace

const ActionKind service_action{
    "service", "starts, stops, enables or disables a systemd unit", rules, plan, probe};

} // namespace ovd
