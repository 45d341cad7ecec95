// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/redact.h"
#include "farm/farm.h"

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace ovd {

/// Gets the values of a farm's secrets from where farm.toml says, when they are first needed, and
/// keeps them in memory only. Each is known to the redactor before it is given to anyone. Errors
/// name the secret and its source, never a value. Safe to use from any thread.
class Secrets {
public:
    /// Asks the person for a secret: its name, and the question to put.
    using Prompt =
        std::function<Result<std::string>(const std::string& name, const std::string& question)>;

    /// Generated secrets are kept in run_folder/secrets/. The redactor must live longer.
    Secrets(const Farm& farm, std::filesystem::path run_folder, Prompt prompt, Redactor& redactor);

    /// The value. A secret to generate is made and kept the first time, and read back afterwards.
    [[nodiscard]] Result<std::string> get(const std::string& name);
    /// Gets all that can be had without asking the person and without making anything; an error
    /// tells the first that cannot.
    [[nodiscard]] Status check();

private:
    [[nodiscard]] Result<std::string> find(const std::string& name, const SecretSource& source);
    [[nodiscard]] Result<std::string> generated(const std::string& name);
    [[nodiscard]] std::filesystem::path kept_in(const std::string& name) const;

    std::map<std::string, SecretSource> sources_;
    std::filesystem::path run_folder_;
    Prompt prompt_;
    Redactor& redactor_;
    std::mutex mutex_;
    std::map<std::string, std::string> known_;
};

} // namespace ovd
