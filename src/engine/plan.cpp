// SPDX-License-Identifier: Apache-2.0
#include "engine/plan.h"

#include "action/step_probe.h"
#include "base/pattern.h"
#include "base/text.h"
#include "guide/values.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

/// Fills what people read. Fetched values and secrets show as what they are.
Result<std::string> words(
    const std::string& text, const Names& names, const SourceLocation& where) {
    auto content = fill(text, names, Encoding::raw, where);
    if (!content) return tl::unexpected(content.error());
    return content->display();
}

Result<Check> plan_check(const CheckSpec& spec, const Context& context) {
    const ActionSpec as_action{"", spec.fields, spec.where};
    const Fields fields(as_action, context.platform);
    Check check;
    auto command = fields.text("command");
    if (!command) return tl::unexpected(command.error());
    auto filled = fill_command(*command, context.names, fields.where("command"));
    if (!filled) return tl::unexpected(filled.error());
    check.command = *filled;
    auto input = fields.text("stdin");
    if (!input) return tl::unexpected(input.error());
    auto content = fill(*input, context.names, Encoding::raw, fields.where("stdin"));
    if (!content) return tl::unexpected(content.error());
    check.input = std::move(*content);
    for (const auto& [key, into] :
        {std::pair{"says", &check.says}, {"hint", &check.hint}, {"expect", &check.expect}}) {
        auto text = fields.text(key);
        if (!text) return tl::unexpected(text.error());
        auto value = words(*text, context.names, fields.where(key));
        if (!value) return tl::unexpected(value.error());
        *into = trim(*value);
    }
    auto severity = fields.text("severity", "stop");
    if (!severity) return tl::unexpected(severity.error());
    if (*severity != "stop" && *severity != "warn")
        return fail(ErrorKind::steps, fmt::format("Unknown severity '{}'.", *severity),
            "Write stop or warn.", fields.where("severity"));
    check.stops = *severity == "stop";
    if (auto ok = check_pattern(check.expect, fields.where("expect")); !ok)
        return tl::unexpected(ok.error());
    check.within = Seconds{fields.number("within", 0)};
    check.tells = fields.flag("tells", false);
    return check;
}

Result<std::vector<Operation>> plan_actions(
    const std::vector<ActionSpec>& actions, const Context& context) {
    std::vector<Operation> ops;
    for (const auto& action : actions) {
        auto more = action_kind(action.verb)->plan(context, Fields(action, context.platform));
        if (!more) return tl::unexpected(more.error());
        ops.insert(ops.end(), more->begin(), more->end());
    }
    return ops;
}

/// What a person, the sheet or the Session Manager's API said can only be known from the journal.
bool journal_tells(const std::string& verb) {
    return verb == "ask" || verb == "sheet" || verb == "admin";
}

/// The API gives way to a hook of the farm; and where nobody may log in, a person is asked.
void prefer_hooks(std::vector<Operation>& ops, const Farm& farm, const std::string& node) {
    const auto* machine = farm.node(node);
    for (auto& op : ops)
        if (const auto* admin = std::get_if<AdminOp>(&op);
            admin != nullptr &&
            (farm.hooks.contains(admin->ask.hook) || (machine != nullptr && machine->by_hand)))
            op = AskOp(admin->ask);
}

/// How the task can be seen to be done: the step's own probe, or those of all its actions.
Result<Probes> plan_probes(const Step& step, const Context& context) {
    if (!step.probe.empty()) {
        const ActionSpec as_action{"probe", step.probe.front().fields, step.probe.front().where};
        return step_probe(context, Fields(as_action, context.platform));
    }
    Probes all;
    for (const auto& action : step.actions) {
        if (journal_tells(action.verb)) continue;
        auto probes = action_kind(action.verb)->probe(context, Fields(action, context.platform));
        if (!probes) return tl::unexpected(probes.error());
        if (probes->empty())
            return fail(ErrorKind::steps,
                fmt::format("Nothing can tell whether {} is done: {} cannot by itself.", step.id,
                    action.verb),
                "Give the step a [step.probe].", step.where);
        std::ranges::move(*probes, std::back_inserter(all));
    }
    return all;
}

Result<std::vector<Fetch>> plan_fetch(const Step& step, const std::string& node) {
    std::vector<Fetch> all;
    for (const auto& [name, from] : step.fetch) {
        const auto colon = from.find(":/");
        if (colon == std::string::npos)
            return fail(ErrorKind::steps, fmt::format("fetch {} names no file.", name),
                "Write node:/path.", step.where);
        auto source = from.substr(0, colon);
        if (source == "peer") source = node == "osm1" ? "osm2" : "osm1";
        all.push_back({name, source, from.substr(colon + 1)});
    }
    return all;
}

/// Names what a digest is made of: the first version, without a mark, had titles and probes in it.
constexpr std::string_view digest_version = "2:";

/// Of what a task does and checks; how it is probed, and what is said about it, is not in it.
std::string digest_of(const TaskPlan& plan) {
    std::string all;
    const auto add = [&all](std::string_view text) {
        all += text;
        all += '\0';
    };
    const auto add_op = [&add](const Operation& op) {
        add(command_of(op));
        if (const auto* input = input_of(op)) add(input->display());
        add(probe_of(op));
        if (const auto* ask = std::get_if<AskOp>(&op)) add(ask->question);
    };
    for (const auto& fetch : plan.fetch)
        add(fetch.name + "=" + fetch.node + ":" + fetch.path);
    for (const auto& op : plan.ops)
        add_op(op);
    for (const auto& check : plan.checks) {
        add(check.command);
        add(check.input.display());
        add(check.expect);
    }
    add("undo");
    for (const auto& op : plan.undo)
        add_op(op);
    return std::string(digest_version) + sha256(all).substr(0, 16);
}

