// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"

#include <map>
#include <string>
#include <vector>

namespace ovd {

/// An answers file, for unattended use: what is asked -> what is said to it.
struct Answers {
    std::map<std::string, std::string> said;
    std::map<std::string, SourceLocation> where;
};

/// Reads an answers file; an empty path gives none.
[[nodiscard]] Result<Answers> load_answers(const std::string& path);

/// Each answer must be to one of these steps, where only done and not yet are answers, or to one
/// of these checks of the verification sheet. Puts the answers to steps into that form.
[[nodiscard]] Status check_answers(Answers& answers, const std::vector<std::string>& steps,
    const std::vector<std::string>& checks);

} // namespace ovd
