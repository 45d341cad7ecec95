// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssh/credential_prompter.h"

#include <libssh/libssh.h>

namespace ovd {

/// Logs in over a connected session whose host key was checked: with the named identity, the agent,
/// the keys of ~/.ssh/config and the usual ones, then with what a person types.
/// may_ask: whether a person may be asked for what was not asked before.
[[nodiscard]] Status log_in(ssh_session session, const SshTarget& target, const std::string& user,
    const SshOptions& options, CredentialPrompter& person, bool may_ask);

/// "ssh root@10.20.1.11": how a person tries the same.
[[nodiscard]] std::string ssh_command(ssh_session session, const SshTarget& target,
    const std::string& user, const SshOptions& options);

} // namespace ovd
