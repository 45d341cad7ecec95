// SPDX-License-Identifier: Apache-2.0
// Questions to the person at the terminal: what counts as a word, and what never does.
#include "cli/answers.h"
#include "cli/console_asker.h"
#include "fake_farm.h"
#include "ui/terminal_prompter.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <deque>
#include <future>
#include <unistd.h>

using namespace ovd;

namespace {

/// A person who presses Enter, types something, or closes the terminal, as scripted.
class CredentialPrompter final : public Prompter {
public:
    std::function<Result<bool>(const std::function<bool()>& enough)> at_hand = [](const auto&) {
        return Result<bool>(true);
    };
    std::string word = "n";
    std::vector<std::string> shown;

    Result<std::string> ask(
        const std::string& question, const std::string&, const Validator&) override {
        shown.push_back(question);
        return word;
    }
    Result<bool> confirm(const std::string&, bool proposed) override { return proposed; }
    Result<std::string> secret(const std::string&) override {
        return fail(ErrorKind::internal, "");
    }
    Result<bool> wait_for_enter(
        const std::string& text, const std::function<bool()>& enough) override {
        most_at_once = std::max(most_at_once.load(), ++at_once);
        {
            const std::scoped_lock lock(mutex);
            shown.push_back(text);
        }
        auto said = at_hand(enough);
        --at_once;
        return said;
    }
    [[nodiscard]] bool interactive() const override { return true; }

    std::mutex mutex;
    std::atomic<int> at_once = 0;
    std::atomic<int> most_at_once = 0;
};

struct AtTheTerminal {
    Farm farm;
    Step step;
    CredentialPrompter person;
    FakeView view;
    std::stop_source stop;
    std::string before;
    ConsoleAsker asker{farm, "farm.run", {}, person, view, "ann@ops1", stop.get_token(),
        {[](const Step&) { return std::string("the plan\n"); },
            [this](const std::string&) { return before; }}};

    AtTheTerminal() {
        farm.secrets["db_password"] = {SecretSource::From::generate, "", {}};
        step.id = "make-room";
        step.title = "Make room";
    }
    Task task(const std::string& node) const { return {step.id + "@" + node, &step, node, {}}; }
};

/// The test's own stdin for a while.
class Stdin {
public:
    Stdin() {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        kept_ = ::dup(STDIN_FILENO);
        ::dup2(ends[0], STDIN_FILENO);
        ::close(ends[0]);
        in_ = ends[1];
    }
    ~Stdin() {
        close();
        ::dup2(kept_, STDIN_FILENO);
        ::close(kept_);
    }
    void type(const std::string& keys) const {
        REQUIRE(::write(in_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
    }
    void close() {
        if (in_ >= 0) ::close(in_);
        in_ = -1;
    }

private:
    int kept_ = -1;
    int in_ = -1;
};

} // namespace

TEST_CASE("a terminal that closes says nothing about a task by hand") {
    AtTheTerminal at;
    at.person.at_hand = [](const auto&) {
        return Result<bool>(fail(ErrorKind::stopped, "The input ended"));
    };
    const auto ended = at.asker.by_hand(at.task("osm1"), "true\n", {});
    REQUIRE_FALSE(ended);
    CHECK(ended.error().kind == ErrorKind::stopped);
}

TEST_CASE("an Enter that comes too early is told so, and the commands are not repeated") {
    AtTheTerminal at;
    int looks = 0; // at first, after the first Enter, after the second
    const auto ended =
        at.asker.by_hand(at.task("osm1"), "true\n", [&]() -> Result<bool> { return ++looks > 2; });
    CHECK(ended);
    REQUIRE(at.person.shown.size() == 2);
    CHECK_THAT(at.person.shown[0], Catch::Contains("on osm1:\n\ntrue\n"));
    CHECK_THAT(at.person.shown[1], Catch::StartsWith("It does not look done yet."));
    CHECK_THAT(at.person.shown[1], !Catch::Contains("true\n"));
}

TEST_CASE("what is done by hand is noticed while the person is still asked") {
    AtTheTerminal at;
    std::atomic<int> looks = 0;
    at.person.at_hand = [](const std::function<bool()>& enough) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!enough() && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(Millis{5});
        return Result<bool>(false);
    };
    const auto ended =
        at.asker.by_hand(at.task("osm1"), "true\n", [&]() -> Result<bool> { return ++looks > 1; });
    CHECK(ended);
    CHECK(looks == 2);
}

TEST_CASE("a look beside the person that throws is an error, and does not end the program") {
    AtTheTerminal at;
    std::atomic<int> looks = 0;
    at.person.at_hand = [](const std::function<bool()>& enough) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!enough() && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(Millis{5});
        return Result<bool>(false);
    };
    const auto ended = at.asker.by_hand(at.task("osm1"), "true\n", [&]() -> Result<bool> {
        if (++looks > 1) throw std::runtime_error("an odd node");
        return false;
    });
    REQUIRE_FALSE(ended);
    CHECK(ended.error().message == "an odd node");
}

