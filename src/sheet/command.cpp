// SPDX-License-Identifier: Apache-2.0
#include "base/pattern.h"
#include "base/text.h"
#include "sheet/kinds.h"

#include <fmt/format.h>

namespace ovd {
namespace {

std::optional<SheetLook> plan(const SheetCheck& check, const SheetContext& context, Status& wrong) {
    return SheetLook{
        check.on, filled_text(check.target, Encoding::shell, context, check.where, wrong), {}};
}

Judged judge(const SheetCheck& check, const SheetContext&, const ReadResult& result) {
    Judged judged;
    const auto output = trim(result.output);
    if (check.record) judged.values["output"] = {output.substr(0, 300), Compare::exactly};
    judged.says = lines(output).empty() ? "" : lines(output).front().substr(0, 120);
    if (result.timed_out) {
        judged.says = fmt::format("no end within {} s", check.timeout.count());
        return judged;
    }
    if (result.status != check.exit) {
        judged.says = fmt::format("exit status {}: {}", result.status, tail(output, 300));
        return judged;
    }
    judged.good = found_in(output, check.expect);
    if (!judged.good)
        judged.says = fmt::format(
            "the output does not have \"{}\" in it: {}", check.expect, tail(output, 300));
    return judged;
}

} // namespace

const SheetKind command_kind{"command", "a command on a node that changes nothing", plan, judge};

} // namespace ovd
