// SPDX-License-Identifier: Apache-2.0
#include "report/outline.h"

#include "base/text.h"
#include "engine/record_json.h"

#include <tuple>

namespace ovd {
namespace {

Json farm_of(const Farm& farm, const Guide& guide) {
    Json json{{"name", farm.name}, {"vip", farm.vip}, {"srv_subnet", farm.srv_subnet},
        {"priv_name", farm.priv_name}, {"priv_subnet", farm.priv_subnet},
        {"cluster", farm.cluster_name}, {"database", farm.database_name},
        {"access", farm.access == "dns" ? farm.access_name : farm.vip}, {"nodes", Json::array()},
        {"servers", Json::array()}, {"letters", Json::array()}, {"outside", Json::array()}};
    for (const auto& node : farm.nodes) {
        json["nodes"].push_back(
            {{"id", node.id}, {"hostname", node.hostname}, {"platform", node.platform},
                {"address", node.address}, {"priv_address", node.priv_address}});
        const auto platform = guide.platforms.find(node.platform);
        if (platform != guide.platforms.end() && !platform->second.in_guide)
            json["outside"].push_back(node.id + " (" + node.platform + ")");
    }
    for (const auto& server : farm.servers)
        json["servers"].push_back({{"name", server.name}, {"role", server.role}, {"os", server.os},
            {"address", server.address}});
    for (const auto& id : farm.to_the_letter)
        json["letters"].push_back({{"id", id}, {"text", guide.letters.at(id)}});
    return json;
}

} // namespace

PlanOutline outline_of(const Plan& plan) {
    PlanOutline outline;
    outline.farm = farm_of(plan.farm, plan.guide);
    for (const auto& chapter : plan.guide.chapters)
        for (const auto& section : chapter.sections)
            outline.sections.push_back({section.id, section.title, chapter.id, chapter.title});
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        const auto& [task, detail] = std::tie(plan.tasks[i], plan.details[i]);
        outline.tasks.push_back(
            {task.id, task.step->id, task.step->title, task.step->section, task.node,
                task.step->guide, detail.differs, task.step->disruptive ? detail.expect : ""});
    }
    outline.digest = sha256(to_json(Event(outline)).dump()).substr(0, 16);
    return outline;
}

std::optional<PlanOutline> new_outline(const Plan& plan, const std::vector<Record>& journal) {
    auto outline = outline_of(plan);
    for (auto each = journal.rbegin(); each != journal.rend(); ++each)
        if (const auto* last = each->as<PlanOutline>()) {
            if (last->digest == outline.digest) return {};
            break;
        }
    return outline;
}

std::string text_of(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

} // namespace ovd
