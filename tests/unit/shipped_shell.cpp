// SPDX-License-Identifier: Apache-2.0
#include "shipped_shell.h"

#include "base/text.h"
#include "engine/node_lock.h"
#include "engine/run_summary.h"
#include "farm/discover.h"
#include "guide/values.h"
#include "node/collector.h"
#include "sheet/defaults.h"
#include "sheet/kinds.h"
#include "shell_calls.h"
#include "ssh/guard_script.h"
#include "ssh/supervisor.h"
#include "watch/prober.h"

#include <filesystem>
#include <fmt/format.h>
#include <set>
#include <stdexcept>

namespace ovd {
namespace {

std::string line_of(const SourceLocation& where) {
    const auto path = std::filesystem::path(where.file).lexically_relative(OVD_SOURCE_DIR);
    return fmt::format("{}:{}", path.string(), where.line);
}

/// Gathers the texts of one plan, each with the task and the part of it that it stands for.
class Gatherer {
public:
    explicit Gatherer(const ShippedPlan& shipped) : shipped_(shipped) {}

    std::vector<ShippedShell> shell() {
        for (std::size_t i = 0; i < shipped_.plan.tasks.size(); ++i) {
            task_ = &shipped_.plan.tasks[i];
            const auto& detail = shipped_.plan.details[i];
            for (std::size_t n = 0; n < detail.ops.size(); ++n)
                operation(detail.ops[n], fmt::format("action {}", n + 1));
            for (const auto& probe : detail.probes)
                if (const auto* shell = std::get_if<ShellProbe>(&probe))
                    add(shell->command, "probe");
            for (std::size_t n = 0; n < detail.checks.size(); ++n)
                add(detail.checks[n].command, fmt::format("check {}", n + 1));
            for (std::size_t n = 0; n < detail.undo.size(); ++n)
                operation(detail.undo[n], fmt::format("undo {}", n + 1));
            if (!detail.keep.empty()) add(detail.keep, "keep");
        }
        return std::move(found_);
    }

    std::vector<ShippedShell> advice() {
        for (std::size_t i = 0; i < shipped_.plan.tasks.size(); ++i) {
            task_ = &shipped_.plan.tasks[i];
            for (const auto& check : shipped_.plan.details[i].checks) {
                add(check.says, "says");
                add(check.hint, "hint");
            }
        }
        return std::move(found_);
    }

private:
    void add(const std::string& text, const std::string& part, bool bash = false) {
        if (trim(text).empty()) return;
        found_.push_back({text,
            fmt::format("{}: {}, {} ({})", shipped_.what.title(), task_->id, part,
                line_of(task_->step->where)),
            shipped_.what.platform, bash});
    }

    void operation(const Operation& op, const std::string& part) {
        const auto* input = input_of(op);
        add(sourced(command_of(op), input == nullptr ? "" : input->display()), part);
        if (const auto* wait = std::get_if<WaitOp>(&op)) add(wait->command, part + ", wait");
        if (const auto* admin = std::get_if<AdminOp>(&op)) add(admin->look, part + ", look");
        if (const auto* put = std::get_if<PutOp>(&op)) file(*put, part + ", " + put->path);
    }

    /// Stdin is shell where a command says so: it stands in place of that line.
    static std::string sourced(std::string command, const std::string& input) {
        constexpr std::string_view source = ". /dev/stdin || exit 1\n";
        const auto at = command.find(source);
        if (at != std::string::npos) command.replace(at, source.size(), input);
        return command;
    }

    void file(const PutOp& put, const std::string& part) {
        const auto text = put.content.display();
        const auto first = text.substr(0, text.find('\n'));
        if (first.starts_with("#!")) {
            const bool bash = first.ends_with("bash");
            if (!bash && !first.ends_with("sh"))
                throw std::runtime_error(part + ": nobody here reads " + first);
            add(text, part, bash);
        } else if (put.path.starts_with("/etc/systemd/system/")) {
            unit(text, part);
        }
    }

    /// Exec lines of a unit that call a shell: systemd takes the quotes away, joins what a
    /// backslash at the end of a line has parted, and leaves one $ of two.
    void unit(const std::string& text, const std::string& part) {
        std::string joined;
        for (const auto& line : lines(text))
            joined += line.ends_with('\\') ? line.substr(0, line.size() - 1) + " " : line + "\n";
        for (const auto& line : lines(joined)) {
            constexpr std::string_view shell = "=/bin/sh -c '";
            const auto at = line.find(shell);
            if (!line.starts_with("Exec") || at == std::string::npos) continue;
            const auto from = at + shell.size();
            add(replaced(line.substr(from, line.rfind('\'') - from), "$$", "$"),
                part + ", " + line.substr(0, at));
        }
    }

    static std::string replaced(std::string text, std::string_view what, std::string_view by) {
        for (auto at = text.find(what); at != std::string::npos;
            at = text.find(what, at + by.size()))
            text.replace(at, what.size(), by);
        return text;
    }

