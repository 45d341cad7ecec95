// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ovd {

/// How a value has to be written where it is put, so that it stays one value there.
enum class Encoding {
    raw,     ///< as it is
    shell,   ///< one word of a POSIX shell; plain words stay without quotes
    sql,     ///< inside a single-quoted SQL string (MySQL and MariaDB default sql_mode)
    mycnf,   ///< inside a double-quoted value of a MySQL option file
    json,    ///< inside a JSON string
    pattern, ///< inside a POSIX extended regular expression
};

/// Writes value so that it stays one value in that language.
[[nodiscard]] std::string encode(std::string_view value, Encoding encoding);

/// One word of a POSIX shell, quoted only where it must be.
[[nodiscard]] inline std::string shell_quote(std::string_view value) {
    return encode(value, Encoding::shell);
}

} // namespace ovd
