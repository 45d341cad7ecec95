// SPDX-License-Identifier: Apache-2.0
#include "ovd/admin.h"

#include "base/json.h"
#include "base/text.h"

#include <cmath>
#include <fmt/format.h>

namespace ovd {
namespace {

using Json = nlohmann::json;

constexpr const char* by_person = "It can be done in the Administration Console instead.";

std::string text_of(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.is_null() ? "" : value.dump();
}

/// The code and message of a failure, when the answer is one.
std::pair<std::string, std::string> failure_in(const Json& value) {
    if (!value.is_object() || !value.contains("error") || !value["error"].is_object()) return {};
    return {text_of(value["error"].value("code", Json())),
        text_of(value["error"].value("message", Json()))};
}

tl::unexpected<Error> refused(const std::string& function, const std::string& code) {
    if (code == "auth_mfa_required")
        return fail(ErrorKind::refused, "The Session Manager asks for a second factor.", by_person);
    return fail(ErrorKind::refused,
        fmt::format("The Session Manager does not let us call {}{}.", function,
            code.empty() ? "" : " (" + code + ")"),
        "Check user and password under [admin] in the farm file, and that user's rights.");
}

Result<Json> judge(const HttpAnswer& answer, const std::string& function) {
    if (answer.status == 0 || !answer.trouble.empty())
        return fail(ErrorKind::unknown,
            fmt::format("The Session Manager gave no whole answer to {}: {}", function,
                answer.trouble.empty() ? "the connection ended" : answer.trouble),
            "Check that Apache runs there, and its error log.");
    const auto value = parse_foreign_json(answer.body);
    const auto [code, message] = failure_in(value);
    if (answer.status == 401 || answer.status == 403 || code.starts_with("auth_"))
        return refused(function, code);
    if (answer.status >= 300 && answer.status < 400)
        return fail(ErrorKind::unknown,
            fmt::format("The Session Manager sends {} elsewhere: {}", function, answer.redirect),
            by_person);
    if (answer.status != 200)
        return fail(ErrorKind::unknown,
            fmt::format("The Session Manager answers {} with HTTP {}{}", function, answer.status,
                message.empty() ? "" : ": " + message),
            "Check the error log of Apache and of OVD there.");
    if (value.is_discarded())
        return fail(ErrorKind::unknown,
            fmt::format("The Session Manager answers {} with something that is not JSON: {}",
                function, tail(trim(answer.body).substr(0, 80), 80)),
            "This OVD may have another API: OVD before 3.1 has. " + std::string(by_person));
    if (!code.empty())
        return fail(ErrorKind::unknown,
            fmt::format("The Session Manager answers {} with {}: {}", function, code, message),
            by_person);
    return value;
}

/// This OVD has no such function; anything else that went wrong leaves open what was done.
bool not_known(const HttpAnswer& answer) {
    if (!answer.trouble.empty()) return false;
    const auto code = failure_in(parse_foreign_json(answer.body)).first;
    return code == "unknown_function" || (answer.status == 404 && code.empty());
}

/// OVD shows one organization's servers and sessions only, unless all were asked for and it agreed.
bool scope_is_sure(const Json& selected, const Json& servers) {
    return (selected.is_null() || means_yes(selected)) && !servers.empty();
}

AdminServer server_from(const std::string& id, const Json& row) {
    AdminServer server;
    server.name = row.contains("fqdn") ? text_of(row["fqdn"]) : id;
    server.status = row.contains("status") ? text_of(row["status"]) : "";
    server.registered = row.contains("registered") && means_yes(row["registered"]);
    server.locked = row.contains("locked") && means_yes(row["locked"]);
    const auto when = row.contains("timestamp") ? text_of(row["timestamp"]) : "";
    server.timestamp = when.empty() ? 0 : std::atof(when.c_str());
    return server;
}

} // namespace

std::string stale(const AdminServer& server, double since) {
    if (server.timestamp == 0)
        return server.name + ": the Session Manager does not say when it last reported";
    // OVD keeps whole seconds.
    if (server.timestamp < std::floor(since))
        return server.name + " has not reported since the last change";
    return {};
}

bool means_yes(const Json& value) {
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number()) return value.get<double>() != 0;
    return value.is_string() && (value == "1" || value == "true");
}

