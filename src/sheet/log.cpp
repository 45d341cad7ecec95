// SPDX-License-Identifier: Apache-2.0
// New lines of a log that mean trouble: those since the last sheet.
#include "base/text.h"
#include "sheet/kinds.h"

#include <fmt/format.h>

namespace ovd {
namespace {

constexpr std::string_view at_mark = "@@ovd-at ";

/// The target is a file, or unit:NAME for the journal of a systemd unit. Where it was read to is
/// kept with the node: an offset, or a time by that node's clock.
std::optional<SheetLook> plan(const SheetCheck& check, const SheetContext& context, Status& wrong) {
    const auto target = filled_text(check.target, Encoding::raw, context, check.where, wrong);
    const auto node = check.on == "active" || check.on.empty() ? context.active : check.on;
    const auto known = context.known.find("read to on " + node);
    const auto from = known == context.known.end() ? std::string() : known->second;
    const auto find = fmt::format("grep -E -- {} | tail -n 20", shell_quote(check.pattern));
    std::string command;
    if (target.starts_with("unit:"))
        command = fmt::format("now=$(date +%s)\n{}echo '{}'\"$now\"",
            from.empty() ? ""
                         : fmt::format("journalctl -q -o cat -u {} --since @{} | {}\n",
                               shell_quote(target.substr(5)), shell_quote(from), find),
            at_mark);
    else
        command = fmt::format("f={0}\n[ -r \"$f\" ] || {{ echo \"$f cannot be read\"; exit 3; }}\n"
                              "size=$(stat -Lc %s \"$f\")\n{1}echo '{2}'\"$size\"",
            shell_quote(target),
            from.empty()
                ? ""
                : fmt::format("from={}\n[ \"$size\" -ge \"$from\" ] || from=0\n"
                              "tail -c +$((from + 1)) \"$f\" | head -c $((size - from)) | {}\n",
                      shell_quote(from), find),
            at_mark);
    return SheetLook{node, command, {}};
}

Judged judge(const SheetCheck& check, const SheetContext& context, const ReadResult& result) {
    const auto at = result.output.rfind(at_mark);
    if (at == std::string::npos)
        return {false, tail(trim(result.output), 300), "Check that the log exists.", {}};
    Judged judged;
    const auto node = check.on == "active" || check.on.empty() ? context.active : check.on;
    judged.values["read to on " + node] = {
        trim(result.output.substr(at + at_mark.size())), Compare::never};
    const auto found = trim(result.output.substr(0, at));
    judged.good = found.empty();
    judged.says = judged.good ? "no new errors"
                              : fmt::format("{} new lines, the last: {}", lines(found).size(),
                                    tail(lines(found).back(), 200));
    judged.hint = "Read that log on " + node + ".";
    return judged;
}

} // namespace

const SheetKind log_kind{"log", "a log without new errors", plan, judge};

} // namespace ovd
