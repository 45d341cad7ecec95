// SPDX-License-Identifier: Apache-2.0
// The lock's own shell, really run on a folder here.
#include "engine/node_lock.h"

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "guide_maker.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

using namespace ovd;

namespace {

class Bench {
public:
    [[nodiscard]] LocalResult run(std::string script) const {
        const std::string there = "/var/lib/ovd-failover";
        for (std::size_t at = 0; (at = script.find(there, at)) != std::string::npos;)
            script.replace(at, there.size(), dir_.path().string());
        auto ran = run_local(script, {}, {});
        REQUIRE(ran);
        return *ran;
    }
    [[nodiscard]] std::string lease() const { return dir_ / "lease"; }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(dir_.path()), {}));
    }

private:
    TempDir dir_;
};

const LockOwner mine{
    "1234 me@desk", "(process 7, begun 2026-01-31T02:14:07.250Z)", "aaaa", {"aaaa"}};
const LockOwner mine_later{"1234 me@desk", "(process 9, begun later)", "bbbb", {"aaaa", "bbbb"}};
const LockOwner hers{"99 eve@laptop", "(process 8, begun today)", "cccc", {"cccc"}};

} // namespace

TEST_CASE("a lock is kept from others, and tells them whose it is") {
    const Bench bench;
    CHECK(bench.run(mine.take_command(false)).status == 0);
    CHECK(bench.run(mine.take_command(false)).status == 0); // the same run goes on
    const auto refused = bench.run(hers.take_command(false));
    CHECK(refused.status == 75);
    CHECK(refused.output.find("held by 1234 me@desk (process 7, begun 2026") == 0);
    CHECK(refused.output.find("restarted") == std::string::npos);
    CHECK(bench.run(hers.release_command()).status == 0); // not hers to give back
    CHECK(bench.run(hers.take_command(false)).status == 75);
    CHECK(bench.run(mine.release_command()).status == 0);
    CHECK(bench.run(hers.take_command(false)).status == 0);
    CHECK(bench.files() == 3); // lock, last run, and what keeps two from both at a time
}

TEST_CASE("the same run takes the lock again, and the token of the one before is worth nothing") {
    const Bench bench;
    CHECK(bench.run(mine.take_command(false)).status == 0);
    CHECK(bench.run(mine_later.take_command(false)).status == 0);
    CHECK(lines(read_file(bench.lease()).value()).at(3) == "bbbb");
    CHECK(bench.run(mine.release_command()).status == 0); // not that one's any more
    CHECK(bench.run(hers.take_command(false)).status == 75);
}

TEST_CASE("of two copies of a run folder the one that was used last goes on") {
    const Bench bench;
    CHECK(bench.run(mine.take_command(false)).status == 0);
    CHECK(bench.run(mine.release_command()).status == 0);
    CHECK(bench.run(mine_later.take_command(false)).status == 0);
    CHECK(bench.run(mine_later.release_command()).status == 0);
    // Its journal does not know of mine_later.
    const LockOwner copy{"1234 me@desk", "(process 10, begun after)", "dddd", {"aaaa", "dddd"}};
    const auto refused = bench.run(copy.take_command(false));
    CHECK(refused.status == 76);
    CHECK(refused.output.find("process 9") != std::string::npos);
    CHECK(bench.run(copy.take_command(true)).status == 0);
}

TEST_CASE("a lock is taken over when that is asked for, and then it is the other's") {
    const Bench bench;
    CHECK(bench.run(mine.take_command(false)).status == 0);
    CHECK(bench.run(hers.take_command(true)).status == 0);
    CHECK(bench.run(mine.take_command(false)).status == 75);
    CHECK(bench.run(mine.release_command()).status == 0);
    CHECK(bench.run(mine.take_command(false)).status == 75);
    CHECK(bench.files() == 3); // lock, last run, and what keeps two from both at a time
}

TEST_CASE("a lock from before a restart of the node says so") {
    const Bench bench;
    REQUIRE(write_file(bench.lease(), "99 eve@laptop\nanother-boot\n(process 8)\n"));
    const auto refused = bench.run(mine.take_command(false));
    CHECK(refused.status == 75);
    CHECK(refused.output.find("the node has restarted since") != std::string::npos);
}

TEST_CASE("of many at the same moment one gets the lock") {
    const Bench bench;
    std::atomic<int> got = 0;
    {
        std::vector<std::jthread> all;
        for (int i = 0; i < 8; ++i)
            all.emplace_back([&, i] {
                if (bench
                        .run(LockOwner{"run " + std::to_string(i), "", std::to_string(i),
                            {}}.take_command(false))
                        .status == 0)
                    ++got;
            });
    }
    CHECK(got == 1);
    CHECK(bench.files() == 3); // lock, last run, and what keeps two from both at a time
}
