// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssh/credential_prompter.h"

#include <libssh/libssh.h>

namespace ovd {

/// How strictly the key of a machine just connected to is looked at.
enum class KeyCheck {
    known_only,  ///< a preferred address: anything but the known key means it is another machine
    ask_unknown, ///< an unknown key may be trusted by a person; it is then remembered
};

/// Checks that the connected machine is the one that is known under its name. An error of kind
/// host_key says what to do. A changed key is never accepted.
[[nodiscard]] Status check_host_key(
    ssh_session session, const SshTarget& target, KeyCheck how, CredentialPrompter& person);

} // namespace ovd
