// SPDX-License-Identifier: Apache-2.0
// What each verb becomes, by the files in tests/actions/VERB/.
#include "action/action.h"
#include "action/validate.h"
#include "base/file.h"
#include "base/text.h"
#include "base/toml.h"
#include "engine/plan.h"
#include "guide/read_step.h"
#include "guide/values.h"
#include "guide_maker.h"

#include <catch2/catch.hpp>

using namespace ovd;
namespace fs = std::filesystem;

namespace {

const fs::path cases = fs::path(OVD_SOURCE_DIR) / "tests/actions";

/// What an action became: operations and probe, or why it was refused.
struct Became {
    std::vector<Operation> ops;
    std::vector<Probe> probes;
};

Result<Became> plan_one(const toml::table& action, const std::string& platform_id) {
    toml::table step{{"id", "s"}, {"title", "S"}, {"why", "W"}};
    step.insert("action", toml::array{action});
    auto read = read_step(step, "action.toml");
    if (!read) return tl::unexpected(read.error());
    auto guide = guide_of({{"1-one/10-a.toml", "title = \"A\"\n[[step]]\nid = \"x\"\n"
                                               "title = \"X\"\nwhy = \"W\"\n[[step.verify]]\n"
                                               "command = \"true\"\n"}});
    guide.chapters[0].sections[0].steps = {*read};
    if (auto ok = check_actions(guide); !ok) return tl::unexpected(ok.error());
    auto farm = small_farm();
    farm.nodes[0].platform = platform_id;
    farm.admin_user = "admin";
    farm.secrets["admin_password"] = {SecretSource::From::env, "ADMIN_PASSWORD", {}};
    const auto& checked = guide.chapters[0].sections[0].steps[0];
    auto names = names_for(guide, farm, checked, "osm1");
    REQUIRE(names);
    names->values["odd"] = "it's $HOME";
    const auto& platform = guide.platforms.at(platform_id);
    const Context context{guide, platform, *names};
    const auto& spec = checked.actions[0];
    const auto* kind = action_kind(spec.verb);
    const Fields fields(spec, platform);
    auto ops = kind->plan(context, fields);
    if (!ops) return tl::unexpected(ops.error());
    auto probes = kind->probe(context, fields);
    if (!probes) return tl::unexpected(probes.error());
    return Became{*ops, *probes};
}

/// What the probes ask, a line each.
std::string words_of(const std::vector<Probe>& probes) {
    std::vector<std::string> all;
    for (const auto& probe : probes)
        all.push_back(describe(
            *look_of(probe, [](const Content&) -> Result<std::string> { return std::string(); })));
    return join(all, "\n");
}

std::string wanted(const toml::table& expect, const char* key) {
    return expect[key].value_or(std::string{});
}

void check_parts(const toml::table& expect, const char* key, const std::string& text) {
    const auto* parts = expect[key].as_array();
    if (parts == nullptr) return;
    for (const auto& part : *parts) {
        const auto wants = part.value_or(std::string("?"));
        INFO("looking for: " << wants << "\nin: " << text);
        CHECK(text.find(wants) != std::string::npos);
    }
}

void check_operation(const toml::table& expect, const Operation& op) {
    std::string command = command_of(op);
    if (const auto* put = std::get_if<PutOp>(&op)) {
        CHECK(put->path == wanted(expect, "path"));
        CHECK(put->owner == wanted(expect, "owner"));
        CHECK(put->mode == wanted(expect, "mode"));
        CHECK(put->content.display() == wanted(expect, "content"));
    } else if (const auto* ask = std::get_if<AskOp>(&op)) {
        CHECK(ask->question == wanted(expect, "question"));
        CHECK(ask->look == wanted(expect, "look"));
        CHECK(ask->hook == wanted(expect, "hook"));
    } else if (const auto* wait = std::get_if<WaitOp>(&op)) {
        CHECK(wait->what == wanted(expect, "what"));
        CHECK(wait->within.count() == expect["within"].value_or(0L));
        command = wait->command;
    } else if (const auto* sheet = std::get_if<SheetOp>(&op)) {
        CHECK(sheet->title == wanted(expect, "what"));
    } else if (const auto* admin = std::get_if<AdminOp>(&op)) {
        CHECK(admin->what == wanted(expect, "what"));
        CHECK(admin->ask.question == wanted(expect, "question"));
        CHECK(admin->ask.look == wanted(expect, "look"));
        CHECK(admin->ask.hook == wanted(expect, "hook"));
        CHECK(admin->within.count() == expect["within"].value_or(0L));
        CHECK(admin->input.display() == wanted(expect, "stdin"));
    } else {
        const auto& run = std::get<RunOp>(op);
        CHECK(run.input.display() == wanted(expect, "stdin"));
        REQUIRE((expect.contains("run") || expect.contains("holds")));
    }
    if (expect.contains("run")) CHECK(command == wanted(expect, "run"));
    check_parts(expect, "holds", command);
}

void check_case(const fs::path& path) {
    INFO(path.string());
    const auto table = load_toml(path, ErrorKind::internal);
    REQUIRE(table);
    REQUIRE(only_keys(*table, path, {"platform", "action", "expect"}, ErrorKind::internal));
    const auto& expect = *(*table)["expect"].as_table();
    REQUIRE(only_keys(expect, path,
        {"run", "holds", "stdin", "probe", "probe_holds", "path", "owner", "mode", "content",
            "question", "look", "hook", "what", "within", "error"},
        ErrorKind::internal));
    const auto became =
        plan_one(*(*table)["action"].as_table(), (*table)["platform"].value_or("debian12"));
    if (expect.contains("error")) {
        REQUIRE_FALSE(became);
        CHECK(became.error().kind == ErrorKind::steps);
        CHECK_FALSE(became.error().hint.empty());
        const auto error = wanted(expect, "error");
        INFO(became.error().message);
        CHECK(became.error().message.find(error) != std::string::npos);
        return;
    }
    INFO((became ? std::string() : became.error().message));
    REQUIRE(became);
    REQUIRE(became->ops.size() == 1);
    check_operation(expect, became->ops[0]);
    const bool can_tell = expect.contains("probe") || expect.contains("probe_holds");
    REQUIRE(became->probes.empty() != can_tell);
    if (!can_tell) return;
    if (expect.contains("probe")) CHECK(words_of(became->probes) == wanted(expect, "probe"));
    check_parts(expect, "probe_holds", words_of(became->probes));
}

} // namespace

