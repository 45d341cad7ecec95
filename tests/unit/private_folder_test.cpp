// SPDX-License-Identifier: Apache-2.0
#include "base/private_folder.h"

#include "engine/journal_file.h"
#include "guide_maker.h"

#include <catch2/catch.hpp>

using namespace ovd;
namespace fs = std::filesystem;

namespace {

unsigned mode(const fs::path& path) {
    return static_cast<unsigned>(fs::status(path).permissions());
}

} // namespace

TEST_CASE("a private folder is made for its owner only, with what is above it", "[folder]") {
    const TempDir dir;
    REQUIRE(private_folder(dir / "a/b/", Others::may_nothing));
    CHECK(mode(dir / "a") == 0700);
    CHECK(mode(dir / "a/b") == 0700);
    CHECK(private_folder(dir / "a/b", Others::may_nothing));
    dir.write("file", "");
    const auto taken = private_folder(dir / "file", Others::may_read);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().message.find("Not a directory") != std::string::npos);
    CHECK(taken.error().hint.find("--run-folder") != std::string::npos);
}

TEST_CASE("a folder that is there keeps its mode, and is refused where others write", "[folder]") {
    const TempDir dir;
    const auto run = dir / "run";
    struct {
        unsigned mode;
        Others others;
        const char* hint; ///< empty: it is taken
    } const cases[] = {
        {0755, Others::may_read, ""},
        {0750, Others::may_read, ""},
        {0770, Others::may_read, "chmod go-w "},
        {0777, Others::may_read, "chmod go-w "},
        {01777, Others::may_read, "--run-folder "},
        {0700, Others::may_nothing, ""},
        {0750, Others::may_nothing, "chmod -R go= "},
    };
    fs::create_directory(run);
    for (const auto& each : cases) {
        CAPTURE(each.mode);
        fs::permissions(run, fs::perms(each.mode));
        const auto told = private_folder(run, each.others);
        CHECK(mode(run) == each.mode);
        const std::string hint = each.hint;
        CHECK(told.has_value() == hint.empty());
        if (!told) CHECK(told.error().hint.find(hint) != std::string::npos);
        if (each.others == Others::may_nothing) continue;
        // A journal in it goes by the same rule.
        CHECK(open_journal_file(run).has_value() == hint.empty());
        CHECK(mode(run) == each.mode);
        CHECK(fs::exists(run + "/lock") == hint.empty());
        fs::remove(run + "/lock");
        fs::remove(run + "/journal.jsonl");
    }
}