Content admin_input(const std::string& user, const std::vector<AdminCall>& calls, int seconds) {
    std::vector<HttpRequest> requests;
    for (const auto& call : calls) {
        HttpRequest request;
        request.url = "https://127.0.0.1/ovd/service/admin/" + call.function;
        request.method = "POST";
        if (!call.args.empty()) {
            request.body.add_text(Json{{"args", call.args}}.dump());
            request.type = "application/json";
        }
        // Sent with each call: whose cookie has run out in between is logged in anew.
        request.user.add_text(user + ":");
        request.user.add({Content::Source::secret, "admin_password", Encoding::mycnf});
        requests.push_back(std::move(request));
    }
    return curl_input(requests, seconds, false);
}

Result<std::vector<Json>> admin_answers(
    const ReadResult& result, const std::vector<AdminCall>& calls) {
    auto answers = curl_answers(result);
    if (!answers) {
        auto error = answers.error();
        error.kind = ErrorKind::unknown;
        return tl::unexpected(error);
    }
    std::vector<Json> values;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const auto answer = i < answers->size() ? (*answers)[i] : HttpAnswer{};
        auto value = judge(answer, calls[i].function);
        if (!value && calls[i].may_be_unknown && not_known(answer)) value = Json();
        if (!value) return tl::unexpected(value.error());
        values.push_back(std::move(*value));
    }
    return values;
}

std::vector<AdminCall> maintenance_calls(bool on) {
    return {{"settings_set", Json::array({Json{{"general.system_in_maintenance", on}}}), false},
        {"getInitialConfiguration", Json::array(), false}};
}

std::vector<AdminCall> overview_calls() {
    return {{"organization_select", Json::array({nullptr, true}), true},
        {"getInitialConfiguration", Json::array(), false},
        {"servers_list", Json::array({nullptr, false, Json::array()}), false},
        {"sessions_list", Json::array({Json::array()}), false}};
}

Result<AdminOverview> admin_overview(const std::vector<Json>& answers) {
    const auto strange = [](const std::string& what) {
        return fail(ErrorKind::unknown,
            fmt::format("The Session Manager's answer to {} has an unknown shape.", what),
            by_person);
    };
    if (answers.size() != overview_calls().size()) return strange("the overview");
    const auto& first = answers[1];
    if (!first.is_object() || !first.contains("system_in_maintenance"))
        return strange("getInitialConfiguration");
    AdminOverview overview;
    overview.version = first.contains("version") ? text_of(first["version"]) : "";
    overview.maintenance = means_yes(first["system_in_maintenance"]);
    // PHP writes an empty map as an empty list.
    if (!answers[2].is_object() && !answers[2].is_array()) return strange("servers_list");
    for (const auto& [id, row] : answers[2].items())
        if (row.is_object()) overview.servers.push_back(server_from(id, row));
    if (!scope_is_sure(answers[0], answers[2]))
        return fail(ErrorKind::unknown,
            "The Session Manager does not show all organizations: what it lists may be a part.",
            "Give the user under [admin] the rights for all of them. " + std::string(by_person));
    if (!answers[3].is_object() && !answers[3].is_array()) return strange("sessions_list");
    for (const auto& [id, row] : answers[3].items()) {
        const bool known = row.is_object() && row.contains("user_login");
        overview.sessions.push_back(known ? fmt::format("{} ({})", text_of(row["user_login"]),
                                                text_of(row.value("status", Json())))
                                          : id);
    }
    return overview;
}

} // namespace ovd
