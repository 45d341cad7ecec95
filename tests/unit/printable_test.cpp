// SPDX-License-Identifier: Apache-2.0
#include "base/printable.h"

#include <catch2/catch.hpp>

using namespace ovd;

TEST_CASE("what a terminal would obey is left out, and text stays", "[printable]") {
    CHECK(printable("plain\ttext\nand more") == "plain\ttext\nand more");
    CHECK(printable("\x1b[1;31mred\x1b[0m") == "red");
    CHECK(printable("\x1b[2J\x1b[H\x1b[?25lgone") == "gone");
    CHECK(printable("\x1b]0;a title\aafter") == "after");
    CHECK(printable("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\") == "link");
    CHECK(printable("\x1bP1$r0m\x1b\\after") == "after");
    CHECK(printable("\x1b"
                    "7saved\x1b(Bset\x1b"
                    "creset") == "savedsetreset");
    CHECK(printable("a\bb\x7f"
                    "c\x05") == "abc");
    CHECK(printable(std::string_view("a\0b", 3)) == "ab");
}

TEST_CASE("a sequence that has no end hides nothing", "[printable]") {
    CHECK(printable("\x1b]0;never ended\nFAILED") == "0;never ended\nFAILED");
    CHECK(printable("\x1b[12") == "");
    CHECK(printable("\x1b[12\nFAILED") == "\nFAILED");
    CHECK(printable("end\x1b") == "end");
}

TEST_CASE("carriage returns become line ends", "[printable]") {
    CHECK(printable("one\r\ntwo\r\n") == "one\ntwo\n");
    CHECK(printable("10%\r20%\r") == "10%\n20%\n");
}

TEST_CASE("characters of UTF-8 stay whole, its control characters do not", "[printable]") {
    CHECK(printable("Zürich ✓ 𝄞") == "Zürich ✓ 𝄞");
    CHECK(printable("\xc2\x9b"
                    "31mred") == "31mred");
    CHECK(printable("\x9b"
                    "31mred") == "31mred");       // alone, as a terminal of another age takes it
    CHECK(printable("\xe9t\xe9") == "\xe9t\xe9"); // Latin-1 is shown as it came
}
