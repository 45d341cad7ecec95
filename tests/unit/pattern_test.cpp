// SPDX-License-Identifier: Apache-2.0
#include "base/pattern.h"

#include <catch2/catch.hpp>

using namespace ovd;

TEST_CASE("a line of any length is looked through", "[pattern]") {
    // One line of a minified page: what calls itself once a character ends in a crash here.
    const std::string page(3'000'000, 'x');
    CHECK(found_in(page + "Session Manager", "x+Session (Manager|Broker)"));
    CHECK(found_in(page, "(x|y)*$"));
    CHECK_FALSE(found_in(page, "Session"));
    CHECK(is_like(page, "(x|y)+"));
    CHECK(groups_in(page + "id=7;", "id=([0-9]+);") == std::vector<std::string>{"7"});
}

TEST_CASE("patterns are POSIX extended regular expressions over the whole text", "[pattern]") {
    CHECK(found_in("one\ntwo", "one.two")); // a line feed is a character like any other
    CHECK_FALSE(found_in("one\ntwo", "^two"));
    CHECK(found_in("one\ntwo", "two$"));
    CHECK(found_in(std::string("a\0b", 3), "b$"));
    CHECK(found_in("Quorate:   Yes", "Quorate: +Yes"));
    CHECK(found_in("anything", ""));
    CHECK(is_like("ab", "a|ab"));
    CHECK_FALSE(is_like("abc", "a|ab"));
    CHECK(is_like("2.10.1", "[0-9]+([.][0-9]+)*"));
    CHECK_FALSE(is_like("x2.10", "[0-9]+([.][0-9]+)*"));
    CHECK(groups_in("a=1 b=2", "[ab]=([0-9])") == std::vector<std::string>{"1", "2"});
    CHECK(groups_in("aa", "(b*)").size() == 3);
}

TEST_CASE("what is no expression is told with its reason", "[pattern]") {
    CHECK(check_pattern("a{2}"));
    for (const std::string bad : {"(", "[", "a{2", "*a"}) {
        const auto told = check_pattern(bad);
        REQUIRE_FALSE(told);
        CHECK(told.error().message.find("Invalid regular expression " + bad + ": ") == 0);
        CHECK(told.error().message.size() > bad.size() + 28);
        CHECK(told.error().hint.find("grep -E") != std::string::npos);
    }
}
