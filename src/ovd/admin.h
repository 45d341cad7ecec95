// SPDX-License-Identifier: Apache-2.0
// The Session Manager's administration API, as of OVD 3.1: POST, JSON, Basic login, a cookie that
// keeps the chosen organization. It is spoken on the Session Manager's own loopback, so that its
// password never crosses the network. Names and forms of the calls are those of Inuvika's own
// Ansible roles (inuvika/ansible-ovd, roles/ovd-lib/library/sm_api.php).
#pragma once

#include "ovd/curl.h"

#include <nlohmann/json.hpp>

namespace ovd {

struct AdminCall {
    std::string function;
    nlohmann::json args = nlohmann::json::array(); ///< positional; none: no body
    bool may_be_unknown = false;                   ///< an OVD without this function is no trouble
};

/// What goes to the stdin of curl_command() on the Session Manager. The password is the farm's
/// secret admin_password.
[[nodiscard]] Content admin_input(
    const std::string& user, const std::vector<AdminCall>& calls, int seconds = 20);

/// The bare values that the calls gave. Anything that is no clear yes is an error: kind `refused`
/// when the login or a right is missing or a second factor is asked for, else `unknown`, since
/// whether a call was carried out cannot be told.
[[nodiscard]] Result<std::vector<nlohmann::json>> admin_answers(
    const ReadResult& result, const std::vector<AdminCall>& calls);

/// Calls that put the whole farm into or out of Maintenance Mode and read back what holds then.
[[nodiscard]] std::vector<AdminCall> maintenance_calls(bool on);
/// Calls that tell version and mode, the servers, and a first page of sessions: only whether that
/// is empty means anything, since OVD gives sessions in pages.
[[nodiscard]] std::vector<AdminCall> overview_calls();

/// One farm server as the Session Manager knows it.
struct AdminServer {
    std::string name;
    std::string status; ///< "ready" is well
    bool registered = false;
    bool locked = false;  ///< in a maintenance of its own
    double timestamp = 0; ///< when it was last heard of; seconds, the Session Manager's clock
};

/// Why it cannot be said that the server was heard of since then, or nothing.
[[nodiscard]] std::string stale(const AdminServer& server, double since);

struct AdminOverview {
    std::string version;
    bool maintenance = false;
    std::vector<AdminServer> servers;
    std::vector<std::string> sessions; ///< user and state of those on the first page
};

/// Reads the answers to overview_calls(). An answer of another shape is an error of kind unknown.
[[nodiscard]] Result<AdminOverview> admin_overview(const std::vector<nlohmann::json>& answers);

/// True, 1 and "1" all mean yes: OVD's own clients disagree.
[[nodiscard]] bool means_yes(const nlohmann::json& value);

} // namespace ovd
