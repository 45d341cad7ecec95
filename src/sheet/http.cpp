// SPDX-License-Identifier: Apache-2.0
// An answer over HTTP: status, text, a place in JSON, and the certificate.
#include "base/json.h"
#include "base/pattern.h"
#include "base/text.h"
#include "ovd/curl.h"
#include "sheet/kinds.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ovd {
namespace {

constexpr std::string_view pin_mark = "@@ovd-key ";

std::string tls_of(const SheetCheck& check, const SheetContext& context) {
    return check.tls.empty() ? context.sheet.tls : check.tls;
}

/// HOST:PORT of an https URL.
std::string place_of(const std::string& url) {
    auto rest = url.substr(std::string_view("https://").size());
    rest = rest.substr(0, rest.find('/'));
    return rest.find(':') == std::string::npos ? rest + ":443" : rest;
}

/// Prints a digest of the server's public key, as curl's --pinnedpubkey counts it.
std::string key_command(const std::string& place) {
    return fmt::format("printf '{}%s\\n' \"$(openssl s_client -connect {} </dev/null 2>/dev/null | "
                       "openssl x509 -noout -pubkey 2>/dev/null | openssl pkey -pubin -outform der "
                       "2>/dev/null | openssl dgst -sha256 -binary | openssl base64)\"",
        pin_mark, shell_quote(place));
}

std::optional<SheetLook> plan(const SheetCheck& check, const SheetContext& context, Status& wrong) {
    HttpRequest request;
    request.url = filled_text(check.target, Encoding::raw, context, check.where, wrong);
    request.method = check.method;
    request.body = filled_body(check.body, context, check.where, wrong);
    request.type = check.type;
    const auto& user = check.user == "admin" ? context.admin_user : context.test_user;
    if (!check.user.empty()) {
        request.user.add_text(user + ":");
        request.user.add({Content::Source::secret, check.user + "_password", Encoding::raw});
    }
    const auto tls = tls_of(check, context);
    SheetLook look{check.on, curl_command(),
        curl_input({request}, static_cast<int>(check.timeout.count()), tls == "verify")};
    if (tls == "pin" && request.url.starts_with("https://"))
        look.command += "\n" + key_command(place_of(request.url));
    return look;
}

/// Takes the line with the certificate's key out of what was seen.
std::string take_key(ReadResult& result) {
    const auto at = result.output.rfind(pin_mark);
    if (at == std::string::npos) return {};
    const auto key = trim(result.output.substr(at + pin_mark.size()));
    result.output.resize(at);
    return key;
}

std::string wrong_body(const SheetCheck& check, const HttpAnswer& answer) {
    if (!found_in(answer.body, check.expect))
        return fmt::format("the answer does not have \"{}\" in it: {}", check.expect,
            tail(trim(answer.body).substr(0, 120), 120));
    if (check.pointer.empty()) return {};
    const auto json = parse_foreign_json(answer.body);
    if (json.is_discarded()) return "the answer is not JSON";
    const nlohmann::json::json_pointer pointer(check.pointer);
    if (!json.contains(pointer)) return fmt::format("there is nothing at {}", check.pointer);
    const auto& value = json[pointer];
    const auto text = value.is_string()
                          ? value.get<std::string>()
                          : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (check.equals.empty() || text == check.equals) return {};
    return fmt::format("{} is {}, not {}", check.pointer, text, check.equals);
}

Judged judge(const SheetCheck& check, const SheetContext& context, const ReadResult& seen) {
    auto result = seen;
    const auto key = take_key(result);
    const auto answers = curl_answers(result);
    if (!answers) return {false, answers.error().message, answers.error().hint, {}};
    const auto& answer = answers->front();
    if (answer.status == 0 || !answer.trouble.empty())
        return {false, answer.trouble.empty() ? "no answer" : answer.trouble,
            "Check that Apache runs there and that the address is right.", {}};
    Judged judged;
    judged.values["status"] = {std::to_string(answer.status), Compare::exactly};
    judged.values["bytes"] = {std::to_string(answer.bytes), Compare::roughly};
    judged.values["ms"] = {fmt::format("{:.0f}", answer.seconds * 1000), Compare::slow};
    if (tls_of(check, context) == "pin" && check.target.starts_with("https://")) {
        if (key.empty())
            return {false, "the server's certificate could not be read",
                "Is the program openssl there?", {}};
        judged.values["certificate of " + context.active] = {key, Compare::first};
    }
    const bool right = check.status.empty()
                           ? answer.status >= 200 && answer.status < 400
                           : std::ranges::find(check.status, answer.status) != check.status.end();
    judged.says = right ? wrong_body(check, answer) : fmt::format("HTTP {}", answer.status);
    judged.good = judged.says.empty();
    if (judged.good)
        judged.says = fmt::format("HTTP {}, {:.0f} ms", answer.status, answer.seconds * 1000);
    return judged;
}

} // namespace

const SheetKind http_kind{"http", "a URL and what it must answer", plan, judge};

} // namespace ovd
