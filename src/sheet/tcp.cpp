// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "sheet/kinds.h"

#include <fmt/format.h>

namespace ovd {
namespace {

std::optional<SheetLook> plan(const SheetCheck& check, const SheetContext& context, Status& wrong) {
    const auto place = filled_text(check.target, Encoding::raw, context, check.where, wrong);
    const auto colon = place.rfind(':');
    if (colon == std::string::npos)
        wrong = fail(ErrorKind::farm, fmt::format("{} names no port.", place),
            "Write tcp = \"ADDRESS:PORT\"", check.where);
    // bash opens the connection by itself: nothing needs to be installed.
    const auto open = fmt::format("exec 3<>/dev/tcp/{}/{}", place.substr(0, colon),
        colon == std::string::npos ? "" : place.substr(colon + 1));
    return SheetLook{check.on,
        fmt::format("timeout {} bash -c {}", check.timeout.count(), shell_quote(open)), {}};
}

Judged judge(const SheetCheck& check, const SheetContext&, const ReadResult& result) {
    if (result.status == 0) return {true, "open", "", {}};
    const auto why = result.status == 124 ? "no answer" : "refused";
    return {false,
        fmt::format(
            "{} within {} s {}", why, check.timeout.count(), tail(trim(result.output), 200)),
        "Check that the service runs there, and firewalls in between.", {}};
}

} // namespace

const SheetKind tcp_kind{"tcp", "a port that takes connections", plan, judge};

} // namespace ovd
