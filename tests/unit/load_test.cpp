// SPDX-License-Identifier: Apache-2.0
// Steps that are wrong, one mistake a folder of tests/steps/invalid/, and the steps we ship.
#include "action/validate.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/plan.h"
#include "guide_maker.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>
#include <sys/wait.h>

using namespace ovd;
namespace fs = std::filesystem;

namespace {

const fs::path root = OVD_SOURCE_DIR;

/// What happens to these steps on their way to a plan for the small farm.
Result<Plan> plan_of(Guide& guide, const Farm& farm, const fs::path& dir) {
    auto loaded = load_guide(dir.string(), (dir / "templates").string());
    if (!loaded) return tl::unexpected(loaded.error());
    guide = std::move(*loaded);
    if (auto ok = check_actions(guide); !ok) return tl::unexpected(ok.error());
    return make_plan(guide, farm);
}

/// The lines "where: ", "message: " and "hint: " of a file `expected`.
std::string expected(const fs::path& dir, const std::string& what) {
    const auto text = read_file(dir / "expected");
    REQUIRE(text);
    for (const auto& line : lines(*text))
        if (line.starts_with(what + ":") && line.size() > what.size() + 2)
            return trim(line.substr(what.size() + 1));
    FAIL(dir.string() << "/expected says nothing of " << what);
    return {};
}

Guide shipped() {
    auto guide = load_guide((root / "steps").string(), (root / "templates").string());
    INFO((guide ? std::string()
                : to_string(guide.error().where.value_or(SourceLocation{})) + ": " +
                      guide.error().message));
    REQUIRE(guide);
    const auto ok = check_actions(*guide);
    INFO((ok ? std::string() : ok.error().message));
    REQUIRE(ok);
    return *guide;
}

} // namespace

TEST_CASE("each mistake in steps is told with its place and the way out") {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(root / "tests/steps/invalid")) {
        const auto& dir = entry.path();
        ++count;
        Guide guide;
        const auto farm = small_farm();
        const auto plan = plan_of(guide, farm, dir);
        INFO(dir.filename().string());
        REQUIRE_FALSE(plan);
        const auto& error = plan.error();
        INFO("message: " << error.message << "\nhint: " << error.hint);
        CHECK(error.kind == ErrorKind::steps);
        CHECK(error.message.find(expected(dir, "message")) != std::string::npos);
        CHECK(error.hint.find(expected(dir, "hint")) != std::string::npos);
        const auto where = expected(dir, "where");
        if (where == "no place") continue;
        REQUIRE(error.where);
        CHECK((error.where->column > 0) == (error.where->line > 0));
        const auto place = fs::path(error.where->file).filename().string() + ":" +
                           std::to_string(error.where->line);
        CHECK(place == where);
    }
    CHECK(count > 60);
}

TEST_CASE("a folder that is not there, or empty, is said so") {
    const TempDir dir;
    CHECK(load_guide(dir / "none", "").error().hint.find("--steps DIR") != std::string::npos);
    dir.write("platforms.toml", "");
    CHECK(load_guide(dir.path().string(), "").error().message.find("There are no steps") == 0);
}

TEST_CASE("chapters and sections come in the order of their numbers, prose is unwrapped") {
    const auto guide =
        guide_of({{"2-b/20-y.toml", "title = \"Y\"\n[[step]]\nid = \"y\"\n"
                                    "title = \"T\"\nwhy = \"\"\"\none\ntwo\n\n"
                                    "three\"\"\"\n[[step.verify]]\ncommand = \"x\"\n"},
            {"1-a/10-x.toml", "title = \"X\"\n[[step]]\nid = \"x\"\ntitle = \"T\"\nwhy = \"W\"\n"
                              "[[step.verify]]\ncommand = \"x\"\n"}});
    REQUIRE(guide.steps().size() == 2);
    CHECK(guide.steps()[0]->id == "x");
    CHECK(guide.step("y")->section == "2-b/20-y");
    CHECK(guide.step("y")->why == "one two\n\nthree");
    CHECK(guide.step("z") == nullptr);
}

namespace {

/// A farm of one platform for which every step has something to do.
Farm full_farm(const std::string& platform) {
    auto farm = small_farm();
    farm.allow_outside_guide = true;
    farm.secrets["hacluster_password"] = {SecretSource::From::generate, "", {}};
    farm.secrets["admin_password"] = {SecretSource::From::prompt, "", {}};
    farm.admin_user = "admin";
    farm.active = "osm2";
    farm.began = "2026-01-31T02:14:04.250Z";
    farm.mail = {"smtp.example.com:587", "a@example.com", "b@example.com", "ovd", true};
    farm.secrets["mail_password"] = {SecretSource::From::prompt, "", {}};
    for (auto& node : farm.nodes)
        node.platform = platform;
    return farm;
}

} // namespace

