// SPDX-License-Identifier: Apache-2.0
// What a single value of farm.toml must look like. Used when the file is read and when the values
// are asked for, so that nothing can be typed that is refused later.
#pragma once

#include "base/error.h"
#include "farm/farm.h"
#include "farm/platforms.h"

#include <string>
#include <vector>

namespace ovd {

/// The five nodes, in the order of the guide.
[[nodiscard]] const std::vector<std::string>& node_ids();
[[nodiscard]] const std::vector<std::string>& role_ids();

/// Each is content, or tells what is wrong and what to write.
[[nodiscard]] Status check_address(const std::string& text);
[[nodiscard]] Status check_subnet(const std::string& text); ///< of a VLAN
[[nodiscard]] Status check_range(const std::string& text);  ///< any CIDR, for snat_to
[[nodiscard]] Status check_hostname(const std::string& text);
[[nodiscard]] Status check_domain(const std::string& text); ///< labels with dots
[[nodiscard]] Status check_interface(const std::string& text);
[[nodiscard]] Status check_platform(
    const std::string& text, const PlatformList& platforms, bool allow_outside_guide);
[[nodiscard]] Status check_role(const std::string& text);
[[nodiscard]] Status check_os(const std::string& text);
[[nodiscard]] Status check_access(const std::string& text);
[[nodiscard]] Status check_cluster_name(const std::string& text);
[[nodiscard]] Status check_database_word(const std::string& text); ///< name of a database or a user
[[nodiscard]] Status check_server_name(const std::string& text);
[[nodiscard]] Status check_line(const std::string& text);     ///< one line of printable text
[[nodiscard]] Status check_mail_hub(const std::string& text); ///< host or host:port
[[nodiscard]] Status check_mail_address(const std::string& text);
[[nodiscard]] Status check_mail_user(const std::string& text);

/// [user@]host[:port].
[[nodiscard]] Result<Login> parse_login(const std::string& text);
[[nodiscard]] std::string login_text(const Login& login);

} // namespace ovd
