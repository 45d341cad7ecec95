// SPDX-License-Identifier: Apache-2.0
#include "ssh_lab.h"

#include "ssh/frames.h"
#include "ssh/supervisor.h"

using namespace ovd;
using namespace ovd::test;

TEST_CASE("a job runs once, however often its id is used", "[ssh]") {
    const auto* sh = GENERATE("", "/bin/bash");
    Lab lab(sh);
    auto nodes = lab.open();
    auto& changer = nodes->changer("n");
    CHECK(must(changer.look("j-1.0")).phase == Phase::absent);
    const Job job{"j-1.0", "echo \"it's\"; echo run >>" + lab.sshd.path("runs") + "; exit 7", {}};
    for (int i = 0; i < 3; ++i) {
        const auto state = must(changer.run(job, {}));
        CHECK(state.phase == Phase::ended);
        CHECK(state.status == 7);
        CHECK(state.output == "it's\n");
        CHECK(state.started > 1.6e9);
        CHECK(state.ended >= state.started);
        CHECK(state.now >= state.ended);
    }
    CHECK(read_file(lab.sshd.path("runs")) == "run\n");
    const auto seen = must(changer.look("j-1.0"));
    CHECK(seen.phase == Phase::ended);
    CHECK(seen.status == 7);
    CHECK(seen.output == "it's\n");
    // Two programs at the same moment.
    auto others = lab.open();
    const Job both{
        "both", "sleep 0.3; echo ran >>" + lab.sshd.path("both"), std::string(2000, 'x')};
    {
        std::jthread one([&] { CHECK(must(nodes->changer("n").run(both, {})).status == 0); });
        std::jthread two([&] { CHECK(must(others->changer("n").run(both, {})).status == 0); });
    }
    CHECK(read_file(lab.sshd.path("both")) == "ran\n");
}

TEST_CASE("a job gets its input byte for byte", "[ssh]") {
    const auto* sh = GENERATE("", "/bin/bash");
    Lab lab(sh);
    auto nodes = lab.open();
    auto& changer = nodes->changer("n");
    const std::vector<std::string> inputs{
        {}, std::string(1, '\0'), "no end of line", every_byte(1 << 20), every_byte(5'000'001)};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto file = lab.sshd.path("in");
        const auto id = fmt::format("in{}", i);
        CHECK(must(changer.run({id, "cat >" + file, inputs[i]}, {})).status == 0);
        CHECK((read_file(file) == inputs[i]));
        // A command that takes none of it ends all the same.
        CHECK(must(changer.run({id + "x", "true", inputs[i]}, {})).status == 0);
    }
    const auto big = must(changer.run({"out", "cat", every_byte(3 << 20)}, {}));
    CHECK((big.output == every_byte(3 << 20).substr(2 << 20)));
}

TEST_CASE("a command has the usual umask, no stdin and no connection of ours", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    const auto state = must(nodes->changer("n").run(
        {"where",
            "umask; pwd; cat; for f in 0 1 2; do readlink /proc/$$/fd/$f; done; "
            "ls -l /proc/$$/fd | grep -c socket:",
            {}},
        {}));
    const auto out = lab.job_file("where", "out");
    CHECK(state.output == fmt::format("0022\n/\n/dev/null\n{0}\n{0}\n0\n", out));
    CHECK((fs::status(lab.options.run_dir).permissions() & fs::perms::mask) == fs::perms(0700));
    CHECK((fs::status(out).permissions() & fs::perms::mask) == fs::perms(0600));
    CHECK(read_file(lab.job_file("where", "cmd"))->starts_with("umask; pwd"));
}

TEST_CASE("a job goes on when the connection is cut, and its output comes once", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    const auto go_on = lab.sshd.path("go-on-");
    std::atomic<std::size_t> had = 0;
    std::string told;
    std::vector<std::string> notes;
    JobWatch watch;
    watch.output = [&](std::string_view text) { told += text, had = told.size(); };
    watch.note = [&](const std::string& text) { notes.push_back(text); };
    // Cut three times, each time when the part so far has come; the job goes on after the cut only.
    const std::string expected = "part 1\npart 2\npart 3\nend\n";
    std::jthread cutter([&] {
        for (const std::size_t part : {1U, 2U, 3U}) {
            wait_for([&] { return had == part * 7; });
            lab.sshd.cut();
            std::ofstream(go_on + std::to_string(part)) << "yes";
        }
    });
    const auto state = must(nodes->changer("n").run(
        {"long",
            fmt::format("for part in 1 2 3; do echo part $part; "
                        "until [ -e {}$part ]; do sleep 0.02; done; done; echo end; exit 5",
                go_on),
            {}},
        watch));
    CHECK(state.phase == Phase::ended);
    CHECK(state.status == 5);
    CHECK(state.output == expected);
    CHECK(told == expected);
    CHECK(notes.size() >= 6);
    CHECK(nodes->traffic("n").connects == 4);
    CHECK(nodes->traffic("n").round_trips == 4);
}

