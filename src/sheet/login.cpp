// SPDX-License-Identifier: Apache-2.0
// A real session: the test user logs in, sees it and ends it. The requests are data in the sheet.
#include "base/pattern.h"
#include "base/text.h"
#include "ovd/curl.h"
#include "sheet/kinds.h"

#include <fmt/format.h>

namespace ovd {
namespace {

/// The body with the password in its place: curl's configuration takes it from stdin.
void add_body(Content& input, const Content& body) {
    input.add_text("data-raw = \"");
    for (auto part : body.parts()) {
        part.encoding = Encoding::mycnf;
        input.add(std::move(part));
    }
    input.add_text("\"\n");
}

std::optional<Look> plan(const SheetCheck& check, const SheetContext& context, Done& wrong) {
    const auto base = filled_text(check.target, Encoding::raw, context, check.where, wrong);
    Look look{check.on, curl_command(), {}};
    for (const auto& each : check.requests) {
        HttpRequest request;
        request.url = base + filled_text(each.url, Encoding::raw, context, check.where, wrong);
        request.method = each.method;
        const auto input = curl_input({request}, static_cast<int>(check.timeout.count()),
            (check.tls.empty() ? context.sheet.tls : check.tls) == "verify");
        if (!look.input.empty()) look.input.add_text("next\n");
        for (const auto& part : input.parts())
            look.input.add(part);
        // The last of two wins: this one has the password in it.
        if (!each.body.empty())
            add_body(look.input, filled(each.body, context, check.where, wrong));
    }
    return look;
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
