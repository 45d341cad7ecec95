// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

namespace ovd {

/// What sort of thing went wrong; decides the exit code of the program (see exit_code()).
enum class ErrorKind {
    usage,           ///< the command line
    farm,            ///< farm.toml, an answers file or a secret it names
    steps,           ///< steps/ or templates/
    connect,         ///< a node cannot be reached or logged in to
    host_key,        ///< a node is not the machine it was, or is not known
    remote,          ///< a command on a node failed
    unknown,         ///< it cannot be told whether something happened
    journal,         ///< the record of the run is damaged or in use
    refused,         ///< a guard or a person said no
    stopped,         ///< the operator stopped the run
    rolled_back,     ///< something failed, and what had been done was rolled back
    rollback_failed, ///< something failed, and the rollback failed too
    io,              ///< a local file or program
    internal,        ///< a defect of this program
};

/// A place in a file a person edits. Line and column count from 1; 0 means not known.
struct SourceLocation {
    std::string file;
    int line = 0;
    int column = 0;
};

/// An expected failure: what happened, where, and what to type or look at next.
struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string message;
    std::string hint;
    std::optional<SourceLocation> where;

    /// The same error with "doing: " put before its message.
    [[nodiscard]] Error during(const std::string& doing) const;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// Makes the failed side of a Result.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string message,
    std::string hint = {}, std::optional<SourceLocation> where = {}) {
    return tl::unexpected<Error>(
        Error{kind, std::move(message), std::move(hint), std::move(where)});
}

/// "file:line:column", as far as it is known.
[[nodiscard]] std::string to_string(const SourceLocation& where);

/// The name of the kind, as in --json output.
[[nodiscard]] std::string_view to_string(ErrorKind kind);

/// The exit code for an error of this kind, as documented in the README.
[[nodiscard]] int exit_code(ErrorKind kind);

} // namespace ovd
