// SPDX-License-Identifier: Apache-2.0
#include "guide/template.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

const SourceLocation here{"steps/x.toml", 7, 3};

Names names() {
    Names known;
    known.values = {{"vip", "10.20.1.100"}, {"farm", "Paris (old)"}, {"cluster_name", "it's"}};
    known.secrets = {"db_password"};
    known.fetched = {{"peer_key", "osm2:/root/.ssh/sync_rsa.pub"}};
    return known;
}

std::string command(const std::string& text) {
    const auto filled = fill_command(text, names(), here);
    INFO(text << ": " << (filled ? std::string() : filled.error().message));
    REQUIRE(filled);
    return *filled;
}

Error refused(const std::string& text) {
    const auto filled = fill_command(text, names(), here);
    INFO(text << " gave " << filled.value_or("an error"));
    REQUIRE_FALSE(filled);
    CHECK(filled.error().kind == ErrorKind::steps);
    CHECK(filled.error().where->line == 7);
    CHECK_FALSE(filled.error().hint.empty());
    return filled.error();
}

} // namespace

TEST_CASE("the names of a template come in the order of the text") {
    const auto found = template_names("a {{ vip }} b {{farm}}{{ secret db_password }}", here);
    REQUIRE(found);
    CHECK(*found == std::vector<std::string>{"vip", "farm", "secret db_password"});
    CHECK(template_names("no names } { here", here)->empty());
    CHECK_FALSE(template_names("an open {{ vip", here));
}

TEST_CASE("a value is written in the encoding of its place") {
    CHECK(fill("[{{ vip }}]", names(), Encoding::raw, here)->display() == "[10.20.1.100]");
    CHECK(fill("'{{ cluster_name }}'", names(), Encoding::sql, here)->display() == "'it''s'");
}

TEST_CASE("a secret stays out of what is shown and comes in when it is sent") {
    const auto content = fill("p={{ secret db_password }}", names(), Encoding::sql, here);
    REQUIRE(content);
    CHECK(content->display() == "p=<secret db_password>");
    CHECK_FALSE(content->plain());
    const auto sent = content->resolve([](const Content::Part& part) -> Result<std::string> {
        CHECK(part.value == "db_password");
        return std::string("o'k");
    });
    CHECK(*sent == "p=o''k");
    CHECK(fill("{{ peer_key }}", names(), Encoding::raw, here)->display() == "<read peer_key>");
}

TEST_CASE("an unknown name suggests the one that was meant") {
    const auto near = fill("{{ vpi }}", names(), Encoding::raw, here);
    REQUIRE_FALSE(near);
    CHECK(near.error().message == "The name {{ vpi }} is not known here.");
    CHECK(near.error().hint == "Did you mean vip?");
    CHECK(refused("ip {{ cluster_nam }}").hint == "Did you mean cluster_name?");
    const auto secret = fill("{{ secret db_pasword }}", names(), Encoding::raw, here);
    REQUIRE_FALSE(secret);
    CHECK(secret.error().hint == "Did you mean secret db_password?");
    const auto none = fill("{{ something_else_entirely }}", names(), Encoding::raw, here);
    REQUIRE_FALSE(none);
    CHECK(none.error().hint == "steps/README.md lists the names.");
}

TEST_CASE("values in commands are one word each") {
    CHECK(command("ping {{ vip }}") == "ping 10.20.1.100");
    CHECK(command("echo {{ farm }}") == "echo 'Paris (old)'");
    CHECK(command("echo {{ cluster_name }}{{ vip }}") == R"(echo 'it'\''s'10.20.1.100)");
}

TEST_CASE("quotes around a name are refused, quotes elsewhere are not") {
    CHECK(refused(R"(echo "{{ vip }}")").message.find("inside quotes") != std::string::npos);
    refused("echo '{{ vip }}'");
    refused(R"(echo "$(echo a) {{ vip }}")");
    refused(R"(echo "a \" {{ vip }}")");
    refused("echo \"'{{ vip }}'\"");
    CHECK(command(R"(grep "a" {{ vip }})") == R"(grep "a" 10.20.1.100)");
    CHECK(command("grep 'a'{{ vip }}'b'") == "grep 'a'10.20.1.100'b'");
    CHECK(command("x=\"$(ping {{ vip }})\"") == "x=\"$(ping 10.20.1.100)\"");
    CHECK(command(R"(echo \" {{ vip }})") == R"(echo \" 10.20.1.100)");
    CHECK(command(R"(echo '\' {{ vip }})") == R"(echo '\' 10.20.1.100)");
}

TEST_CASE("what everyone on the node could read is refused in commands") {
    CHECK(refused("mysql -p {{ secret db_password }}").hint == "Pass it on stdin instead.");
    CHECK(refused("echo {{ peer_key }}").message.find("may not stand in a command") !=
          std::string::npos);
}
