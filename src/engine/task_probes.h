// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/text.h"
#include "engine/task_context.h"

#include <fmt/format.h>

namespace ovd {

using Fetched = std::map<std::string, std::string>;

/// Looks at the node of one task; changes nothing there.
class TaskProbes {
public:
    /// patience: how long its node may be out of sight.
    explicit TaskProbes(TaskContext& context, Seconds patience = node_patience)
        : context_(context), patience_(patience) {}

    /// What its probe says; journal_only where nothing can be looked at. Error kind unknown when
    /// the probe could not be made.
    [[nodiscard]] Result<Finding::State> probe();
    /// The probe's own words, of the last time.
    [[nodiscard]] const std::string& detail() const { return detail_; }

    /// Makes a check until it holds or its time is up. An error unless it holds or only warns.
    [[nodiscard]] Status hold(const Check& check);
    /// Looks until the command ends with 0 or the time is up.
    [[nodiscard]] Status wait_until(const WaitOp& wait);

    /// The files of other nodes that it needs; read once.
    [[nodiscard]] Result<Fetched> fetched();
    /// What a command gets on stdin, with secrets and fetched values in their places.
    [[nodiscard]] Result<std::string> input_for(const Operation& op);
    [[nodiscard]] Result<std::string> resolved(const Content& content);

    /// Looks again and again while a node that answered before does not. A cut connection says
    /// nothing about the node: error kind unknown when the patience is over.
    template <class Look>
    auto retry_while_unreachable(const std::string& node, const Look& look) -> decltype(look());

private:
    TaskContext& context_;
    Seconds patience_;
    std::optional<Fetched> fetched_;
    std::string detail_;
    MonoTime::duration out_of_sight_{}; ///< for so long its node did not answer
};

template <class Look>
auto TaskProbes::retry_while_unreachable(const std::string& node, const Look& look)
    -> decltype(look()) {
    const auto& tools = context_.tools;
    auto result = look();
    if (result || result.error().kind != ErrorKind::connect ||
        tools.nodes.traffic(node).connects == 0)
        return result;
    const auto since = tools.clock.mono();
    context_.note(fmt::format("{} does not answer ({}); trying again for {}", node,
        result.error().message, human_seconds(static_cast<double>(patience_.count()))));
    while (!result && result.error().kind == ErrorKind::connect) {
        if (context_.stop.stop_requested())
            return context_.stopped("while " + node + " did not answer");
        if (tools.clock.mono() - since >= patience_)
            return tl::unexpected(Error{ErrorKind::unknown, result.error().message,
                "When the node can be reached, run again: it is probed first.", {}});
        tools.clock.sleep(Millis{1000});
        result = look();
    }
    out_of_sight_ += tools.clock.mono() - since;
    if (result) context_.note(node + " answers again");
    return result;
}

} // namespace ovd
