// SPDX-License-Identifier: Apache-2.0
#include "report/outline.h"

#include "base/text.h"

namespace ovd {
namespace {

Record farm_of(const Farm& farm, const Guide& guide) {
    Record json{{"name", farm.name}, {"vip", farm.vip}, {"srv_subnet", farm.srv_subnet},
        {"priv_name", farm.priv_name}, {"priv_subnet", farm.priv_subnet},
        {"cluster", farm.cluster_name}, {"database", farm.database_name},
        {"access", farm.access == "dns" ? farm.access_name : farm.vip}, {"nodes", Record::array()},
        {"servers", Record::array()}, {"letters", Record::array()}, {"outside", Record::array()}};
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

Record outline_of(const Plan& plan) {
    Record record{{"kind", "outline"}, {"farm", farm_of(plan.farm, plan.guide)},
        {"sections", Record::array()}, {"tasks", Record::array()}};
    for (const auto& chapter : plan.guide.chapters)
        for (const auto& section : chapter.sections)
            record["sections"].push_back({{"id", section.id}, {"title", section.title},
                {"chapter", chapter.id}, {"chapter_title", chapter.title}});
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        const auto& task = plan.tasks[i];
        Record row{{"task", task.id}, {"step", task.step->id}, {"title", task.step->title},
            {"section", task.step->section}, {"node", task.node}, {"guide", task.step->guide}};
        if (!plan.details[i].differs.empty()) row["differs"] = plan.details[i].differs;
        if (task.step->disruptive) row["expect"] = plan.details[i].expect;
        record["tasks"].push_back(std::move(row));
    }
    record["digest"] = sha256(record.dump()).substr(0, 16);
    return record;
}

std::optional<Record> new_outline(const Plan& plan, const std::vector<Record>& journal) {
    auto record = outline_of(plan);
    for (auto each = journal.rbegin(); each != journal.rend(); ++each) {
        if (each->value("kind", "") != "outline") continue;
        if (each->value("digest", "") == record["digest"].get<std::string>()) return {};
        break;
    }
    return record;
}

std::string text_of(const Record& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

} // namespace ovd
