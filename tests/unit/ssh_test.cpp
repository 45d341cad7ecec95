// SPDX-License-Identifier: Apache-2.0
#include "guide_maker.h"
#include "ssh_lab.h"

#include <sys/resource.h>

using namespace ovd;
using namespace ovd::test;

TEST_CASE("a connection can be made before it is needed, and is told of when it cannot", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    auto& reader = nodes->reader("n");
    reader.connect();
    CHECK(nodes->traffic("n").connects == 1);
    CHECK(nodes->traffic("n").round_trips == 0);
    reader.connect();
    CHECK(read_one(reader, "echo here").output == "here\n");
    CHECK(nodes->traffic("n").connects == 1);
    CHECK(nodes->traffic("n").round_trips == 1);
    auto none = make_ssh({{"n", "root", "127.0.0.1", 1, {}}}, lab.options);
    none->reader("n").connect();
    const Read read{"true", {}};
    const auto said = none->reader("n").read({&read, 1});
    REQUIRE_FALSE(said);
    CHECK(said.error().kind == ErrorKind::connect);
}

TEST_CASE("reads come back in order, each with its own status, in one round trip", "[ssh]") {
    const auto* sh = GENERATE("", "/bin/bash");
    Lab lab(sh);
    auto nodes = lab.open();
    const std::vector<Read> reads{
        {"echo one; echo two >&2", {}, Millis{5'000}},
        {"exit 3", {}, Millis{5'000}},
        {"printf 'no end of line'", {}, Millis{5'000}},
        {"cat", "a line\nand no end", Millis{5'000}},
        {"cat <<'E'\nhere $x\nE", {}, Millis{5'000}},
        {"echo \"unclosed", {}, Millis{5'000}},
        {"read line || echo 'no stdin'", {}, Millis{5'000}},
        {"", {}, Millis{5'000}},
        {"exec 3<&-; echo $((1+1))", {}, Millis{5'000}},
    };
    auto results = nodes->reader("n").read(reads);
    REQUIRE(results);
    REQUIRE(results->size() == reads.size());
    CHECK(results->at(0).output == "one\ntwo\n");
    CHECK(results->at(1).status == 3);
    CHECK(results->at(2).output == "no end of line");
    CHECK(results->at(3).output == "a line\nand no end");
    CHECK(results->at(4).output == "here $x\n");
    CHECK(results->at(5).status == 2);
    CHECK(results->at(6).output == "no stdin\n");
    CHECK(results->at(7).status == 0);
    CHECK(results->at(8).output == "2\n");
    CHECK(nodes->traffic("n").connects == 1);
    CHECK(nodes->traffic("n").round_trips == 1);
}

TEST_CASE("a read that takes too long does not hold up the next one", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    const std::vector<Read> reads{
        {"echo begun; sleep 30", {}, Millis{300}},
        {"trap '' TERM; while :; do sleep 0.1; done", {}, Millis{300}},
        {"echo next", {}, Millis{5'000}},
    };
    auto results = nodes->reader("n").read(reads);
    REQUIRE(results);
    CHECK(results->at(0).timed_out);
    CHECK(results->at(0).output == "begun\n");
    CHECK(results->at(1).timed_out);
    CHECK(results->at(2).output == "next\n");
    CHECK_FALSE(results->at(2).timed_out);
}

TEST_CASE("reads carry any bytes, and much of them", "[ssh]") {
    const auto* sh = GENERATE("", "/bin/bash");
    Lab lab(sh);
    auto nodes = lab.open();
    auto& reader = nodes->reader("n");
    const auto bytes = every_byte(1'500'000);
    std::ofstream(lab.sshd.path("file"), std::ios::binary) << bytes;
    CHECK(reader.get(lab.sshd.path("file")) == bytes);
    CHECK(read_one(reader, "cat " + lab.sshd.path("file")).output == bytes);
    CHECK(read_one(reader, "cat", bytes).output == bytes);
    CHECK(read_one(reader, "true", bytes).status == 0);
    CHECK(read_one(reader, "wc -c", every_byte(3'000'000)).output == "3000000\n");
    std::ofstream(lab.sshd.path("empty")).flush();
    CHECK(reader.get(lab.sshd.path("empty")) == std::string{});
    const auto missing = reader.get("/nowhere");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().kind == ErrorKind::remote);
    CHECK(missing.error().message.find("/nowhere") != std::string::npos);
}

namespace {

/// The most memory that this process ever had, in KiB.
long most_memory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

} // namespace

TEST_CASE("of what a look prints only so much is kept, and that is told", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    auto& reader = nodes->reader("n");
    const std::vector<Read> reads{
        {"echo first; head -c 9000000 /dev/zero | tr '\\0' x", {}, Millis{60'000}},
        {"echo second", {}, Millis{60'000}}, {"yes", {}, Millis{500}},
        {"exec yes '" + std::string(5000, 'y') + "'", {}, Millis{500}},
        {fmt::format("head -c {} /dev/zero | tr '\\0' x", most_read), {}, Millis{60'000}}};
    const auto results = reader.read(reads);
    REQUIRE(results);
    const auto& much = results->at(0);
    CHECK(much.status == -1); // it proves nothing
    CHECK_FALSE(much.timed_out);
    CHECK(much.output.starts_with("first\nxxx"));
    CHECK(much.output.ends_with("x\n[cut off: it printed more than 2 MiB]\n"));
    CHECK(results->at(1).output == "second\n");
    for (const auto endless : {2U, 3U}) {
        CHECK(results->at(endless).timed_out);
        CHECK(results->at(endless).output.size() < most_read + 100);
    }
    CHECK(results->at(4).status == 0);
    CHECK(results->at(4).output.size() == most_read);

    // Nor is it kept meanwhile.
    const auto before = most_memory();
    const auto endless = read_one(reader, "head -c 150000000 /dev/zero", {}, Millis{120'000});
    CHECK(endless.output.size() < most_read + 100);
    CHECK(most_memory() - before < 60'000);

    std::ofstream(lab.sshd.path("big"), std::ios::binary) << every_byte(1'700'000);
    const auto big = reader.get(lab.sshd.path("big"));
    REQUIRE_FALSE(big);
    CHECK(big.error().message.find("it is larger than 1.5 MiB") != std::string::npos);
}

TEST_CASE("a node that talks without end and without sense is given up", "[ssh]") {
    const TempDir folder;
    folder.write("sh", "#!/bin/bash\nexec yes nonsense\n");
    fs::permissions(folder / "sh", fs::perms::owner_all);
    Lab lab(folder / "sh");
    auto nodes = lab.open();
    const auto began = Steady::now();
    const Read read{"true", {}, Millis{20'000}};
    const auto looked = nodes->reader("n").read({&read, 1});
    REQUIRE_FALSE(looked);
    CHECK(
        looked.error().message.find("no command could be started: nonsense") != std::string::npos);
    CHECK(looked.error().message.size() < 500);
    const auto changed = nodes->changer("n").run({"x", "true", {}}, {});
    REQUIRE_FALSE(changed);
    CAPTURE(changed.error().message);
    CHECK(
        changed.error().message.find("no command could be started: nonsense") != std::string::npos);
    CHECK(changed.error().message.size() < 500);
    CHECK(seconds_since(began) < 20);
}

TEST_CASE("a status of the command's own is no end of its time", "[ssh]") {
    const auto* sh = GENERATE("", "/bin/bash");
    Lab lab(sh);
    auto nodes = lab.open();
    auto& reader = nodes->reader("n");
    const auto own = read_one(reader, "echo mine; exit 124");
    CHECK(own.status == 124);
    CHECK_FALSE(own.timed_out);
    CHECK(own.output == "mine\n");
    CHECK(read_one(reader, "kill -9 $$").status == 137);
    CHECK_FALSE(read_one(reader, "kill -9 $$").timed_out);
    CHECK_FALSE(read_one(reader, "timeout 0.2 sleep 9", {}, Millis{5'000}).timed_out);
    CHECK(read_one(reader, "echo late; sleep 9", {}, Millis{300}).timed_out);
    CHECK(read_one(reader, "trap '' TERM; sleep 9 & sleep 9; sleep 9", {}, Millis{300}).timed_out);
    CHECK(read_one(reader, "cat; sleep 9", "input", Millis{300}).timed_out);
}

TEST_CASE("reads survive a cut connection", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    auto& reader = nodes->reader("n");
    CHECK(read_one(reader, "echo a").output == "a\n");
    REQUIRE(lab.sshd.cut() == 1);
    CHECK(read_one(reader, "echo b").output == "b\n");
    CHECK(nodes->traffic("n").connects == 2);
    // Also in the middle: the first is not asked again, the second is.
    std::jthread cutter([&] {
        wait_for([&] { return fs::exists(lab.sshd.path("second")); });
        lab.sshd.cut();
    });
    const std::vector<Read> reads{
        {"echo x >>" + lab.sshd.path("first"), {}, Millis{5'000}},
        {fmt::format(
             "if [ ! -e {0} ]; then touch {0}; sleep 20; fi; echo done", lab.sshd.path("second")),
            {}, Millis{60'000}},
    };
    auto results = reader.read(reads);
    REQUIRE(results);
    CHECK(results->at(1).output == "done\n");
    CHECK(read_file(lab.sshd.path("first")) == "x\n");
}

TEST_CASE("secrets in an input are in no process's arguments or environment", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    std::string secret = "secret-"; // put together here, so that it is nowhere else
    secret += sha256(lab.sshd.path("x"));
    std::atomic<bool> begun = false;
    JobWatch watch;
    watch.output = [&](std::string_view) { begun = true; };
    std::jthread job([&] {
        const auto state = must(nodes->changer("n").run(
            {"secret", "echo begun; read word; sleep 0.7; echo ${#word}", secret + "\n"}, watch));
        CHECK(state.output == fmt::format("begun\n{}\n", secret.size()));
    });
    REQUIRE(wait_for([&] { return begun.load(); }));
    for (int i = 0; i < 10; ++i)
        CHECK_FALSE(in_any_process(secret));
    for (const auto& entry : fs::directory_iterator("/run"))
        if (entry.path().filename().string().starts_with("ovd-job."))
            CHECK((read_file(entry.path()).value_or("").find(secret) == std::string::npos));
    job.join();
    for (const auto& entry : fs::recursive_directory_iterator(lab.options.run_dir))
        if (entry.is_regular_file())
            CHECK((read_file(entry.path())->find(secret) == std::string::npos));
    std::jthread read([&] {
        CHECK(read_one(nodes->reader("n"), "cat >/dev/null; sleep 0.5; echo ok", secret).output ==
              "ok\n");
    });
    for (int i = 0; i < 10; ++i)
        CHECK_FALSE(in_any_process(secret));
}

TEST_CASE("many threads share a node", "[ssh]") {
    Lab lab;
    auto nodes = lab.open();
    std::vector<std::jthread> threads;
    std::atomic<int> good = 0;
    for (int i = 0; i < 16; ++i)
        threads.emplace_back([&, i] {
            const auto text = fmt::format("{}\n", i);
            if (i % 2 == 0)
                good += read_one(nodes->reader("n"), fmt::format("echo {}", i)).output == text;
            else
                good += must(nodes->changer("n").run({fmt::format("t{}", i), "cat", text}, {}))
                            .output == text;
        });
    threads.clear();
    CHECK(good == 16);
    CHECK(nodes->traffic("n").connects == 1);
    CHECK(nodes->traffic("n").round_trips == 16);
}