TEST_CASE("of several tasks by hand one is shown at a time") {
    AtTheTerminal at;
    std::vector<std::future<Status>> all;
    const std::vector<Task> tasks{at.task("pcs3"), at.task("pcs4"), at.task("osm2")};
    for (const auto& task : tasks)
        all.push_back(std::async(
            std::launch::async, [&at, &task] { return at.asker.by_hand(task, "true\n", {}); }));
    for (auto& each : all)
        CHECK(each.get());
    CHECK(at.person.most_at_once == 1);
    CHECK(at.person.shown.size() == 3); // each once
}

TEST_CASE("after a stop no task is shown to be done by hand") {
    AtTheTerminal at;
    at.stop.request_stop();
    const auto ended = at.asker.by_hand(at.task("osm1"), "true\n", {});
    REQUIRE_FALSE(ended);
    CHECK(ended.error().kind == ErrorKind::stopped);
    CHECK(at.person.shown.empty());
}

TEST_CASE("who does it by hand is told where the secrets are") {
    AtTheTerminal at;
    CHECK(at.asker.by_hand(at.task("dbmy"), "mysql\n# stdin:\n<secret db_password>\n", {}));
    CHECK_THAT(at.person.shown.at(0),
        Catch::Contains("<secret db_password>: in the file farm.run/secrets/db_password"));
}

TEST_CASE("a question asked again shows what was said last") {
    AtTheTerminal at;
    at.before = "not yet, bob@ops2, 2026-01-31T02:14:07Z";
    const auto said = at.asker.ask(at.task("osm1"), {"Is there room?", "", ""});
    REQUIRE(said);
    CHECK_FALSE(said->done);
    CHECK_THAT(at.person.shown.at(0), Catch::Contains("(last time: not yet, bob@ops2, "));
}

TEST_CASE("only done and not yet are answers to a step") {
    const std::vector<std::string> steps{"request-key", "boot-osm1"};
    const std::vector<std::string> checks{"The console answers"};
    const auto judge = [&](const std::string& name, const std::string& said) {
        Answers answers{{{name, said}}, {{name, {"answers.toml", 3, 1}}}};
        auto ok = check_answers(answers, steps, checks);
        return ok ? answers.said[name]
                  : to_string(*ok.error().where) + " " + ok.error().message + " " + ok.error().hint;
    };
    CHECK(judge("request-key", " Done ") == "done");
    CHECK(judge("request-key", "Not  YET") == "not yet");
    for (const char* said : {"no", "", "notyet", "done, mostly"})
        CHECK_THAT(judge("request-key", said),
            Catch::StartsWith("answers.toml:3:1 ") && Catch::Contains("\"not yet\""));
    CHECK_THAT(judge("request-kay", "done"), Catch::Contains("Did you mean request-key?"));
    CHECK(judge("The console answers", "no") == "no"); // the sheet has words of its own
}

TEST_CASE("the end of the input is no Enter") {
    Stdin in;
    TerminalPrompter prompter(true);
    in.type("no\n\n");
    CHECK(prompter.wait_for_enter("Done? ", [] { return false; }).value());
    in.close();
    const auto ended = prompter.wait_for_enter("Done? ", [] { return false; });
    REQUIRE_FALSE(ended);
    CHECK(ended.error().kind == ErrorKind::stopped);
}

TEST_CASE("while one question waits for its answer no other is put") {
    const Stdin in;
    TerminalPrompter prompter(true);
    in.type("first\nsecond\n");
    std::future<Result<std::string>> other;
    const auto first = prompter.ask("One", "", [&](const std::string&) -> Status {
        other = std::async(std::launch::async, [&] { return prompter.ask("Two"); });
        CHECK(other.wait_for(Millis{300}) == std::future_status::timeout);
        return {};
    });
    CHECK(first.value() == "first");
    CHECK(other.get().value() == "second");
}
