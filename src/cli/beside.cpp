// SPDX-License-Identifier: Apache-2.0
#include "cli/beside.h"

#include "base/text.h"
#include "node/fan_out.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <mutex>
#include <thread>

namespace ovd {
namespace {

constexpr double noticed_from = 2;
constexpr double harmful_from = 60;

// The clock comes first: what follows takes time.
constexpr const char* time_and_size = R"(date +%s.%N
nproc
awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo
df -Pk / | awk 'NR == 2 {print int($2 / 1048576)}'
. /etc/os-release && echo "$ID $VERSION_ID")";

double local_time() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

CheckResult told_of(const std::string& node, const std::string& title, const std::string& severity,
    const std::string& says, const std::string& hint) {
    return {node, nullptr, severity, says, hint, title};
}

} // namespace

Result<Beside> read_beside(
    const std::string& node, const std::string& answer, double sent, double got) {
    const auto all = lines(answer);
    if (all.size() != 5)
        return fail(ErrorKind::remote, fmt::format("{} did not tell its time and size.", node));
    Beside seen{node, 0, 0, 0, 0, 0, trim(all[4])};
    const double time = std::strtod(all[0].c_str(), nullptr);
    seen.ahead_least = time - got;
    seen.ahead_most = time - sent;
    seen.cpus = std::atol(all[1].c_str());
    seen.ram = std::atol(all[2].c_str());
    seen.disk = std::atol(all[3].c_str());
    if (time <= 0 || seen.cpus <= 0 || seen.ram <= 0 || seen.disk <= 0)
        return fail(ErrorKind::remote, fmt::format("{} did not tell its time and size.", node));
    return seen;
}

std::vector<CheckResult> compare_clocks(const std::vector<Beside>& all) {
    std::vector<CheckResult> found;
    if (all.size() < 2) return found;
    auto order = all;
    std::ranges::sort(order, {}, [](const Beside& each) { return each.ahead_least; });
    const auto& middle = order[(order.size() - 1) / 2];
    for (const auto& each : all) {
        const double ahead = each.ahead_least - middle.ahead_most;  // at least
        const double behind = middle.ahead_least - each.ahead_most; // likewise
        const double apart = std::max(ahead, behind);
        if (apart <= noticed_from) continue;
        found.push_back(told_of(each.node, "Compare the clocks",
            apart > harmful_from ? "stop" : "warn",
            fmt::format("The clock of {} is {} {} that of {}.", each.node, human_seconds(apart),
                ahead > behind ? "ahead of" : "behind", middle.node),
            "Set it right (chronyc makestep, or timedatectl set-ntp true) and check that both ask "
            "the same time servers."));
    }
    return found;
}

std::vector<CheckResult> compare_sizes(const Beside& osm1, const Beside& osm2) {
    std::vector<std::string> less;
    // What the firmware keeps for itself differs a little between machines of one size.
    const auto compare = [&](long one, long two, const char* what) {
        if (two * 100 < one * 95) less.push_back(fmt::format(fmt::runtime(what), two, one));
    };
    compare(osm1.cpus, osm2.cpus, "{} processors, osm1 has {}");
    compare(osm1.ram, osm2.ram, "{} MB of memory, osm1 has {}");
    compare(osm1.disk, osm2.disk, "{} GB of disk, osm1 has {}");
    std::vector<CheckResult> found;
    const std::string title = "Compare osm2 with osm1";
    if (!less.empty())
        found.push_back(told_of("osm2", title, "warn",
            fmt::format("osm2 is smaller than osm1: {}.", join(less, "; ")),
            "After a failover it serves everybody: make it as big as osm1."));
    if (osm1.os != osm2.os)
        found.push_back(told_of("osm2", title, "warn",
            fmt::format("osm2 runs {}, osm1 runs {}.", osm2.os, osm1.os),
            "The guide wants one guest system on both: what is copied from osm1 must fit."));
    return found;
}

std::vector<CheckResult> look_beside(Session& session) {
    std::mutex mutex;
    std::vector<Beside> seen;
    std::vector<CheckResult> found;
    const auto& nodes = session.farm().nodes;
    fan_out(session.runtime().threads, nodes.size(), most_nodes_at_once, [&](std::size_t at) {
        if (nodes[at].by_hand) return;
        const auto& name = nodes[at].id;
        const Read read{time_and_size, {}, Millis{20'000}};
        const auto sent = local_time();
        const auto results = session.nodes().reader(name).read({&read, 1});
        const auto got = local_time();
        if (!results) return; // told by the other checks
        auto answer = read_beside(name, results->front().output, sent, got);
        const std::scoped_lock lock(mutex);
        if (answer)
            seen.push_back(*answer);
        else
            found.push_back(told_of(name, "Compare the nodes", "stop",
                "This could not be checked: " + answer.error().message,
                fmt::format("Check it yourself: {}", time_and_size)));
    });
    std::ranges::sort(seen, {}, &Beside::node);
    const auto of = [&](const char* node) { return std::ranges::find(seen, node, &Beside::node); };
    for (auto& each : compare_clocks(seen))
        found.push_back(std::move(each));
    if (of("osm1") != seen.end() && of("osm2") != seen.end())
        for (auto& each : compare_sizes(*of("osm1"), *of("osm2")))
            found.push_back(std::move(each));
    return found;
}

} // namespace ovd