/// What a node is to undo by itself it must be able to undo by itself.
Status plan_guard(const Guide& guide, const Step& step, const Context& context, TaskPlan& plan) {
    const auto* section = guide.section(step.section);
    const bool guarded = section != nullptr && section->guard;
    if (guarded)
        for (const auto& op : plan.undo)
            if (!input_of(op)->empty())
                return fail(ErrorKind::steps,
                    fmt::format("Undoing {} wants an input, which a guard does not have.", step.id),
                    "Undo with commands that need none.", step.where);
    if (step.keep.empty()) return {};
    if (!guarded)
        return fail(ErrorKind::steps, fmt::format("{} has a keep, and no guard asks it.", step.id),
            "Write guard = true on top of its section, or leave [step.keep] out.", step.where);
    const auto& spec = step.keep.front();
    const ActionSpec as_action{"", spec.fields, spec.where};
    const Fields fields(as_action, context.platform);
    auto command = fields.text("command");
    if (!command) return tl::unexpected(command.error());
    auto filled = fill_command(*command, context.names, fields.where("command"));
    if (!filled) return tl::unexpected(filled.error());
    plan.keep = std::move(*filled);
    return {};
}

Result<TaskPlan> plan_task(const Guide& guide, const Farm& farm, const Task& task) {
    const auto& step = *task.step;
    auto names = names_for(guide, farm, step, task.node);
    if (!names) return tl::unexpected(names.error());
    // What a fetched value is called in the plan: where it is read.
    for (auto& [name, from] : names->fetched)
        if (from.starts_with("peer:"))
            from = (task.node == "osm1" ? "osm2" : "osm1") + from.substr(4);
    auto platform = platform_of(guide, farm, task.node);
    if (!platform) return tl::unexpected(platform.error());
    const Context context{guide, *platform, *names};
    TaskPlan plan;
    auto fetch = plan_fetch(step, task.node);
    if (!fetch) return tl::unexpected(fetch.error());
    plan.fetch = std::move(*fetch);
    auto ops = plan_actions(step.actions, context);
    if (!ops) return tl::unexpected(ops.error());
    plan.ops = std::move(*ops);
    prefer_hooks(plan.ops, farm, task.node);
    auto undo = plan_actions(step.undo, context);
    if (!undo) return tl::unexpected(undo.error());
    plan.undo = std::move(*undo);
    for (const auto& op : plan.undo)
        if (command_of(op).empty())
            return fail(ErrorKind::steps, fmt::format("Undoing {} cannot ask or wait.", step.id),
                "Undo with actions that run on the node by themselves.", step.where);
    if (auto ok = plan_guard(guide, step, context, plan); !ok) return tl::unexpected(ok.error());
    auto probes = plan_probes(step, context);
    if (!probes) return tl::unexpected(probes.error());
    plan.probes = std::move(*probes);
    for (const auto& spec : step.verify) {
        auto check = plan_check(spec, context);
        if (!check) return tl::unexpected(check.error());
        plan.checks.push_back(std::move(*check));
    }
    for (const auto& [text, into] :
        {std::pair{&step.differs, &plan.differs}, {&step.expect, &plan.expect}}) {
        auto value = words(*text, *names, step.where);
        if (!value) return tl::unexpected(value.error());
        *into = *value;
    }
    plan.digest = digest_of(plan);
    return plan;
}

/// Only what harms nobody at once can be had as the guide has it.
Status check_letters(const Guide& guide, const Farm& farm) {
    for (const auto& id : farm.to_the_letter)
        if (!guide.letters.contains(id))
            return fail(ErrorKind::farm, fmt::format("{} cannot be done to the letter.", id),
                "Type ovd-failover guide --errata: it says why, and what can be.",
                SourceLocation{farm.path, 0, 0});
    return {};
}

} // namespace

bool is_same_plan(const TaskPlan& plan, const TaskRecord& record) {
    if (record.digest.starts_with(digest_version)) return record.digest == plan.digest;
    // A version before this one began it: what it sent tells whether it is the same.
    return std::ranges::all_of(record.jobs, [&](const SentJob& job) {
        return job.op < plan.ops.size() && job.command == command_of(plan.ops[job.op]);
    });
}

std::optional<std::size_t> Plan::find(const std::string& task_id) const {
    for (std::size_t i = 0; i < tasks.size(); ++i)
        if (tasks[i].id == task_id) return i;
    return {};
}

Result<Plan> make_plan(const Guide& guide, const Farm& farm) {
    if (auto ok = check_letters(guide, farm); !ok) return tl::unexpected(ok.error());
    auto tasks = make_tasks(guide, farm);
    if (!tasks) return tl::unexpected(tasks.error());
    Plan plan{guide, farm, std::move(*tasks), {}};
    for (const auto& task : plan.tasks) {
        auto detail = plan_task(guide, farm, task);
        if (!detail) return tl::unexpected(detail.error().during(task.id));
        plan.details.push_back(std::move(*detail));
    }
    return plan;
}

} // namespace ovd
