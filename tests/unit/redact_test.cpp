// SPDX-License-Identifier: Apache-2.0
#include "base/quote.h"
#include "base/redact.h"
#include "base/text.h"

#include <catch2/catch.hpp>

using namespace ovd;

TEST_CASE("a secret is replaced wherever it stands") {
    Redactor redactor;
    redactor.add("db_password", "hunter2");
    CHECK(
        redactor.clean("hunter2 and hunter2!") == "<secret db_password> and <secret db_password>!");
    CHECK(redactor.clean("nothing here") == "nothing here");
    CHECK(redactor.clean("").empty());
}

TEST_CASE("a secret is replaced in each form in which the program writes it") {
    const std::string secret = "a'b\"c\\d e";
    Redactor redactor;
    redactor.add("s", secret);
    for (Encoding encoding :
        {Encoding::raw, Encoding::shell, Encoding::sql, Encoding::mycnf, Encoding::json}) {
        const std::string text = "before " + encode(secret, encoding) + " after";
        CHECK(redactor.clean(text) == "before <secret s> after");
    }
    CHECK(redactor.clean(base64(secret)) == "<secret s>");
}

TEST_CASE("a secret that holds another leaves nothing of itself behind") {
    Redactor redactor;
    redactor.add("short", "pass");
    redactor.add("long", "pass-and-word");
    CHECK(redactor.clean("x pass-and-word y pass") == "x <secret long> y <secret short>");
}

TEST_CASE("secrets that overlap in a text leave nothing of either") {
    Redactor redactor;
    redactor.add("one", "abcdef");
    redactor.add("two", "defghijk");
    CHECK(redactor.clean("[abcdefghijk]") == "[<secret two>]");
    redactor.add("self", "xyxy");
    CHECK(redactor.clean("[xyxyxy]") == "[<secret self>]");
}

TEST_CASE("the name of a secret is never taken for another secret") {
    Redactor redactor;
    redactor.add("db_password", "hunter2");
    redactor.add("other", "secret");
    CHECK(redactor.clean("hunter2") == "<secret db_password>");
}

TEST_CASE("a value that would blank out ordinary text is not taken") {
    Redactor redactor;
    redactor.add("pin", "123");
    redactor.add("empty", "");
    CHECK(redactor.clean("port 1234") == "port 1234");
}

TEST_CASE("what is cleaned gives a terminal no orders, and they hide no secret") {
    Redactor redactor;
    redactor.add("s", "correct horse");
    CHECK(redactor.clean("\x1b[2J\x1b]0;title\agone") == "gone");
    CHECK(redactor.clean("a correct\x1b[0m ho\brse") == "a <secret s>");
}
