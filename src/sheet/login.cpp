// SPDX-License-Identifier: Apache-2.0
// A real session: the test user logs in, sees it and ends it. The requests are data in the sheet.
#include "base/pattern.h"
#include "base/text.h"
#include "ovd/curl.h"
#include "sheet/kinds.h"

#include <fmt/format.h>

namespace ovd {
namespace {

std::optional<SheetLook> plan(const SheetCheck& check, const SheetContext& context, Status& wrong) {
    const auto base = filled_text(check.target, Encoding::raw, context, check.where, wrong);
    const auto tls = check.tls.empty() ? context.sheet.tls : check.tls;
    std::vector<HttpRequest> requests;
    for (const auto& each : check.requests) {
        auto& request = requests.emplace_back();
        request.url = base + filled_text(each.url, Encoding::raw, context, check.where, wrong);
        request.method = each.method;
        request.body = filled_body(each.body, context, check.where, wrong);
        request.type = each.type;
    }
    return SheetLook{check.on, curl_command(requests.size()),
        curl_input(requests, static_cast<int>(check.timeout.count()), tls == "verify")};
}

Judged judge(const SheetCheck& check, const SheetContext&, const ReadResult& result) {
    const auto answers = curl_answers(result);
    if (!answers) return {false, answers.error().message, answers.error().hint, {}};
    double seconds = 0;
    for (std::size_t i = 0; i < check.requests.size(); ++i) {
        const auto& request = check.requests[i];
        if (i >= answers->size())
            return {false, fmt::format("no answer to {}", request.url), "", {}};
        const auto& answer = (*answers)[i];
        seconds += answer.seconds;
        if (answer.status != 200 || !answer.trouble.empty() ||
            !found_in(answer.body, request.expect))
            return {false,
                fmt::format("{}: HTTP {}{} {}", request.url, answer.status,
                    answer.trouble.empty() ? "" : " " + answer.trouble + ",",
                    tail(trim(answer.body).substr(0, 160), 160)),
                "Log in with that user yourself. In Maintenance Mode nobody can.", {}};
    }
    return {true, fmt::format("logged in and out, {:.0f} ms", seconds * 1000), "",
        {{"ms", {fmt::format("{:.0f}", seconds * 1000), Compare::slow}}}};
}

} // namespace

const SheetKind login_kind{
    "login", "a session of the test user, begun, seen and ended", plan, judge};

} // namespace ovd
