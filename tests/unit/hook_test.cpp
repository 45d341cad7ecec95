// SPDX-License-Identifier: Apache-2.0
// Hooks of the farm file: one of a name at a time, whoever runs it.
#include "cli/hook.h"

#include "base/file.h"
#include "cli/sheets.h"
#include "guide_maker.h"

#include <catch2/catch.hpp>
#include <thread>

using namespace ovd;

namespace {

/// Notes in a file when it begins and ends, and takes its time.
std::string slow(const TempDir& dir) {
    return "echo begin >> '" + (dir / "log") + "'; sleep 0.3; echo end >> '" + (dir / "log") + "'";
}

} // namespace

TEST_CASE("hooks of one name wait for each other, and know what they are for", "[hook]") {
    const TempDir dir;
    {
        std::vector<std::jthread> both;
        for (int i = 0; i < 2; ++i)
            both.emplace_back(
                [&] { CHECK(run_hook(dir.path().string(), "h", slow(dir), {}, {})->status == 0); });
    }
    CHECK(read_file(dir / "log").value_or("") == "begin\nend\nbegin\nend\n");
    const auto ran =
        run_hook(dir.path().string(), "h", "echo $OVD_X; exit 3", {{"OVD_X", "x"}}, {});
    REQUIRE(ran);
    CHECK(ran->status == 3);
    CHECK(ran->output == "x\n");
}

TEST_CASE("a hook of the sheet waits for one of the same name that is at work", "[hook]") {
    const TempDir dir;
    auto farm = read_file(OVD_SOURCE_DIR "/tests/farm-files/valid/guide.toml").value();
    for (std::size_t at = 0; (at = farm.find("ssh = ", at)) != std::string::npos;)
        farm.replace(at, farm.find('\n', at) - at, "by_hand = true");
    dir.write("farm.toml", farm + "[hooks]\nseen = \"\"\"" + slow(dir) + "\"\"\"\n");
    dir.write("sheet.toml",
        "[[check]]\nname = \"The mail is there\"\nask = \"Is it?\"\nhook = \"seen\"\n");
    dir.write("farm.run/here", "");
    Common common;
    common.farm = dir / "farm.toml";
    common.steps = OVD_SOURCE_DIR "/steps";
    common.templates = OVD_SOURCE_DIR "/templates";
    common.no_input = true;
    auto session = Session::open(common, Session::Plans::offline);
    if (!session) FAIL(session.error().message);
    auto sheets = SessionSheets::open(**session, common, {}, "ann@ops1");
    if (!sheets) FAIL(sheets.error().message);
    std::jthread other([&] { (void)run_hook(dir / "farm.run", "seen", slow(dir), {}, {}); });
    while (!read_file(dir / "log")) // it has begun
        std::this_thread::sleep_for(Millis{5});
    const auto result = (*sheets)->look({}, {});
    if (!result) FAIL(result.error().message);
    CHECK_FALSE(result->failed());
    CHECK(read_file(dir / "log").value_or("") == "begin\nend\nbegin\nend\n");
}
