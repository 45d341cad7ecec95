// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"

#include "action/validate.h"
#include "engine/plan.h"
#include "farm/farm.h"
#include "ui/plan_text.h"

#include <stdexcept>

namespace ovd::fuzz {
namespace {

namespace fs = std::filesystem;

/// The farm of the guide: whatever loads as a step is planned for it.
const Farm& a_farm() {
    static const Farm farm = [] {
        auto loaded =
            load_farm(OVD_SOURCE_DIR "/tests/farm-files/valid/guide.toml", shipped_platforms());
        must(loaded.has_value(), "the farm of the guide can be loaded");
        loaded->active = "osm1";
        return std::move(*loaded);
    }();
    return farm;
}

/// The shipped platforms and facts, a chapter, and a section before the one that is tried.
const fs::path& tiny_guide() {
    static const fs::path dir = [] {
        for (const auto* name : {"platforms.toml", "facts.toml"})
            fs::copy_file(fs::path(OVD_SOURCE_DIR "/steps") / name,
                put(std::string("steps/") + name, ""), fs::copy_options::overwrite_existing);
        put("steps/1-one/chapter.toml", "title = \"One\"\n");
        put("steps/1-one/10-before.toml",
            "title = \"Before\"\n[[step]]\nid = \"before\"\ntitle = \"Before\"\nwhy = \"W\"\n"
            "on = [\"osm1\"]\n[[step.action]]\ncommand = \"true\"\n[step.probe]\ncommand = "
            "\"true\"\n");
        put("steps/1-one/30-after.toml",
            "title = \"After\"\n[[step]]\nid = \"after\"\ntitle = \"After\"\nwhy = \"W\"\n"
            "on = [\"osm1\"]\n[[step.action]]\ncommand = \"true\"\n[step.probe]\ncommand = "
            "\"true\"\n");
        return scratch() / "steps";
    }();
    return dir;
}

void must_be_told(const Error& error, const fs::path& section, std::string_view bytes) {
    must(error.kind == ErrorKind::steps || error.kind == ErrorKind::farm,
        "an error of steps is one of steps", error.message);
    must(!error.hint.empty(), "an error in steps has a way out", error.message);
    // What a section lacks may show where another one counts on it.
    if (error.where && error.where->file != section.string()) return;
    must_have_place(error, section, bytes);
}

} // namespace

void steps(std::string_view bytes) {
    const auto& dir = tiny_guide();
    const auto section = put("steps/1-one/20-tried.toml", bytes);
    auto guide = load_guide(dir.string(), OVD_SOURCE_DIR "/templates");
    if (!guide) return must_be_told(guide.error(), section, bytes);
    if (const auto ok = check_actions(*guide); !ok) return must_be_told(ok.error(), section, bytes);
    const auto plan = make_plan(*guide, a_farm());
    if (!plan) {
        must(!plan.error().message.empty(), "an error says something");
        return;
    }
    const auto again = make_plan(*guide, a_farm());
    must(again && again->tasks.size() == plan->tasks.size(), "the same steps give the same plan");
    for (std::size_t i = 0; i < plan->tasks.size(); ++i)
        must(plan->details[i].digest == again->details[i].digest,
            "the same steps give the same plan", plan->tasks[i].id);
    must(!plan_text(*plan, {}).empty(), "a plan can be shown");
    must(!plan_json(*plan, {}).dump().empty(), "a plan can be shown to programs");
}

} // namespace ovd::fuzz
