// SPDX-License-Identifier: Apache-2.0
#include "engine/lease.h"

#include "base/text.h"
#include "engine/executor.h"

#include <fmt/format.h>
#include <thread>

namespace ovd {
namespace {

constexpr std::string_view take_script = R"sh(set -e
umask 077
mkdir -p /var/lib/ovd-failover
lease=/var/lib/ovd-failover/lease
mine={0}
if [ -e "$lease" ] && [ "$(head -n 1 "$lease")" != "$mine" ] && [ {1} = no ]; then
    echo "held by $(head -n 1 "$lease") since $(stat -c %y "$lease")"
    exit 75
fi
printf '%s\n%s\n' "$mine" "$(cat /proc/sys/kernel/random/boot_id)" > "$lease.new"
mv "$lease.new" "$lease")sh";

constexpr std::string_view release_script = R"sh(lease=/var/lib/ovd-failover/lease
[ "$(head -n 1 "$lease" 2>/dev/null)" != {0} ] || rm -f "$lease")sh";

constexpr int held_by_another = 75;

} // namespace

std::string lease_command(const std::string& run, const std::string& owner, bool take_over) {
    return fmt::format(take_script, shell_quote(run + " " + owner), take_over ? "yes" : "no");
}

std::string release_command(const std::string& run, const std::string& owner) {
    return fmt::format(release_script, shell_quote(run + " " + owner));
}

Done Leases::on_all(const std::string& what, const std::string& command) {
    const auto time = tools_.clock.now().time_since_epoch();
    const auto id = fmt::format("{}-{}.{}", tools_.journal.run_id(), what,
        std::chrono::duration_cast<Millis>(time).count());
    std::mutex mutex;
    std::optional<Error> error;
    std::vector<std::jthread> workers;
    for (const auto& node : tools_.plan.farm.nodes) {
        if (node.by_hand || (what == "release" && !held_.contains(node.id))) continue;
        workers.emplace_back([&, name = node.id] {
            auto state = tools_.nodes.changer(name).run({id, command, {}}, {});
            const std::scoped_lock lock(mutex);
            if (!state)
                error = state.error();
            else if (state->status == 0)
                held_.insert(name);
            else if (state->status == held_by_another)
                error = Error{Kind::refused,
                    fmt::format("{}: another run has this farm: {}", name, trim(state->output)),
                    "Let it end. If you know that it is gone, type: ovd-failover run --take-over",
                    {}};
            else
                error = Error{Kind::remote,
                    fmt::format("{}: the lease cannot be taken: {}", name, trim(state->output)),
                    "Check that /var/lib on the node is writable.", {}};
        });
    }
    workers.clear();
    if (error) return tl::unexpected(*error);
    return {};
}

Done Leases::take() {
    return on_all(
        "lease", lease_command(tools_.journal.run_id(), options_.who, options_.take_over));
}

void Leases::release() {
    if (auto ok = on_all("release", release_command(tools_.journal.run_id(), options_.who)); !ok)
        tools_.view.say("The lease was not given back everywhere: " + ok.error().message);
}

} // namespace ovd
