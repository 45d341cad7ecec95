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

Result<MaybeProbe> probe(const Context& context, const Fields& fields) {
    auto unit = filled_word(context, fields, "service");
    if (!unit) return tl::unexpected(unit.error());
    const auto name = shell_quote(*unit);
    std::vector<std::string> looks;
    if (fields.has("enabled"))
        looks.push_back(
            fields.flag("enabled", true)
                ? fmt::format("systemctl is-enabled --quiet {} || exit 1", name)
                : fmt::format("! systemctl is-enabled --quiet {} 2>/dev/null || exit 1", name));
    if (fields.has("running"))
        looks.push_back(fields.flag("running", true)
                            ? fmt::format("systemctl is-active --quiet {} || exit 1", name)
                            : fmt::format("! systemctl is-active --quiet {} || exit 1", name));
    return Probe{join(looks, "\n"), {}};
}

} // namespace

const ActionKind service_action{
    "service", "starts, stops, enables or disables a systemd unit", rules, plan, probe};

} // namespace ovd
