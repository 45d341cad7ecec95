// SPDX-License-Identifier: Apache-2.0
#include "engine/lease.h"

#include "base/text.h"
#include "engine/executor.h"

#include <fmt/format.h>
#include <mutex>

namespace ovd {
namespace {

/// It is whole before it has its name, and a link is made only where there is none: so one of two
/// at the same moment gets it, and a full disk leaves none that belongs to nobody.
constexpr std::string_view take_script = R"sh(set -e
umask 077
mkdir -p /var/lib/ovd-failover
lease=/var/lib/ovd-failover/lease
mine={0}
boot=$(cat /proc/sys/kernel/random/boot_id)
new=$(mktemp "$lease.XXXXXX")
trap 'rm -f "$new"' EXIT
printf '%s\n%s\n%s\n' "$mine" "$boot" {1} > "$new"
if ! ln -T "$new" "$lease" 2>/dev/null; then
    if [ "$(head -n 1 "$lease")" != "$mine" ] && [ {2} = no ]; then
        echo "held by $(sed -n '1p;3p' "$lease" | paste -sd ' '), since $(stat -c %y "$lease" | cut -d . -f 1) by its clock"
        [ "$(sed -n 2p "$lease")" = "$boot" ] || echo "and the node has restarted since"
        exit 75
    fi
    mv -f "$new" "$lease"
fi
[ "$(head -n 1 "$lease")" = "$mine" ])sh";

constexpr std::string_view release_script = R"sh(lease=/var/lib/ovd-failover/lease
[ "$(head -n 1 "$lease" 2>/dev/null)" != {0} ] || rm -f "$lease")sh";

constexpr int held_by_another = 75;

} // namespace

std::string Lease::take_command(bool take_over) const {
    return fmt::format(
        take_script, shell_quote(holder), shell_quote(more), take_over ? "yes" : "no");
}

std::string Lease::release_command() const {
    return fmt::format(release_script, shell_quote(holder));
}

Leases::Leases(const Tools& tools, const RunOptions& options)
    : tools_(tools), options_(options),
      lease_{tools.journal.run_id() + " " + options.who,
          fmt::format("({}, begun {})", options.process, iso_time(tools.clock.wall()))} {}

Done Leases::on_all(const std::string& what, const std::string& command) {
    const auto time = tools_.clock.wall().time_since_epoch();
    const auto id = fmt::format("{}-{}.{}", tools_.journal.run_id(), what,
        std::chrono::duration_cast<Millis>(time).count());
    std::mutex mutex;
    std::optional<Error> error;
    std::vector<std::string> names;
    for (const auto& node : tools_.plan.farm.nodes)
        if (!node.by_hand && (what != "release" || held_.contains(node.id)))
            names.push_back(node.id);
    side_by_side(tools_.threads, names.size(), most_nodes_at_once, [&](std::size_t index) {
        const auto& name = names[index];
        auto state = tools_.nodes.changer(name).run({id, command, {}}, {});
        const std::scoped_lock lock(mutex);
        if (!state)
            error = state.error();
        else if (state->status == 0)
            held_.insert(name);
        else if (state->status == held_by_another)
            error = Error{Kind::refused,
                fmt::format("{}: another run has this farm: {}", name, trim(state->output)),
                "Let it end. If you know that it is gone, type: ovd-failover run --take-over", {}};
        else
            error = Error{Kind::remote,
                fmt::format("{}: the lease cannot be taken: {}", name, trim(state->output)),
                "Check that /var/lib on the node is writable.", {}};
    });
    if (error) return tl::unexpected(*error);
    return {};
}

Done Leases::take() {
    return on_all("lease", lease_.take_command(options_.take_over));
}

void Leases::release(const std::map<std::string, std::string>& jobs) {
    for (const auto& [node, job] : jobs) {
        if (!held_.contains(node)) continue;
        const auto state = tools_.nodes.changer(node).look(job);
        if (state && state->phase != JobState::Phase::running) continue;
        held_.erase(node);
        tools_.view.say(node + ": a command of this run may still be at work there, so the lease "
                               "is kept. The next run sees what became of it.");
    }
    if (auto ok = on_all("release", lease_.release_command()); !ok)
        tools_.view.say("The lease was not given back everywhere: " + ok.error().message);
}

} // namespace ovd
