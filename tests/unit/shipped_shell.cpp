// SPDX-License-Identifier: Apache-2.0
#include "shipped_shell.h"

#include "base/text.h"

#include <filesystem>
#include <fmt/format.h>
#include <set>
#include <stdexcept>

namespace ovd {
namespace {

std::string line_of(const Where& where) {
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
                add(probe.command, "probe");
            for (std::size_t n = 0; n < detail.checks.size(); ++n)
                add(detail.checks[n].command, fmt::format("check {}", n + 1));
            for (std::size_t n = 0; n < detail.undo.size(); ++n)
                operation(detail.undo[n], fmt::format("undo {}", n + 1));
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
        add(command_of(op), part);
        if (const auto* wait = std::get_if<WaitOp>(&op)) add(wait->command, part + ", wait");
        if (const auto* admin = std::get_if<AdminOp>(&op)) add(admin->look, part + ", look");
        if (const auto* put = std::get_if<PutOp>(&op)) file(*put, part + ", " + put->path);
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
