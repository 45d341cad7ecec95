// SPDX-License-Identifier: Apache-2.0
// The checks of chapter 0, as far as a shell alone can judge them.
#include "action/validate.h"
#include "base/process.h"
#include "engine/plan.h"
#include "farm/farm.h"
#include "guide_maker.h"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace ovd;

TEST_CASE("a check whose programs are missing cannot be made, which is neither good nor bad") {
    const std::filesystem::path root = OVD_SOURCE_DIR;
    auto guide = load_guide((root / "steps").string(), (root / "templates").string()).value();
    REQUIRE(check_actions(guide));
    const auto migration = only_procedure(guide, "migration").value();
    auto farm = load_farm((root / "tests/e2e/farm.toml").string()).value();
    for (const char* platform : {"ubuntu22", "rhel8", "rhel7"}) {
        for (auto& node : farm.nodes)
            node.platform = platform;
        const auto plan = make_plan(migration, farm).value();
        for (const char* step :
            {"priv-subnet-unused", "vip-unused", "names-unique", "osm1-dedicated", "sources-answer",
                "can-install", "can-install-cluster", "can-install-database"})
            for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
                if (plan.tasks[i].step->id != step) continue;
                for (const auto& check : plan.details[i].checks) {
                    const auto done = run_local(check.command, {{"PATH", "/nowhere"}}, {});
                    INFO(platform << " " << step << ": " << done->output);
                    CHECK(done->status > 1);
                }
            }
    }
}
