// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <unistd.h>

using namespace ovd;
using Words = std::vector<std::string>;
namespace fs = std::filesystem;

TEST_CASE("splitting keeps empty parts, and an empty text has none") {
    CHECK(split("a,,b,", ',') == Words{"a", "", "b", ""});
    CHECK(split("", ',').empty());
}

TEST_CASE("lines have no ends, whoever wrote them") {
    CHECK(lines("a\r\nb\n\nc") == Words{"a", "b", "", "c"});
    CHECK(lines("a\n") == Words{"a"});
    CHECK(lines("\n") == Words{""});
    CHECK(lines("").empty());
}

TEST_CASE("trim and join") {
    CHECK(trim(" \t a b\r\n") == "a b");
    CHECK(trim(" \n").empty());
    CHECK(join({"a", "b"}, ", ") == "a, b");
    CHECK(join({}, ", ").empty());
}

TEST_CASE("wrapped text keeps its paragraphs and fits the width") {
    CHECK(wrap("one two three\n\nfour", 8) == Words{"one two", "three", "", "four"});
    CHECK(wrap("a very-long-word b", 6) == Words{"a", "very-long-word", "b"});
    CHECK(wrap("ä ö ü ß", 3) == Words{"ä ö", "ü ß"}); // columns, not bytes
}

TEST_CASE("did you mean: slips of the pen are recognized, other words are not") {
    const Words known{"hostname", "platform", "nic", "address", "priv_nic", "priv_address"};
    CHECK(nearest("hostnmae", known) == "hostname");
    CHECK(nearest("Platform", known) == "platform");
    CHECK(nearest("priv_adress", known) == "priv_address");
    CHECK(nearest("gateway", known).empty());
    CHECK(nearest("os", {"ip"}).empty());
    CHECK(nearest("", known).empty());
}

TEST_CASE("sha256 and base64 agree with the standards") {
    CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(base64("") == "");
    CHECK(base64("foob") == "Zm9vYg==");
    CHECK(base64("foobar") == "Zm9vYmFy");
    CHECK(base64(std::string_view("\0\xff", 2)) == "AP8=");
    for (const auto& bytes : {std::string(), std::string("foob"), std::string("fooba"),
             std::string("foobar"), std::string("\0\xff", 2)})
        CHECK(from_base64(base64(bytes)) == bytes);
    CHECK(from_base64("no base64!").empty());
}

TEST_CASE("times as people read them") {
    CHECK(human_seconds(0.42) == "0.4 s");
    CHECK(human_seconds(12) == "12 s");
    CHECK(human_seconds(59.7) == "1 min");
    CHECK(human_seconds(200) == "3 min 20 s");
    CHECK(human_seconds(3900) == "1 h 5 min");
    CHECK(human_seconds(-1) == "0.0 s");
}

TEST_CASE("times as programs read them") {
    const WallTime time(std::chrono::milliseconds(1'769'825'647'250));
    CHECK(iso_time(time) == "2026-01-31T02:14:07.250Z");
    CHECK(iso_time(WallTime(std::chrono::milliseconds(-1))) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("every kind of error has a name and an exit code of its own") {
    std::set<int> codes;
    std::set<std::string_view> names;
    int kinds = 0;
    for (ErrorKind kind : {ErrorKind::usage, ErrorKind::farm, ErrorKind::steps, ErrorKind::connect,
             ErrorKind::host_key, ErrorKind::remote, ErrorKind::unknown, ErrorKind::journal,
             ErrorKind::refused, ErrorKind::stopped, ErrorKind::rolled_back,
             ErrorKind::rollback_failed, ErrorKind::io, ErrorKind::internal}) {
        codes.insert(exit_code(kind));
        names.insert(to_string(kind));
        ++kinds;
    }
    CHECK(codes.size() == static_cast<std::size_t>(kinds));
    CHECK(names.size() == static_cast<std::size_t>(kinds));
    CHECK(codes.count(0) == 0); // nothing that went wrong may look like success
    CHECK(exit_code(ErrorKind::unknown) == 8);
    CHECK(to_string(ErrorKind::rolled_back) == "rolled_back");
}

TEST_CASE("a place is told as far as it is known") {
    CHECK(to_string(SourceLocation{"farm.toml", 3, 7}) == "farm.toml:3:7");
    CHECK(to_string(SourceLocation{"farm.toml", 3, 0}) == "farm.toml:3");
    CHECK(to_string(SourceLocation{"farm.toml", 0, 0}) == "farm.toml");
    CHECK(Error{ErrorKind::io, "no", "hint", {}}.during("Reading x").message == "Reading x: no");
}

TEST_CASE("a file is written whole, with its mode, and a failure leaves the old one") {
    const fs::path folder = fs::temp_directory_path() / ("ovd-text-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    const fs::path file = folder / "file";
    REQUIRE(write_file(file, std::string_view("a\0b", 3), 0600));
    CHECK(read_file(file).value() == std::string("a\0b", 3));
    CHECK((fs::status(file).permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
    REQUIRE(write_file(file, "new", 0644));
    CHECK(read_file(file).value() == "new");

    CHECK_FALSE(write_file(folder / "no" / "file", "x"));
    fs::create_directories(folder / "taken" / "by a folder");
    CHECK_FALSE(write_file(folder / "taken", "x"));
    CHECK(
        std::distance(fs::directory_iterator(folder), {}) == 2); // and nothing is left lying about

    const auto missing = read_file(folder / "missing", ErrorKind::farm);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().kind == ErrorKind::farm);
    CHECK(missing.error().message.find((folder / "missing").string()) != std::string::npos);
    CHECK(missing.error().message.find("No such file") != std::string::npos);
    CHECK_FALSE(read_file(folder)); // reading a folder fails too, rather than being empty
    fs::remove_all(folder);
}
