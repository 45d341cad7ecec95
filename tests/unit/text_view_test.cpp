// SPDX-License-Identifier: Apache-2.0
#include "ui/view.h"

#include "base/file.h"
#include "base/redact.h"
#include "guide_maker.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

using namespace ovd;

namespace {

/// What is printed on stdout while it lives.
class Printed {
public:
    Printed() : before_(::dup(STDOUT_FILENO)) {
        std::fflush(stdout);
        const int file = ::open((dir_ / "out").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        ::dup2(file, STDOUT_FILENO);
        ::close(file);
    }
    std::string end() {
        std::fflush(stdout);
        ::dup2(before_, STDOUT_FILENO);
        ::close(before_);
        return read_file(dir_ / "out").value_or("");
    }

private:
    TempDir dir_;
    int before_;
};

} // namespace

TEST_CASE("what a node says gives the terminal no orders; what we paint is painted", "[view]") {
    Redactor redactor;
    redactor.add("s", "correct horse");
    const auto clean = [&](std::string_view text) { return redactor.clean(text); };
    ViewOptions options;
    options.verbose = options.color = true;
    Printed printed;
    {
        const auto view = make_view(options, clean);
        view->begins("t@osm1", "A title", "1-one/10-a");
        view->output("t@osm1", "\x1b[2Joutput\n");
        view->note("t@osm1", "a \x1b]0;x\anote");
        view->ends("t@osm1", {TaskStatus::done, TaskHow::ran, "a \x1b[Hmessage", {}}, 0);
        view->say("said\x1b[8m, correct horse");
        view->say_painted("\x1b[31mRED\x1b[0m");
    }
    const auto text = printed.end();
    for (const auto* order : {"\x1b[2J", "\x1b]", "\x1b[H", "\x1b[8m", "\a"})
        CHECK(text.find(order) == std::string::npos);
    CHECK(text.find("osm1: output\n") != std::string::npos);
    CHECK(text.find("a note\n") != std::string::npos);
    CHECK(text.find("a message\n") != std::string::npos);
    CHECK(text.find("said, <secret s>\n") != std::string::npos);
    CHECK(text.find("\x1b[31mRED\x1b[0m\n") != std::string::npos);
    CHECK(text.find("\x1b[32m") != std::string::npos);
}

TEST_CASE("a view with a line in place ends at once", "[view]") {
    ViewOptions options;
    options.live = true;
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i)
        (void)make_view(options, [](std::string_view text) { return std::string(text); });
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5)); // not 200 ms each
}
