// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <string_view>

namespace ovd {

Error Error::during(const std::string& doing) const {
    Error error = *this;
    error.message = doing + ": " + message;
    return error;
}

std::string to_string(const SourceLocation& where) {
    std::string text = where.file;
    if (where.line > 0) {
        text += ':' + std::to_string(where.line);
        if (where.column > 0) text += ':' + std::to_string(where.column);
    }
    return text;
}

std::string_view to_string(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::usage:
        return "usage";
    case ErrorKind::farm:
        return "farm";
    case ErrorKind::steps:
        return "steps";
    case ErrorKind::connect:
        return "connect";
    case ErrorKind::host_key:
        return "host_key";
    case ErrorKind::remote:
        return "remote";
    case ErrorKind::unknown:
        return "unknown";
    case ErrorKind::journal:
        return "journal";
    case ErrorKind::refused:
        return "refused";
    case ErrorKind::stopped:
        return "stopped";
    case ErrorKind::rolled_back:
        return "rolled_back";
    case ErrorKind::rollback_failed:
        return "rollback_failed";
    case ErrorKind::io:
        return "io";
    case ErrorKind::internal:
        return "internal";
    }
    return "internal";
}

int exit_code(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::internal:
        return 1;
    case ErrorKind::usage:
        return 2;
    case ErrorKind::farm:
        return 3;
    case ErrorKind::steps:
        return 4;
    case ErrorKind::connect:
        return 5;
    case ErrorKind::host_key:
        return 6;
    case ErrorKind::remote:
        return 7;
    case ErrorKind::unknown:
        return 8;
    case ErrorKind::journal:
        return 9;
    case ErrorKind::refused:
        return 10;
    case ErrorKind::stopped:
        return 11;
    case ErrorKind::io:
        return 12;
    case ErrorKind::rolled_back:
        return 13;
    case ErrorKind::rollback_failed:
        return 14;
    }
    return 1;
}

} // namespace ovd
