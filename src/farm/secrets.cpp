// SPDX-License-Identifier: Apache-2.0
#include "farm/secrets.h"

#include "base/file.h"
#include "base/private_folder.h"
#include "base/text.h"
#include "farm/secret_command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

namespace ovd {
namespace {

namespace fs = std::filesystem;

/// What a secret is, for the person who is asked for it.
std::string title(const std::string& name) {
    if (name == "db_password") return "password of the OVD database's user";
    if (name == "hacluster_password") return "password of the cluster's user hacluster";
    if (name == "admin_password") return "password of the Admin Console";
    if (name == "mail_password") return "password for the mail server";
    return name;
}

/// 24 letters and digits, each equally likely: about 142 bits, and safe in any configuration file.
Result<std::string> random_word() {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    constexpr std::size_t even = 256 / alphabet.size() * alphabet.size();
    std::array<char, 24> word{};
    std::size_t made = 0;
    while (made < word.size()) {
        std::array<unsigned char, 64> bytes{};
        const ssize_t count = ::getrandom(bytes.data(), bytes.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(ErrorKind::io, "The system gives no random numbers.");
        for (std::size_t i = 0; i < static_cast<std::size_t>(count) && made < word.size(); ++i)
            if (bytes[i] < even)
                word[made++] = alphabet[bytes[i] % alphabet.size()]; // no letter twice as often
    }
    return std::string(word.data(), word.size());
}

/// A secret must be one line: it goes into option files and onto the stdin of programs that read a
/// line. The line end that editors and programs add is not part of it.
Result<std::string> one_line(std::string value, const std::string& where_from) {
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r'))
        value.pop_back();
    if (trim(value).empty())
        return fail(ErrorKind::farm, where_from + " is empty.",
            "Put the secret there, or name another place for it in farm.toml.");
    const bool plain = std::none_of(value.begin(), value.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (!plain)
        return fail(ErrorKind::farm, where_from + " is more than one line of text.",
            "Only the secret may be there; a command can end in `| head -n 1`");
    return value;
}

/// The same error about a secret, standing where farm.toml names the source.
Error about(Error error, const std::string& name, const SecretSource& source) {
    if (error.kind != ErrorKind::stopped && error.kind != ErrorKind::refused)
        error.kind = ErrorKind::farm;
    error.message = fmt::format("{}: {}", name, error.message);
    error.where = source.where;
    return error;
}

Result<std::string> from_environment(const std::string& variable) {
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr)
        return fail(ErrorKind::farm, fmt::format("The environment has no variable {}.", variable),
            fmt::format(
                "Type `read -rs {0} && export {0}`, then the same command again", variable));
    return one_line(value, "The variable " + variable);
}

} // namespace

Secrets::Secrets(const Farm& farm, fs::path run_folder, Prompt prompt, Redactor& redactor)
    : sources_(farm.secrets), run_folder_(std::move(run_folder)), prompt_(std::move(prompt)),
      redactor_(redactor) {}

fs::path Secrets::kept_in(const std::string& name) const {
    return run_folder_ / "secrets" / name;
}

Result<std::string> Secrets::generated(const std::string& name) {
    const fs::path file = kept_in(name);
    std::error_code error;
    const bool there = fs::exists(file, error);
    for (const auto& [folder, others] : {std::pair{run_folder_, Others::may_read},
             std::pair{file.parent_path(), Others::may_nothing}})
        if (auto ok = private_folder(folder, others); !ok) return tl::unexpected(ok.error());
    if (there) {
        auto value = read_file(file, ErrorKind::farm);
        if (!value) return value;
        return one_line(std::move(*value), "The file " + file.string());
    }
    auto value = random_word();
    if (!value) return value;
    if (auto written = write_file(file, *value + "\n", 0600); !written)
        return tl::unexpected(written.error());
    return value;
}

Result<std::string> Secrets::find(const std::string& name, const SecretSource& source) {
    switch (source.from) {
    case SecretSource::From::prompt: {
        auto value = prompt_(name, fmt::format("The {}", title(name)));
        if (!value) return value;
        return one_line(std::move(*value), "What was typed");
    }
    case SecretSource::From::env:
        return from_environment(source.what);
    case SecretSource::From::file: {
        auto value = read_file(source.what, ErrorKind::farm);
        if (!value) return value;
        return one_line(std::move(*value), "The file " + source.what);
    }
    case SecretSource::From::command: {
        auto value = run_secret_command(source.what);
        if (!value) return value;
        return one_line(std::move(*value), "What the command `" + source.what + "` printed");
    }
    case SecretSource::From::generate:
        return generated(name);
    }
    return fail(ErrorKind::internal, "The source of this secret is not known.");
}

Result<std::string> Secrets::get(const std::string& name) {
    // Held while a person is asked: a second thread that needs the same secret waits for it.
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(name); known != known_.end()) return known->second;
    const auto source = sources_.find(name);
    if (source == sources_.end())
        return fail(ErrorKind::farm, fmt::format("The farm file names no source for {}.", name),
            name == "admin_password" ? "Write [admin] with user and password, such as password = { "
                                       "prompt = true }"
                                     : "");
    auto value = find(name, source->second);
    if (!value) return tl::unexpected(about(value.error(), name, source->second));
    redactor_.add(name, *value);
    known_[name] = *value;
    return value;
}

Status Secrets::check() {
    for (const auto& [name, source] : sources_) {
        if (source.from == SecretSource::From::prompt) continue;
        std::error_code error;
        if (source.from == SecretSource::From::generate && !fs::exists(kept_in(name), error))
            continue;
        if (auto value = get(name); !value) return tl::unexpected(value.error());
    }
    return {};
}

} // namespace ovd