TEST_CASE("every verb has cases, and they come out as written") {
    for (const auto& kind : action_kinds()) {
        const auto folder = cases / std::string(kind.verb);
        INFO(folder.string());
        REQUIRE(fs::is_directory(folder));
        std::size_t count = 0;
        for (const auto& entry : fs::directory_iterator(folder)) {
            check_case(entry.path());
            ++count;
        }
        CHECK(count >= 2);
    }
    for (const auto& entry : fs::directory_iterator(cases)) {
        if (!entry.is_directory()) continue;
        INFO(entry.path().string());
        CHECK(action_kind(entry.path().filename().string()) != nullptr);
    }
}

TEST_CASE("every verb and each of its fields is in steps/README.md") {
    const auto readme = read_file(fs::path(OVD_SOURCE_DIR) / "steps/README.md");
    REQUIRE(readme);
    const auto table = readme->substr(readme->find("## Verbs"));
    for (const auto& kind : action_kinds()) {
        const auto at = table.find("\n| " + std::string(kind.verb) + " |");
        INFO(kind.verb);
        REQUIRE(at != std::string::npos);
        const auto row = table.substr(at + 1, table.find('\n', at + 1) - at - 1);
        CHECK_FALSE(kind.help.empty());
        for (const auto& rule : kind.fields) {
            INFO(rule.name << " in: " << row);
            CHECK(row.find(rule.name) != std::string::npos);
            CHECK_FALSE(rule.help.empty());
        }
    }
}
