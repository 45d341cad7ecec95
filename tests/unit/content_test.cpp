// SPDX-License-Identifier: Apache-2.0
#include "base/content.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

Content grant() {
    Content content("IDENTIFIED BY '");
    content.add({Content::Source::secret, "db_password", Encoding::sql});
    content.add_text("'; -- ");
    content.add({Content::Source::fetched, "key", Encoding::raw});
    return content;
}

} // namespace

TEST_CASE("content with a secret can be shown without knowing it") {
    CHECK(grant().display() == "IDENTIFIED BY '<secret db_password>'; -- <read key>");
    CHECK_FALSE(grant().plain());
    CHECK(Content("text").plain());
}

TEST_CASE("resolving fills each place in the language it stands in") {
    const auto lookup = [](const Content::Part& part) -> Result<std::string> {
        return part.source == Content::Source::secret ? "it's" : "it's";
    };
    const auto bytes = grant().resolve(lookup);
    REQUIRE(bytes);
    CHECK(*bytes == "IDENTIFIED BY 'it''s'; -- it's");
}

TEST_CASE("a place that cannot be filled is an error, not an empty place") {
    const auto bytes = grant().resolve([](const Content::Part& part) -> Result<std::string> {
        return fail(ErrorKind::farm, "no " + part.value);
    });
    REQUIRE_FALSE(bytes);
    CHECK(bytes.error().message == "no db_password");
}

TEST_CASE("text is never looked up, and an empty content is empty") {
    const auto never = [](const Content::Part&) -> Result<std::string> {
        return fail(ErrorKind::internal, "looked up");
    };
    CHECK(Content("a").resolve(never).value() == "a");
    CHECK(Content("").empty());
    CHECK(Content().resolve(never).value().empty());
}

TEST_CASE("the same bytes give the same parts, however they were put together") {
    Content pieces;
    pieces.add_text("ab");
    pieces.add_text("");
    pieces.add({Content::Source::text, "c d", Encoding::shell});
    REQUIRE(pieces.parts().size() == 1);
    CHECK(pieces.parts().front().value == "ab'c d'");
}