TEST_CASE("a cut while the input is on its way starts nothing by halves", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    const auto input = every_byte(30 << 20);
    const Read hello{"true", {}, Millis{20'000}};
    REQUIRE(nodes->reader("n").read({&hello, 1})); // logged in: it is the input that is cut
    std::jthread cutter([&] {
        std::this_thread::sleep_for(Millis{150});
        lab.sshd.cut();
    });
    const auto state = must(nodes->changer("n").run(
        {"upload", "cat | wc -c; echo x >>" + lab.sshd.path("ran"), input}, {}));
    CHECK(state.output == fmt::format("{}\n", input.size()));
    CHECK(read_file(lab.sshd.path("ran")) == "x\n");
}

TEST_CASE("a stop leaves the job running, to be attached to again", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    const auto go_on = lab.sshd.path("go-on");
    const Job job{"slow",
        fmt::format("echo first; until [ -e {} ]; do sleep 0.05; done; echo last", go_on), {}};
    std::stop_source stop;
    JobWatch watch;
    watch.stop = stop.get_token();
    watch.grace = Millis{200};
    watch.output = [&](std::string_view) { stop.request_stop(); };
    auto state = must(nodes->changer("n").run(job, watch)); // comes back, though the job cannot end
    CHECK(state.phase == Phase::running);
    CHECK(must(nodes->changer("n").look("slow")).phase == Phase::running);
    // Another program, as on another day.
    nodes = lab.open();
    std::ofstream(go_on) << "yes";
    state = must(nodes->changer("n").run(job, {}));
    CHECK(state.phase == Phase::ended);
    CHECK(state.output == "first\nlast\n");
    // Stopped before it was sent: nothing happens.
    const auto none = nodes->changer("n").run({"never", "true", {}}, watch);
    REQUIRE_FALSE(none);
    CHECK(none.error().kind == ErrorKind::stopped);
    CHECK(must(nodes->changer("n").look("never")).phase == Phase::absent);
}

TEST_CASE("a job whose node went down is lost, not guessed at", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    auto& changer = nodes->changer("n");
    const Job job{"gone", "echo $$; exec sleep 60", {}};
    const bool other_boot = GENERATE(true, false);
    pid_t sleeper = 0;
    JobWatch watch;
    watch.output = [&](std::string_view text) {
        sleeper = std::atoi(std::string(text).c_str());
        if (other_boot)
            std::ofstream(lab.job_file("gone", "boot")) << "another\n";
        else
            ::kill(std::atoi(read_file(lab.job_file("gone", "pid"))->c_str()), SIGKILL);
    };
    const auto state = must(changer.run(job, watch));
    CHECK(state.phase == Phase::lost);
    CHECK(state.output == fmt::format("{}\n", sleeper));
    const auto seen = must(changer.look("gone"));
    CHECK(seen.phase == Phase::lost);
    CHECK(seen.started > 1.6e9);
    CHECK(must(changer.run(job, {})).phase == Phase::lost);
    REQUIRE(sleeper > 1);
    ::kill(sleeper, SIGKILL);
}

namespace {

/// A small disk of its own in memory, to be filled.
struct SmallDisk {
    explicit SmallDisk(std::string its_path) : path(std::move(its_path)) {
        fs::create_directories(path);
        must_run({"mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", path});
    }
    ~SmallDisk() { must_run({"umount", "-l", path}); }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    std::string path;
};

} // namespace

TEST_CASE("a disk that fills up meanwhile does not cost the result", "[ssh]") {
    Lab lab;
    const SmallDisk disk(lab.options.run_dir);
    auto nodes = lab.open();
    const auto fill = "cat /dev/zero >" + disk.path + "/fill 2>/dev/null; ";
    const auto state = must(nodes->changer("n").run({"fills", fill + "exit 3", {}}, {}));
    CHECK(state.phase == Phase::ended);
    CHECK(state.status == 3);
    CHECK(state.ended >= state.started);
    const auto seen = must(nodes->changer("n").look("fills"));
    CHECK(seen.phase == Phase::ended);
    CHECK(seen.status == 3);
    // Now nothing can be noted of another one, so it is not begun.
    const auto mark = lab.sshd.path("ran");
    const auto refused = nodes->changer("n").run({"next", "touch " + mark, {}}, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::remote);
    CHECK(refused.error().hint.find("not full") != std::string::npos);
    CHECK_FALSE(fs::exists(mark));
    CHECK(must(nodes->changer("n").look("next")).phase == Phase::absent);
    fs::remove(disk.path + "/fill");
    CHECK(must(nodes->changer("n").run({"next", "touch " + mark, {}}, {})).status == 0);
    CHECK(fs::exists(mark));
}

TEST_CASE("a result that cannot be read is never taken for success", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    CHECK(must(nodes->changer("n").run({"odd", "true", {}}, {})).status == 0);
    std::ofstream(lab.job_file("odd", "rc")) << "";
    CHECK(must(nodes->changer("n").look("odd")).status == -1);
    CHECK(must(nodes->changer("n").run({"odd", "true", {}}, {})).status == -1);
}

TEST_CASE("a frame without output hides none that follows") {
    Frames frames("@m");
    std::string said = "@m data 0\n@m data x\n@m data 99999999999999999999\n@m end 0 1 2 3\n";
    for (int i = 0; i < 3; ++i)
        CHECK(frames.next(said)->word == "data");
    const auto end = frames.next(said);
    REQUIRE(end);
    CHECK(end->word == "end");
}

TEST_CASE("a look that says something else is unknown, never a job that was lost") {
    CHECK(understand_look({0, false, "ended 3 1.5 2.5 9\nout"})->status == 3);
    CHECK(understand_look({0, false, "lost -1 1.5 0 9\n"})->phase == Phase::lost);
    for (const char* odd : {"sh: 0 1 2 3\n", "ended x 1 2 3\n", "ended 0 1 2 inf\n",
             "ended 0 1 2 3", "lost -1 1.5z 0 9\n", "running\n"}) {
        INFO(odd);
        const auto state = understand_look({0, false, odd});
        REQUIRE_FALSE(state);
        CHECK(state.error().kind == ErrorKind::unknown);
    }
}

TEST_CASE("a node that stays away makes the outcome unknown", "[ssh]") {
    Lab lab;
    lab.options.reconnect_deadline = Millis{1'500};
    auto nodes = lab.open();
    JobWatch watch;
    watch.output = [&](std::string_view) { lab.sshd.stop(); };
    const auto start = Steady::now();
    const auto state = nodes->changer("n").run({"away", "echo x; sleep 1", {}}, watch);
    REQUIRE_FALSE(state);
    CHECK(state.error().kind == ErrorKind::unknown);
    CHECK(seconds_since(start) < 60); // three minutes, if it did not keep to its own deadline
    lab.sshd.start();
    CHECK(wait_for([&] { return must(nodes->changer("n").look("away")).phase == Phase::ended; }));
}

TEST_CASE("a node that has gone is given up as soon as was said, and named", "[ssh]") {
    Lab lab;
    lab.options.reconnect_deadline = Millis{180'000};
    auto nodes = lab.open();
    CHECK(read_one(nodes->reader("n"), "echo hi").output == "hi\n");
    const bool silent = GENERATE(false, true);
    if (silent) // the connection stays, and nobody is at its other end
        lab.sshd.freeze();
    else
        lab.sshd.stop();
    nodes->give_up_after("n", Millis{500});
    const auto began = Steady::now();
    JobWatch watch;
    std::vector<std::string> notes;
    watch.note = [&](const std::string& text) { notes.push_back(text); };
    const auto state = nodes->changer("n").run({"x", "true", {}}, watch);
    REQUIRE_FALSE(state);
    CHECK(state.error().message.find("n: ") == 0);
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].find("trying again for 0.5 s") != std::string::npos);
    CHECK_FALSE(nodes->changer("n").look("x"));
    CHECK(seconds_since(began) < 30); // 180 s, and as much again for the look
}
