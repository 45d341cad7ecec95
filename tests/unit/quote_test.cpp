// SPDX-License-Identifier: Apache-2.0
#include "base/quote.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

using namespace ovd;

namespace {

/// What a real shell makes of the words of a command.
std::string shell_sees(const std::string& words) {
    const std::string command = "printf '[%s]' " + words;
    FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string output;
    std::array<char, 256> buffer{};
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.append(buffer.data(), count);
    REQUIRE(::pclose(pipe) == 0);
    return output;
}

const std::vector<std::string> nasty{"", " ", "a b", "it's", "''", "\"", "$HOME", "`id`", "$(id)",
    "a;b", "a\nb", "*", "~root", "-n", "\\", "\\'", "#x", "!x", "a=b c", "{a,b}", "%s\\n", "é ü"};

} // namespace

TEST_CASE("a shell gives back every value that was quoted for it") {
    for (const auto& value : nasty) {
        CAPTURE(value);
        CHECK(shell_sees(shell_quote(value)) == "[" + value + "]");
    }
}

TEST_CASE("several quoted values stay several words") {
    std::string words;
    std::string seen;
    for (const auto& value : nasty) {
        words += shell_quote(value) + " ";
        seen += "[" + value + "]";
    }
    CHECK(shell_sees(words) == seen);
}

TEST_CASE("plain words stay readable in the plan") {
    for (const std::string word :
        {"osm1.priv", "/etc/hosts", "10.20.1.0/24", "a=b", "user@host:22"})
        CHECK(shell_quote(word) == word);
}

TEST_CASE("a value cannot end the SQL string it stands in") {
    CHECK(encode("it's", Encoding::sql) == "it''s");
    CHECK(encode("\\'; DROP", Encoding::sql) == "\\\\''; DROP");
    CHECK(encode(std::string_view("a\0b\n\r\x1a", 6), Encoding::sql) == "a\\0b\\n\\r\\Z");
}

TEST_CASE("a value cannot end its line or quotes in a MySQL option file") {
    CHECK(encode("a\"b\\c\nd\te#f", Encoding::mycnf) == "a\\\"b\\\\c\\nd\\te#f");
}

TEST_CASE("a JSON parser gives back every value that was written for it") {
    for (std::string value : {std::string("a\"b\\c/d"), std::string("\x01\x1f\x7f\b\f\n\r\t"),
             std::string("é € 𝄞"), std::string("nul\0nul", 7)})
        CHECK(nlohmann::json::parse("\"" + encode(value, Encoding::json) + "\"") == value);
}

TEST_CASE("raw is as it is") {
    CHECK(encode("a'b\n", Encoding::raw) == "a'b\n");
}
