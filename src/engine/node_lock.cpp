// SPDX-License-Identifier: Apache-2.0
#include "engine/node_lock.h"

#include "base/text.h"
#include "engine/executor.h"
#include "node/fan_out.h"

#include <fmt/format.h>

namespace ovd {
namespace {

/// While one looks at the lock and takes it, or begins a job under it, no other does: see also the
/// supervisor. The lock is whole before it has its name: a full disk leaves none that is nobody's.
constexpr std::string_view take_script = R"sh(set -e
umask 077
mkdir -p /var/lib/ovd-failover
lease=/var/lib/ovd-failover/lease
mine={0}
token={3}
boot=$(cat /proc/sys/kernel/random/boot_id)
exec 9>>"$lease.lock"
flock 9
if [ -e "$lease" ] && [ "$(head -n 1 "$lease")" != "$mine" ] && [ {2} = no ]; then
    echo "held by $(sed -n '1p;3p' "$lease" | paste -sd ' '), since $(stat -c %y "$lease" | cut -d . -f 1) by its clock"
    [ "$(sed -n 2p "$lease")" = "$boot" ] || echo "and the node has restarted since"
    exit 75
fi
last=/var/lib/ovd-failover/last-run
known=' {4} '
if [ -e "$last" ] && [ {2} = no ]; then
    read -r run that < "$last"
    case "$known" in
    *" $that "*) ;;
    *) [ "$run" != "${{mine%% *}}" ] || {{ sed 1d "$last"; exit 76; }} ;;
    esac
fi
put() {{
    new=$(mktemp "$1.XXXXXX")
    trap 'rm -f "$new"' EXIT
    cat > "$new"
    mv -f "$new" "$1"
}}
printf '%s\n' "${{mine%% *}} $token" "$mine "{1} | put "$last"
printf '%s\n%s\n%s\n%s\n' "$mine" "$boot" {1} "$token" | put "$lease")sh";

constexpr std::string_view release_script = R"sh(lease=/var/lib/ovd-failover/lease
token={0}
[ -e "$lease" ] || exit 0
exec 9>>"$lease.lock"
flock 9
[ "$(sed -n 4p "$lease")" != "$token" ] || rm -f "$lease")sh";

constexpr int held_by_another = 75;
constexpr int gone_on_elsewhere = 76;
/// A node that does not answer that soon is not waited for.
constexpr Millis soon{10'000};
/// How long each wait for a node may keep a run from its end; a lock that stays there does no harm
/// to the next run of the same folder.
constexpr Millis last_patience{6'000};

} // namespace

std::string LockOwner::take_command(bool take_over) const {
    return fmt::format(take_script, shell_quote(holder), shell_quote(more),
        take_over ? "yes" : "no", shell_quote(token), join(known, " "));
}

std::string LockOwner::release_command() const {
    return fmt::format(release_script, shell_quote(token));
}

NodeLocks::NodeLocks(const Tools& tools, const RunOptions& options)
    : tools_(tools), options_(options),
      owner_{tools.journal.run_id() + " " + options.who,
          fmt::format("({}, begun {})", options.process, iso_time(tools.clock.wall())), tools.token,
          tools.journal.state().tokens} {}

/// A look does not wait for a node that has gone, as a change does.
bool NodeLocks::answers(const std::string& node) {
    const Read read{"true", {}, soon};
    return tools_.nodes.reader(node).read({&read, 1}).has_value();
}

Status NodeLocks::take(const std::string& node) {
    // Each try has a name of its own: what became of one says nothing of the next.
    const auto id = fmt::format("{}-lock.{}.{}", tools_.journal.run_id(), owner_.token, ++tries_);
    const auto state =
        tools_.nodes.changer(node).run({id, owner_.take_command(options_.take_over), {}}, {});
    if (!state) return tl::unexpected(state.error());
    if (state->status == held_by_another)
        return fail(ErrorKind::refused,
            fmt::format("{}: another run has this farm: {}", node, trim(state->output)),
            "Let it end. If you know that it is gone, type: ovd-failover run --take-over");
    if (state->status == gone_on_elsewhere)
        return fail(ErrorKind::refused,
            fmt::format("{}: this run was resumed from another copy of the run folder ({}): "
                        "what was done there is not in this journal.",
                node, trim(state->output)),
            "Resume with the run folder that was used last. If it is lost, type: ovd-failover run "
            "--take-over");
    if (state->status != 0)
        return fail(ErrorKind::remote,
            fmt::format("{}: its lock cannot be taken: {}", node, trim(state->output)),
            "Check that /var/lib on the node is writable.");
    const std::scoped_lock lock(mutex_);
    held_.insert(node);
    return {};
}

Status NodeLocks::take_all() {
    std::mutex mutex;
    std::optional<Error> error;
    const auto& nodes = tools_.plan.farm.nodes;
    fan_out(tools_.threads, nodes.size(), most_nodes_at_once, [&](std::size_t index) {
        const auto& node = nodes[index];
        if (node.by_hand || !answers(node.id)) return;
        const auto ok = take(node.id);
        if (ok || ok.error().kind == ErrorKind::connect) return;
        const std::scoped_lock lock(mutex);
        // That another is at work comes before everything else.
        if (!error || ok.error().kind == ErrorKind::refused) error = ok.error();
    });
    if (error) return tl::unexpected(*error);
    return {};
}

Status NodeLocks::hold(const std::string& node) {
    {
        const std::scoped_lock lock(mutex_);
        if (held_.contains(node)) return {};
    }
    return take(node);
}

void NodeLocks::release(const std::map<std::string, std::string>& jobs) {
    for (const auto& node : held_)
        tools_.nodes.give_up_after(node, last_patience);
    for (const auto& [node, job] : jobs) {
        if (!held_.contains(node)) continue;
        const auto state = tools_.nodes.changer(node).look(job);
        if (state && state->phase != JobState::Phase::running) continue;
        held_.erase(node);
        tools_.events.say(node + ": a command of this run may still be at work there, so its lock "
                                 "is kept. The next run sees what became of it.");
    }
    const std::vector<std::string> nodes(held_.begin(), held_.end());
    fan_out(tools_.threads, nodes.size(), most_nodes_at_once, [&](std::size_t index) {
        const auto& node = nodes[index];
        const auto id = fmt::format("{}-unlock.{}", tools_.journal.run_id(), owner_.token);
        const auto kept = [&](const std::string& why) {
            tools_.events.say(
                fmt::format("{} keeps its lock, which the next run of this run folder "
                            "may use: {}",
                    node, why));
        };
        JobWatch watch;
        watch.note = [&](const std::string& text) { tools_.events.say(node + ": " + text); };
        const auto state =
            tools_.nodes.changer(node).run({id, owner_.release_command(), {}}, watch);
        if (!state) return kept(state.error().message);
        if (state->status != 0) kept(trim(state->output));
    });
}

} // namespace ovd
