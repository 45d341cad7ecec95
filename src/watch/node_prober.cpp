// SPDX-License-Identifier: Apache-2.0
// The same questions, asked from a node: for operators whose own machine does not reach the
// service.
#include "watch/prober.h"

#include "base/text.h"
#include "ovd/curl.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <optional>

namespace ovd {
namespace {

constexpr std::string_view mark = "@@ovd-probe ";

constexpr std::string_view there_mark = "@@ovd-there ";

/// A second of probes, each on schedule; every one tells when it began, by the node's own clock.
/// Beside them, one check that the VIP is there by now: it costs no time.
constexpr std::string_view script = R"sh(now() {{ date +%s.%N; }}
echo "@@ovd-now $(now)"
probe() {{
  began=$(now)
  answer=$(curl -q -s -k -m 1 -X {1} {2}-w '\n%{{http_code}}' "$2" | tail -c 4000 | base64 | tr -d '\n')
  echo "$1$began $answer"
}}
{4}for _ in 1 2 3 4 5 6 7 8 9 10; do probe '{3}' {0} & sleep 0.1; done
wait)sh";

class NodeProber final : public Prober {
public:
    NodeProber(WatchTarget target, std::string before, std::string after,
        std::shared_ptr<Connections> nodes, Clock& clock)
        : target_(std::move(target)), before_(std::move(before)), after_(std::move(after)),
          nodes_(std::move(nodes)), clock_(clock), moved_(before_.empty()) {}

    std::vector<Probed> collect() override {
        const auto output = ask(moved_ ? after_ : before_, moved_ ? "" : after_);
        if (!output) {
            // The node itself cannot be asked: nothing is known of the service.
            clock_.sleep(Millis{500});
            return {};
        }
        const auto there = probes_in(*output, there_mark);
        // From now on that is the service; what the other address answered counts no more.
        if (!there.empty() && there.front().service != Service::down) {
            moved_ = true;
            return there;
        }
        return probes_in(*output, mark);
    }

private:
    std::optional<std::string> ask(const std::string& url, const std::string& and_there) {
        const bool post = target_.method == "POST";
        const Read read{
            fmt::format(script, shell_quote(url), post ? "POST" : "GET", post ? "-d '' " : "", mark,
                and_there.empty()
                    ? ""
                    : fmt::format("probe '{}' {} &\n", there_mark, shell_quote(and_there))),
            {}, Millis{8000}};
        sent_ = clock_.now();
        auto seen = nodes_->reader(target_.from).read({&read, 1});
        if (!seen) return {};
        return seen->front().output;
    }

    [[nodiscard]] std::vector<Probed> probes_in(
        const std::string& output, std::string_view which) const {
        std::vector<Probed> found;
        double node_began = 0;
        for (const auto& line : lines(output)) {
            const auto words = split(line, ' ');
            if (words.size() >= 2 && words[0] == "@@ovd-now")
                node_began = std::atof(words[1].c_str());
            if (words.size() < 3 || !line.starts_with(which)) continue;
            const auto later = std::atof(words[1].c_str()) - node_began;
            const auto answer = from_base64(words[2]);
            const auto end = answer.rfind('\n');
            const auto status = std::atol(answer.substr(end + 1).c_str());
            found.push_back({sent_.after(Millis{std::lround(later * 1000)}),
                service_of(target_, status, answer.substr(0, end))});
        }
        std::ranges::sort(found, {}, [](const Probed& each) { return each.began.mono; });
        return found;
    }

    WatchTarget target_;
    std::string before_;
    std::string after_;
    std::shared_ptr<Connections> nodes_;
    Clock& clock_;
    bool moved_;
    Moment sent_;
};

} // namespace

std::unique_ptr<Prober> make_node_prober(const WatchTarget& target, const std::string& before,
    const std::string& after, std::shared_ptr<Connections> nodes, Clock& clock) {
    return std::make_unique<NodeProber>(target, before, after, std::move(nodes), clock);
}

} // namespace ovd