TEST_CASE("the shipped steps load and plan on every platform") {
    const auto guide = shipped();
    CHECK(guide.platforms.size() >= 10);
    for (const auto& [id, platform] : guide.platforms) {
        const auto plan = make_plan(guide, full_farm(id));
        INFO(id << ": " << (plan ? std::string() : plan.error().message));
        REQUIRE(plan);
        CHECK(plan->tasks.size() > guide.steps().size() / 2);
        std::set<std::string> ids;
        for (std::size_t i = 0; i < plan->tasks.size(); ++i) {
            INFO(plan->tasks[i].id);
            CHECK(ids.insert(plan->tasks[i].id).second);
            CHECK(plan->details[i].digest.size() == 18);
            // Names are filled everywhere: nothing that people or nodes see has braces left.
            for (const auto& op : plan->details[i].ops)
                CHECK(command_of(op).find("{{") == std::string::npos);
        }
    }
}

TEST_CASE("what can be had to the letter changes the plan, on every platform of the guide") {
    const auto guide = shipped();
    CHECK(guide.letters.size() >= 5);
    const auto digests = [&guide](const Farm& farm) {
        const auto plan = make_plan(guide, farm);
        INFO((plan ? std::string() : plan.error().message));
        REQUIRE(plan);
        std::vector<std::string> all;
        for (std::size_t i = 0; i < plan->tasks.size(); ++i)
            all.push_back(plan->tasks[i].id + " " + plan->details[i].digest);
        return all;
    };
    for (const auto& [platform, known] : guide.platforms) {
        if (!known.in_guide) continue;
        auto farm = full_farm(platform);
        const auto ours = digests(farm);
        for (const auto& [letter, consequence] : guide.letters) {
            INFO(platform << ", to the letter " << letter);
            farm.to_the_letter = {letter};
            CHECK(digests(farm) != ours);
        }
    }
}

namespace {

/// What the check of OVD's version says on a machine that has this one: its exit status.
int supported(const Guide& guide, const std::string& platform, const std::string& version) {
    const auto plan = make_plan(guide, full_farm(platform));
    REQUIRE(plan);
    const auto task = plan->find("supported-ovd@osm1");
    REQUIRE(task);
    const TempDir dir;
    for (const auto* tool : {"dpkg-query", "rpm"}) {
        dir.write(tool, "#!/bin/sh\nprintf '" + version + "'\n");
        fs::permissions(dir / tool, fs::perms::owner_all);
    }
    dir.write("check",
        "PATH=" + dir.path().string() + ":$PATH\n" + plan->details[*task].checks.at(0).command);
    const int status = std::system(("sh " + (dir / "check") + " >/dev/null").c_str());
    return WEXITSTATUS(status);
}

} // namespace

TEST_CASE("a version of OVD that its distribution does not go with is refused") {
    const auto guide = shipped();
    CHECK(supported(guide, "ubuntu22", "3.1.2-1") == 1);
    CHECK(supported(guide, "ubuntu22", "3.2.1-1") == 0);
    CHECK(supported(guide, "ubuntu16", "3.2.0-1") == 1);
    CHECK(supported(guide, "ubuntu16", "3.1.2-1") == 0);
    CHECK(supported(guide, "rhel8", "3.2.0") == 1);
    CHECK(supported(guide, "rhel8", "3.3.0") == 0);
    CHECK(supported(guide, "rhel8", "3.10.0") == 0);
    CHECK(supported(guide, "rhel7", "3.1.2") == 0);
    CHECK(supported(guide, "ubuntu18", "3.4.0-1") == 0);
}

TEST_CASE("the shipped farm file plans, and its plan says the same every time") {
    auto farm = load_farm((root / "tests/farm-files/valid/guide.toml").string());
    INFO((farm ? std::string() : farm.error().message));
    REQUIRE(farm);
    farm->active = "osm1";
    const auto guide = shipped();
    const auto first = make_plan(guide, *farm);
    const auto second = make_plan(guide, *farm);
    REQUIRE(first);
    for (std::size_t i = 0; i < first->tasks.size(); ++i)
        CHECK(first->details[i].digest == second->details[i].digest);
    farm->vip = "10.20.1.222";
    const auto other = make_plan(guide, *farm);
    REQUIRE(other);
    REQUIRE(first->find("vip-resource@osm1"));
    const auto task = *first->find("vip-resource@osm1");
    CHECK(first->details[task].digest != other->details[*other->find("vip-resource@osm1")].digest);
}
