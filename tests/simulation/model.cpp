// SPDX-License-Identifier: Apache-2.0
#include "model.h"

#include "guide/values.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace ovd::sim {
namespace {

std::string key_of(const std::string& node, const std::string& command, const std::string& input) {
    std::string key;
    key.reserve(node.size() + command.size() + input.size() + 2);
    key += node;
    key += '\0';
    key += command;
    key += '\0';
    key += input;
    return key;
}

std::optional<std::size_t> number(std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

} // namespace

Model::Model(const ShippedPlan& shipped) : shipped_(shipped) {
    const auto& plan = shipped.plan;
    for (const auto& node : plan.farm.nodes)
        for (std::size_t i = 0; i < plan.guide.facts.size(); ++i) {
            const auto& fact = plan.guide.facts[i];
            const auto known = node.facts.find(fact.name);
            const Meaning meaning{
                Meaning::Kind::fact, 0, i, known == node.facts.end() ? "" : known->second};
            add(node.id, fact.command, {}, meaning);
            if (fact.package.empty()) continue;
            const auto platform = platform_of(plan.guide, plan.farm, node.id);
            add(node.id, describe(PackageInstalled{*package_database(*platform, {}), fact.package}),
                {}, meaning);
        }
    for (std::size_t task = 0; task < plan.tasks.size(); ++task) {
        const auto& node = plan.tasks[task].node;
        const auto& detail = plan.details[task];
        auto id = plan.tasks[task].id;
        std::ranges::replace(id, '@', '.');
        by_plain_id_[id] = task;
        first_op_.push_back(op_count_);
        op_count_ += detail.ops.size();
        auto& effects = effects_.emplace_back();
        for (std::size_t op = 0; op < detail.ops.size(); ++op) {
            const auto& operation = detail.ops[op];
            const auto command = command_of(operation);
            effects.push_back(
                command.empty() ? 0 : effect_of(command, resolved(task, *input_of(operation))));
            if (const auto* wait = std::get_if<WaitOp>(&operation))
                add(node, wait->command, {}, {Meaning::Kind::wait, task, op, {}});
            if (const auto* admin = std::get_if<AdminOp>(&operation))
                if (!admin->look.empty())
                    add(node, admin->look, resolved(task, admin->input),
                        {Meaning::Kind::admin, task, op, {}});
        }
        for (std::size_t i = 0; i < detail.probes.size(); ++i) {
            const auto look =
                look_of(detail.probes[i], [&](const Content& content) -> Result<std::string> {
                    return resolved(task, content);
                });
            const auto* read = std::get_if<Read>(&*look);
            add(node, describe(*look), read == nullptr ? "" : read->input,
                {Meaning::Kind::probe, task, i, {}});
        }
        for (std::size_t i = 0; i < detail.checks.size(); ++i)
            add(node, detail.checks[i].command, resolved(task, detail.checks[i].input),
                {Meaning::Kind::check, task, i, {}});
        auto& over = taken_over_by_.emplace_back();
        const auto& until = plan.tasks[task].step->holds_until;
        for (std::size_t other = 0; !until.empty() && other < plan.tasks.size(); ++other)
            if (plan.tasks[other].step->id == until) over.push_back(other);
    }
}

void Model::add(const std::string& node, const std::string& command, const std::string& input,
    Meaning meaning) {
    meanings_[key_of(node, command, input)].push_back(std::move(meaning));
}

const std::vector<Meaning>& Model::meaning(
    const std::string& node, const std::string& command, const std::string& input) const {
    static const std::vector<Meaning> none;
    const auto found = meanings_.find(key_of(node, command, input));
    return found == meanings_.end() ? none : found->second;
}

Effect Model::effect_of(const std::string& command, const std::string& input) {
    std::uint64_t hash = 0xcbf29ce484222325U; // FNV-1a
    const auto add = [&hash](std::string_view text) {
        for (const char c : text)
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    };
    add(command);
    add({"\0", 1});
    add(input);
    return hash == 0 ? 1 : hash;
}

std::string Model::resolved(std::size_t task, const Content& content) const {
    const auto value = content.resolve([&](const Content::Part& part) -> Result<std::string> {
        if (part.source == Content::Source::secret) return secret(part.value);
        for (const auto& fetch : plan().details[task].fetch)
            if (fetch.name == part.value) return Model::content(fetch.node, fetch.path);
        throw std::logic_error(plan().tasks[task].id + " uses " + part.value + ", never fetched");
    });
    if (!value) throw std::logic_error(value.error().message);
    return *value;
}

/// RUN-STEP.NODE.ATTEMPT.OPERATION, or ...ATTEMPT.undoCOUNT-TOKEN-OPERATION.
std::optional<JobName> Model::job(const std::string& id) const {
    const auto dash = id.find('-');
    const auto last = id.rfind('.');
    if (dash == std::string::npos || last == std::string::npos || last < dash) return {};
    const auto before = id.rfind('.', last - 1);
    if (before == std::string::npos || before < dash) return {};
    const auto known = by_plain_id_.find(id.substr(dash + 1, before - dash - 1));
    if (known == by_plain_id_.end()) return {};
    JobName name;
    name.task = known->second;
    std::string_view op = std::string_view(id).substr(last + 1);
    if (op.starts_with("undo")) {
        name.undo = true;
        const auto at = op.rfind('-');
        if (at == std::string_view::npos) return {};
        op.remove_prefix(at + 1);
    }
    const auto count = number(op);
    if (!count || *count == 0) return {};
    name.op = *count - 1;
    return name;
}

std::vector<std::size_t> Model::readers_of(const std::string& node, const std::string& path) const {
    std::vector<std::size_t> tasks;
    for (std::size_t task = 0; task < plan().tasks.size(); ++task)
        for (const auto& fetch : plan().details[task].fetch)
            if (fetch.node == node && fetch.path == path) tasks.push_back(task);
    return tasks;
}

} // namespace ovd::sim
