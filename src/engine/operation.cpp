// SPDX-License-Identifier: Apache-2.0
// How an operation becomes a shell command on a node.
#include "engine/plan.h"

#include "base/overloaded.h"
#include "base/text.h"

#include <fmt/format.h>

namespace ovd {
namespace {

/// The new file is complete before it takes the old one's place, and the very first old one is
/// kept.
constexpr std::string_view put_script = R"(set -e
f={0}
kept=/var/lib/ovd-failover/before$f
umask 077
if [ -e "$f" ] && [ ! -e "$kept" ]; then mkdir -p "${{kept%/*}}"; cp -p "$f" "$kept"; fi
(umask 022; mkdir -p "${{f%/*}}")
new=$(mktemp "$f.XXXXXX")
trap 'rm -f "$new"' EXIT
cat > "$new"
chown {1} "$new"
chmod {2} "$new"
mv -T "$new" "$f")";

std::string first_line(const std::string& text) {
    const auto all = lines(text);
    if (all.empty()) return "";
    return all.size() == 1 ? all.front() : all.front() + " ...";
}

} // namespace

std::string command_of(const Operation& op) {
    return std::visit(Overloaded{
                          [](const RunOp& run) { return run.command; },
                          [](const PutOp& put) {
                              return fmt::format(put_script, shell_quote(put.path),
                                  shell_quote(put.owner), put.mode);
                          },
                          [](const AdminOp& admin) { return admin.command; },
                          [](const AskOp&) { return std::string(); },
                          [](const WaitOp&) { return std::string(); },
                          [](const SheetOp&) { return std::string(); },
                      },
        op);
}

const Content* input_of(const Operation& op) {
    return std::visit(Overloaded{
                          [](const RunOp& run) { return &run.input; },
                          [](const PutOp& put) { return &put.content; },
                          [](const AdminOp& admin) { return &admin.input; },
                          [](const AskOp&) -> const Content* { return nullptr; },
                          [](const WaitOp&) -> const Content* { return nullptr; },
                          [](const SheetOp&) -> const Content* { return nullptr; },
                      },
        op);
}

std::string probe_of(const Operation& op) {
    return std::visit(Overloaded{
                          [](const WaitOp& wait) { return wait.command; },
                          [](const AdminOp& admin) { return admin.look; },
                          [](const RunOp&) { return std::string(); },
                          [](const PutOp&) { return std::string(); },
                          [](const AskOp&) { return std::string(); },
                          [](const SheetOp&) { return std::string(); },
                      },
        op);
}

std::string title_of(const Operation& op) {
    return std::visit(
        Overloaded{
            [](const RunOp& run) { return first_line(run.command); },
            [](const PutOp& put) {
                return fmt::format("write {} ({}, {})", put.path, put.owner, put.mode);
            },
            [](const AskOp& ask) { return ask.question; },
            [](const WaitOp& wait) {
                return fmt::format("wait until {}, at most {}", wait.what,
                    human_seconds(static_cast<double>(wait.within.count())));
            },
            [](const SheetOp& sheet) { return "run the verification sheet: " + sheet.title; },
            [](const AdminOp& admin) { return "ask the Session Manager's API for " + admin.what; },
        },
        op);
}

std::string by_hand_text(const TaskPlan& plan) {
    std::string text;
    const auto add_input = [&text](const Content& input) {
        if (!input.empty()) text += "\n# stdin:\n" + input.display();
        text += "\n";
    };
    for (const auto& op : plan.ops) {
        if (const auto* admin = std::get_if<AdminOp>(&op)) {
            text += admin->ask.question + "\n";
            continue;
        }
        const auto* input = input_of(op);
        text += command_of(op).empty() ? title_of(op) : command_of(op);
        add_input(input == nullptr ? Content{} : *input);
    }
    if (!plan.ops.empty()) return text;
    for (const auto& check : plan.checks) {
        text += "# check that this ends with status 0";
        if (!check.says.empty()) text += "; if not: " + lines(check.says).front();
        text += "\n" + check.command;
        add_input(check.input);
    }
    return text;
}

} // namespace ovd
