// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <string_view>

namespace ovd {

Error Error::during(const std::string& doing) const {
    Error error = *this;
    error.message = doing + ": " + message;
    return error;
}

std::string to_string(const Where& where) {
    std::string text = where.file;
    if (where.line > 0) {
        text += ':' + std::to_string(where.line);
        if (where.column > 0) text += ':' + std::to_string(where.column);
    }
    return text;
}

std::string_view to_string(Kind kind) {
    switch (kind) {
    case Kind::usage:
        return "usage";
    case Kind::farm:
        return "farm";
    case Kind::steps:
        return "steps";
    case Kind::connect:
        return "connect";
    case Kind::host_key:
        return "host_key";
    case Kind::remote:
        return "remote";
    case Kind::unknown:
        return "unknown";
    case Kind::journal:
        return "journal";
    case Kind::refused:
        return "refused";
    case Kind::stopped:
        return "stopped";
    case Kind::rolled_back:
        return "rolled_back";
    case Kind::rollback_failed:
        return "rollback_failed";
    case Kind::io:
        return "io";
    case Kind::internal:
        return "internal";
    }
    return "internal";
}

int exit_code(Kind kind) {
    switch (kind) {
    case Kind::internal:
        return 1;
    case Kind::usage:
        return 2;
    case Kind::farm:
        return 3;
    case Kind::steps:
        return 4;
    case Kind::connect:
        return 5;
    case Kind::host_key:
        return 6;
    case Kind::remote:
        return 7;
    case Kind::unknown:
        return 8;
    case Kind::journal:
        return 9;
    case Kind::refused:
        return 10;
    case Kind::stopped:
        return 11;
    case Kind::io:
        return 12;
    case Kind::rolled_back:
        return 13;
    case Kind::rollback_failed:
        return 14;
    }
    return 1;
}

} // namespace ovd