    const ShippedPlan& shipped_;
    const Task* task_ = nullptr;
    std::vector<ShippedShell> found_;
};

} // namespace

std::vector<ShippedShell> shell_of(const ShippedPlan& shipped) {
    return Gatherer(shipped).shell();
}

std::vector<ShippedShell> shell_of_facts() {
    std::vector<ShippedShell> found;
    for (const auto& platform : shipped_platforms())
        for (const auto& fact : shipped_guide().facts)
            found.push_back({fact.command,
                fmt::format("{}: the fact {} (steps/facts.toml)", platform, fact.name), platform});
    return found;
}

namespace {

/// All that is asked of a node when the whole plan is looked at.
std::vector<Look> looks_at(const Plan& plan, const std::string& node) {
    std::vector<Look> looks;
    for (std::size_t i = 0; i < plan.tasks.size(); ++i)
        for (const auto& probe : plan.details[i].probes)
            if (plan.tasks[i].node == node)
                looks.push_back(*look_of(
                    probe, [](const Content&) -> Result<std::string> { return std::string(); }));
    return looks;
}

/// A node that is only asked.
class Listener final : public Connections, public Reader {
public:
    explicit Listener(std::vector<std::string>& asked) : asked_(asked) {}
    Reader& reader(const std::string&) override { return *this; }
    [[nodiscard]] Traffic traffic(const std::string&) const override { return {}; }
    Result<std::vector<ReadResult>> read(std::span<const Read> reads) override {
        for (const auto& each : reads)
            asked_.push_back(each.command);
        return std::vector<ReadResult>(reads.size());
    }
    Result<std::string> get(const std::string&) override { return std::string(); }

private:
    std::vector<std::string>& asked_;
};

/// The looks of init and of the watch have no names of their own: they are overheard.
std::vector<std::string> overheard() {
    std::vector<std::string> asked;
    Listener listener(asked);
    if (!discover(listener) && asked.empty()) throw std::runtime_error("init asks nothing");
    const WatchTarget target{"https://10.20.1.10/", "POST", "esg1", "fine", ""};
    SystemClock clock;
    const auto prober = make_node_prober(target, "https://10.20.1.11/", "https://10.20.1.10/",
        std::make_unique<Listener>(asked), clock);
    if (!prober->collect().empty()) throw std::runtime_error("nobody answered the watch");
    return asked;
}

} // namespace

std::vector<ShippedShell> shell_of_program(const ShippedPlan& shipped) {
    std::vector<ShippedShell> found;
    const auto add = [&](const std::string& text, const std::string& what) {
        found.push_back({text, fmt::format("{}: {} (src/)", shipped.what.platform, what),
            shipped.what.platform});
    };
    const LockOwner lock{"run1 you@laptop", "(process 1, begun 2026-01-31)", "0123456789abcdef",
        {"0123456789abcdef", "fedcba9876543210"}};
    for (const auto& node : shipped.farm.nodes)
        add(collector_for(looks_at(shipped.plan, node.id)).command, "the collector of " + node.id);
    add(lock.take_command(false), "the lock, taken");
    add(lock.take_command(true), "the lock, taken over");
    add(lock.release_command(), "the lock, released");
    const auto words = shell_calls(supervisor_words({"run1-x.osm1.1.0", "true", "input"},
                                       {"/var/lib/ovd-failover", "MARK", true, 0}))
                           .at(0)
                           .words;
    add(words.at(2), "the supervisor of a job"); // sh -c SCRIPT ...
    add(look_at_job("run1-x.osm1.1.0", "/var/lib/ovd-failover").command, "a look at a job");
    const GuardPlace place;
    const std::vector<TaskUndo> undos{{"0001-a@osm1", "true", "true"}};
    add(guard_program(place), "the guard of a node");
    add(guard_arm(place, "0123456789abcdef", guard_after, undos).command, "the guard, armed");
    add(guard_renew(place, "0123456789abcdef").command, "the guard, held off");
    add(guard_fire(place, "0123456789abcdef").command, "the guard, fired");
    add(guard_disarm(place, "0123456789abcdef").command, "the guard, disarmed");
    add(guard_forget(place).command, "the guard, forgotten");
    add(guard_look(place).command, "a look at the guard");
    for (const auto& text : overheard())
        add(text, "a look of init or the watch");
    const auto sheet = or_throw(read_sheet(default_sheet(shipped.farm), ""), "the sheet");
    auto names = or_throw(names_for(shipped.guide, shipped.farm, Step{}, "osm1"), "the sheet");
    names.values["service"] = shipped.farm.vip;
    for (const auto& check : sheet.checks) {
        Status wrong;
        const auto look =
            sheet_kind(check.kind)
                .plan(check,
                    {names, sheet, "osm1", shipped.farm.admin_user, shipped.farm.test_user, 0, {}},
                    wrong);
        if (!wrong) throw std::runtime_error(check.name + ": " + wrong.error().message);
        if (look) add(look->command, "the sheet, " + check.name);
    }
    return found;
}

std::vector<ShippedShell> advice_of(const ShippedPlan& shipped) {
    return Gatherer(shipped).advice();
}

namespace {

class Once {
public:
    void take(std::vector<ShippedShell> some) {
        for (auto& each : some)
            if (seen_.emplace(each.platform, each.text).second) all.push_back(std::move(each));
    }
    std::vector<ShippedShell> all;

private:
    std::set<std::pair<std::string, std::string>> seen_;
};

struct Everything {
    Once shell;
    Once advice;
};

const Everything& everything() {
    static const auto made = [] {
        Everything all;
        all.shell.take(shell_of_facts());
        for (const auto& each : all_shipped_cases()) {
            const auto shipped = shipped_plan(each);
            all.shell.take(shell_of(*shipped));
            if (each.procedure == "migration") all.shell.take(shell_of_program(*shipped));
            all.advice.take(advice_of(*shipped));
        }
        return all;
    }();
    return made;
}

} // namespace

const std::vector<ShippedShell>& all_shipped_shell() {
    return everything().shell.all;
}

const std::vector<ShippedShell>& all_shipped_advice() {
    return everything().advice.all;
}

} // namespace ovd
