// SPDX-License-Identifier: Apache-2.0
#include "ssh_lab.h"

using namespace ovd;
using namespace ovd::test;

TEST_CASE("an unknown host key is asked for once and remembered", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    CHECK(read_one(nodes->reader("n"), "echo hi").output == "hi\n");
    nodes->drop("n");
    CHECK(read_one(nodes->reader("n"), "echo hi").output == "hi\n");
    REQUIRE(lab.asked.size() == 1);
    CHECK(lab.asked[0].node == "n");
    CHECK(lab.asked[0].type == "ssh-ed25519");
    CHECK(lab.asked[0].fingerprint.starts_with("SHA256:"));
    lab.options.trust = {};
    nodes = lab.open();
    CHECK(read_one(nodes->reader("n"), "echo hi").output == "hi\n");
}

TEST_CASE("an unknown host key is refused without a yes", "[ssh]") {
    Lab lab;
    const bool somebody = GENERATE(true, false);
    lab.options.trust = {};
    if (somebody) lab.options.trust = [](const UnknownHostKey&) { return false; };
    auto nodes = lab.open();
    const Read read{"true", {}, Millis{1'000}};
    const auto result = nodes->reader("n").read({&read, 1});
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == ErrorKind::host_key);
    CHECK(result.error().message.find("SHA256:") != std::string::npos);
    CHECK_FALSE(result.error().hint.empty());
    CHECK_FALSE(fs::exists(lab.options.known_hosts));
}

TEST_CASE("a changed host key is always refused, with the way to remove the old one", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    CHECK(read_one(nodes->reader("n"), "echo hi").output == "hi\n");
    lab.sshd.stop();
    lab.sshd.change_host_key();
    lab.sshd.start();
    const auto result = nodes->changer("n").run({"x", "true", {}}, {});
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == ErrorKind::host_key);
    CHECK(result.error().message.find(lab.options.known_hosts) != std::string::npos);
    CHECK(result.error().hint.find(fmt::format("ssh-keygen -f '{}' -R '[127.0.0.1]:{}'",
              lab.options.known_hosts, lab.sshd.port())) != std::string::npos);
    CHECK(lab.asked.size() == 1);
    must_run({"ssh-keygen", "-q", "-f", lab.options.known_hosts, "-R",
        fmt::format("[127.0.0.1]:{}", lab.sshd.port())});
    CHECK(read_one(nodes->reader("n"), "echo hi").output == "hi\n");
}

TEST_CASE("a preferred address counts only when it is the same machine", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    CHECK(read_one(nodes->reader("n"), "echo hi").output == "hi\n");
    // sshd listens on 127.0.0.1 alone: nobody is there.
    lab.prefer = {"127.0.0.2"};
    nodes = lab.open();
    CHECK(read_one(nodes->reader("n"), "echo hi").output == "hi\n");
    // The host's name goes nowhere, and the preferred address leads to it all the same.
    const auto entry = read_file(lab.options.known_hosts).value();
    const auto key = entry.substr(entry.find(' '));
    std::ofstream(lab.options.known_hosts, std::ios::app)
        << fmt::format("[127.0.0.3]:{}{}", lab.sshd.port(), key);
    const auto over = [&](const std::string& host) {
        auto made = make_ssh({{"n", "root", host, lab.sshd.port(), {"127.0.0.1"}}}, lab.options);
        const Read read{"echo hi", {}, Millis{1'000}};
        return made->reader("n").read({&read, 1});
    };
    CHECK(over("127.0.0.3"));
    // It shows a key that is not the one of the host: the error says so, as all addresses failed.
    std::ofstream(lab.options.known_hosts, std::ios::app)
        << fmt::format("[127.0.0.4]:{} ssh-ed25519 "
                       "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n",
               lab.sshd.port());
    const auto other = over("127.0.0.4");
    REQUIRE_FALSE(other);
    CHECK(other.error().kind == ErrorKind::host_key);
}

TEST_CASE("errors of a connection say what to try", "[ssh]") {
    Lab lab;
    const Read read{"true", {}, Millis{1'000}};
    SECTION("nobody answers") {
        lab.sshd.stop();
        const auto result = lab.open()->reader("n").read({&read, 1});
        REQUIRE_FALSE(result);
        CHECK(result.error().kind == ErrorKind::connect);
        CHECK(result.error().hint.find(fmt::format("ssh -p {}", lab.sshd.port())) !=
              std::string::npos);
        const auto job = lab.open()->changer("n").run({"j", "true", {}}, {});
        REQUIRE_FALSE(job);
        CHECK(job.error().kind == ErrorKind::connect);
    }
    SECTION("the key does not fit, and nobody knows a password") {
        must_run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", lab.sshd.path("bad")});
        lab.options.identity = lab.sshd.path("bad");
        const auto result = lab.open()->reader("n").read({&read, 1});
        REQUIRE_FALSE(result);
        CHECK(result.error().kind == ErrorKind::connect);
        CHECK(result.error().hint.find("ssh-copy-id") != std::string::npos);
    }
    SECTION("no such node") {
        const auto result = lab.open()->reader("other").read({&read, 1});
        REQUIRE_FALSE(result);
        CHECK(result.error().kind == ErrorKind::internal);
    }
}

TEST_CASE("a key with a passphrase is asked for once", "[ssh]") {
    Lab lab;
    must_run({"ssh-keygen", "-q", "-p", "-P", "", "-N", "open sesame", "-f", lab.sshd.path("id")});
    int asked = 0;
    lab.options.secret = [&](const std::string& prompt) {
        CHECK(prompt.find(lab.sshd.path("id")) != std::string::npos);
        return ++asked == 1 ? "open sesame" : "";
    };
    auto nodes = lab.open();
    CHECK(read_one(nodes->reader("n"), "echo hi").output == "hi\n");
    nodes->drop("n");
    CHECK(read_one(nodes->reader("n"), "echo hi").output == "hi\n");
    CHECK(asked == 1);
}

TEST_CASE("what one set of connections was told holds for every other", "[ssh]") {
    Lab lab;
    must_run({"ssh-keygen", "-q", "-p", "-P", "", "-N", "open sesame", "-f", lab.sshd.path("id")});
    int asked = 0;
    lab.options.secret = [&](const std::string&) { return ++asked == 1 ? "open sesame" : ""; };
    const auto connect = ssh_maker({{"n", "root", "127.0.0.1", lab.sshd.port(), {}}}, lab.options);
    const auto first = connect();
    CHECK(read_one(first->reader("n"), "echo hi").output == "hi\n");
    const auto second = connect();
    CHECK(read_one(second->reader("n"), "echo hi").output == "hi\n");
    CHECK(asked == 1);
    CHECK(lab.asked.size() == 1);
    CHECK(second->traffic("n").connects == 1); // and it is one of its own
}
