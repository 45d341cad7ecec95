// SPDX-License-Identifier: Apache-2.0
#include "ui/plan_text.h"

#include "engine/facts.h"

namespace ovd {
namespace {

using Json = nlohmann::ordered_json;

/// The fields of an operation, beside its title.
class OperationFields {
public:
    explicit OperationFields(Json& json) : json_(json) {}

    void operator()(const RunOp& run) {
        json_["kind"] = "run";
        command(run.command, run.input);
    }
    void operator()(const PutOp& put) {
        json_["kind"] = "put";
        json_["path"] = put.path;
        json_["owner"] = put.owner;
        json_["mode"] = put.mode;
        command(command_of(put), put.content);
    }
    void operator()(const AskOp& ask) {
        json_["kind"] = "ask";
        json_["question"] = ask.question;
        json_["look"] = ask.look;
        json_["hook"] = ask.hook;
    }
    void operator()(const WaitOp& wait) {
        json_["kind"] = "wait";
        json_["command"] = wait.command;
        json_["within"] = wait.within.count();
    }
    void operator()(const SheetOp&) { json_["kind"] = "sheet"; }
    void operator()(const AdminOp& admin) {
        json_["kind"] = "admin";
        json_["question"] = admin.ask.question;
        json_["look"] = admin.look;
        if (!admin.command.empty()) command(admin.command, admin.input);
    }

private:
    void command(const std::string& text, const Content& input) {
        json_["command"] = text;
        json_["stdin"] = input.display();
    }

    Json& json_;
};

Json operation_json(const Operation& op) {
    Json json;
    json["title"] = title_of(op);
    std::visit(OperationFields(json), op);
    return json;
}

/// What is looked at, in one line or as a command, and what a person may type to see the same.
Json probe_json(const Probe& probe) {
    const auto look =
        look_of(probe, [](const Content& input) -> Result<std::string> { return input.display(); });
    Json json{{std::holds_alternative<Read>(*look) ? "command" : "look", describe(*look)}};
    if (const auto* read = std::get_if<Read>(&*look)) json["stdin"] = read->input;
    json["by_hand"] = by_hand(*look);
    return json;
}

std::string_view finding_name(Finding::State state) {
    switch (state) {
    case Finding::State::done:
        return "done";
    case Finding::State::not_done:
        return "not done";
    case Finding::State::cannot_tell:
        return "cannot tell";
    case Finding::State::journal_only:
        return "journal only";
    }
    return "";
}

Json task_json(const Plan& plan, std::size_t index, const PlanShow& show) {
    const auto& task = plan.tasks[index];
    const auto& detail = plan.details[index];
    Json json{{"task", task.id}, {"step", task.step->id}, {"node", task.node},
        {"section", task.step->section}, {"title", task.step->title}, {"why", task.step->why},
        {"guide", task.step->guide}, {"disruptive", task.step->disruptive},
        {"expect", detail.expect}, {"differs", detail.differs}, {"digest", detail.digest}};
    json["after"] = Json::array();
    for (const auto before : task.after)
        json["after"].push_back(plan.tasks[before].id);
    json["fetch"] = Json::array();
    for (const auto& fetch : detail.fetch)
        json["fetch"].push_back({{"name", fetch.name}, {"node", fetch.node}, {"path", fetch.path}});
    json["operations"] = Json::array();
    for (const auto& op : detail.ops)
        json["operations"].push_back(operation_json(op));
    json["probes"] = Json::array();
    for (const auto& probe : detail.probes)
        json["probes"].push_back(probe_json(probe));
    json["checks"] = Json::array();
    for (const auto& check : detail.checks)
        json["checks"].push_back({{"command", check.command}, {"says", check.says},
            {"severity", check.stops ? "stop" : "warn"}, {"stdin", check.input.display()},
            {"expect", check.expect}, {"within", check.within.count()}});
    json["undo"] = Json::array();
    for (const auto& op : detail.undo)
        json["undo"].push_back(operation_json(op));
    if (const auto* section = plan.guide.section(task.step->section))
        json["guarded"] = section->guard;
    if (!detail.keep.empty()) json["keep"] = detail.keep;
    if (!show.live) return json;
    json["done"] = is_done(plan, index, show);
    if (const auto found = show.findings.find(index); found != show.findings.end()) {
        json["found"] = finding_name(found->second.state);
        json["superseded"] = found->second.superseded;
        json["detail"] = found->second.detail;
    }
    return json;
}

} // namespace

Json plan_json(const Plan& plan, const PlanShow& show) {
    Json json{{"farm", plan.farm.name}, {"facts", facts_of(plan.farm)}, {"tasks", Json::array()}};
    std::size_t left = 0;
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        if (!show.steps.empty() && !show.steps.contains(plan.tasks[i].step->id)) continue;
        json["tasks"].push_back(task_json(plan, i, show));
        if (!is_done(plan, i, show)) ++left;
    }
    if (show.live) json["left"] = left;
    return json;
}

} // namespace ovd
