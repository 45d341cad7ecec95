// SPDX-License-Identifier: Apache-2.0
#include "ui/print.h"

#include <cstdio>
#include <unistd.h>

namespace ovd {

void print_text(std::string_view text) {
    fmt::print("{}", text);
}

void print_error_text(std::string_view text) noexcept {
    (void)!::write(STDERR_FILENO, text.data(), text.size());
}

} // namespace ovd
