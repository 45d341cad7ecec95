// SPDX-License-Identifier: Apache-2.0
// Logging in where it takes its time, or where more is asked than a password.
#include "odd_sshd.h"
#include "ssh/ssh.h"

#include <catch2/catch.hpp>
#include <csignal>

using namespace ovd;
using namespace ovd::test;

namespace {

using Answers = std::vector<std::string>;

/// Somebody who answers the questions of a login in their order, then nothing.
struct Somebody {
    explicit Somebody(const OddSshd& sshd, Answers answers) : port(sshd.port()) {
        std::signal(SIGPIPE, SIG_IGN); // as the program does
        options.identity = "/dev/null";
        options.known_hosts = sshd.known_hosts();
        options.connect_timeout = Millis{2'000};
        options.trust = [](const UnknownHostKey&) { return true; };
        options.secret = [this, answers](const std::string& question) {
            asked.push_back(question);
            return asked.size() <= answers.size() ? answers[asked.size() - 1] : "";
        };
    }
    /// What is said of a login that fails, also for want of anything to do behind it.
    Error refused() {
        const auto nodes = make_ssh({{"n", "root", "127.0.0.1", port, {}}}, options);
        const Read read{"true", {}, Millis{1'000}};
        const auto result = nodes->reader("n").read({&read, 1});
        REQUIRE_FALSE(result);
        return result.error();
    }

    int port;
    SshOptions options;
    std::vector<std::string> asked;
};

} // namespace

TEST_CASE("a login that takes too long is told as that, and not as a wrong key", "[ssh]") {
    const OddSshd sshd;
    Somebody somebody(sshd, {"hunter2"});
    const auto error = somebody.refused();
    CHECK(error.kind == ErrorKind::connect);
    CHECK(error.message == "n: waited 2.0 s for its answer while logging in as root");
    CHECK(error.hint.find("Try: ssh -p") == 0);
    CHECK(error.hint.find("ssh-copy-id") == std::string::npos);
    CHECK(somebody.asked.empty()); // a password would not help
}

TEST_CASE("a password is for the first question for one, and a code is asked for", "[ssh]") {
    const OddSshd sshd({{{"Password: "}, {"hunter2"}}, {{"Verification code: "}, {"123456"}}});
    Somebody somebody(sshd, {"hunter2", "123456"});
    const auto error = somebody.refused();
    CAPTURE(error.message);
    CHECK(sshd.let_in());
    REQUIRE(somebody.asked.size() >= 2); // and again when it is connected to again
    CHECK(somebody.asked[0] == "Password of root on n (127.0.0.1)");
    CHECK(somebody.asked[1] == "n (127.0.0.1) asks root: Verification code");
}

TEST_CASE("a new password is not answered with the old one", "[ssh]") {
    const OddSshd sshd({{{"Password:"}, {"old"}},
        {{"\x1b[2JNew password:", "Retype new password:"}, {"better", "better"}}});
    Somebody somebody(sshd, {"old", "better", "better"});
    const auto error = somebody.refused();
    CAPTURE(error.message);
    CHECK(sshd.let_in());
    REQUIRE(somebody.asked.size() >= 3);
    CHECK(somebody.asked[1] ==
          "n (127.0.0.1) asks root: New password"); // and no orders to a terminal
    CHECK(somebody.asked[2] == "n (127.0.0.1) asks root: Retype new password");
}

TEST_CASE("a question without an answer ends the login, and is named", "[ssh]") {
    const OddSshd sshd({{{"Password:", "Verification code:"}, {"hunter2", "123456"}}});
    Somebody somebody(sshd, {"hunter2"});
    const auto error = somebody.refused();
    CAPTURE(error.message);
    CHECK_FALSE(sshd.let_in());
    CHECK(error.message.find("it asks \"Verification code\"") != std::string::npos);
    CHECK(error.hint.find("ssh-copy-id") != std::string::npos);
}

TEST_CASE("questions without end are not answered without end", "[ssh]") {
    const OddSshd sshd({{{"Again:"}, {"x"}}}, true);
    Somebody somebody(sshd, Answers(1000, "x"));
    const auto error = somebody.refused();
    CHECK(error.message.find("it asks one question after another") != std::string::npos);
    CHECK(somebody.asked.size() < 20);
}
