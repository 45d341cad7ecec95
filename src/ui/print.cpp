// SPDX-License-Identifier: Apache-2.0
#include "ui/print.h"

#include <cstdio>

namespace ovd {

void print_text(std::string_view text) {
    fmt::print("{}", text);
}

void print_error_text(std::string_view text) {
    fmt::print(stderr, "{}", text);
}

} // namespace ovd
