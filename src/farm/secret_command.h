// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <string>

namespace ovd {

/// What a shell command prints on stdout. It may talk to the person: stdin and stderr are the
/// program's own, as a password manager needs them. Errors tell its exit status, never its output.
[[nodiscard]] Result<std::string> run_secret_command(
    const std::string& command, Millis timeout = Millis{120'000});

} // namespace ovd
