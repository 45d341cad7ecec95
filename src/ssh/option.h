// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libssh/libssh.h>
#include <string>

namespace ovd {

/// What libssh has made of ~/.ssh/config and its defaults for an option that is a text; empty when
/// it has none.
inline std::string option_of(ssh_session session, ssh_options_e which) {
    char* value = nullptr;
    if (ssh_options_get(session, which, &value) != SSH_OK || value == nullptr) return {};
    std::string text = value;
    ssh_string_free_char(value);
    return text;
}

} // namespace ovd
