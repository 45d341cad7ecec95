// SPDX-License-Identifier: Apache-2.0
// How an operation becomes a shell command on a node.
#include "engine/plan.h"

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
    if (const auto* run = std::get_if<RunOp>(&op)) return run->command;
    if (const auto* put = std::get_if<PutOp>(&op))
        return fmt::format(put_script, shell_quote(put->path), shell_quote(put->owner), put->mode);
    if (const auto* admin = std::get_if<AdminOp>(&op)) return admin->command;
    return {};
}

const Content* input_of(const Operation& op) {
    if (const auto* run = std::get_if<RunOp>(&op)) return &run->input;
    if (const auto* put = std::get_if<PutOp>(&op)) return &put->content;
    if (const auto* admin = std::get_if<AdminOp>(&op)) return &admin->input;
    return nullptr;
}

std::string title_of(const Operation& op) {
    if (const auto* run = std::get_if<RunOp>(&op)) return first_line(run->command);
    if (const auto* put = std::get_if<PutOp>(&op))
        return fmt::format("write {} ({}, {})", put->path, put->owner, put->mode);
    if (const auto* ask = std::get_if<AskOp>(&op)) return ask->question;
    if (const auto* sheet = std::get_if<SheetOp>(&op))
        return "go through the verification sheet: " + sheet->title;
    if (const auto* admin = std::get_if<AdminOp>(&op))
        return "ask the Session Manager's API for " + admin->what;
    const auto& wait = std::get<WaitOp>(op);
    return fmt::format("wait until {}, at most {}", wait.what,
        human_seconds(static_cast<double>(wait.within.count())));
}

} // namespace ovd
