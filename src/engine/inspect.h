// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/threads.h"
#include "engine/plan.h"
#include "engine/state.h"
#include "node/connections.h"

#include <map>
#include <optional>
#include <set>

namespace ovd {

/// What looking at a task found.
struct Finding {
    enum class State {
        done,
        not_done,
        cannot_tell, ///< the probe could not be made; never taken for done
        journal_only ///< there is nothing to look at; only the journal knows
    };
    State state = State::journal_only;
    std::string detail;      ///< the probe's output, or why it could not be made
    bool superseded = false; ///< done because a later step has taken over what it set up
    std::optional<Error> unreachable = {}; ///< why its node could not be asked at all
};

/// Gives the value of a secret by name.
using SecretLookup = std::function<Result<std::string>(const std::string&)>;

/// Looks at tasks through Readers only: nothing here can change a node.
class Inspector {
public:
    Inspector(const Plan& plan, Connections& nodes, Threads& threads, SecretLookup secrets)
        : plan_(plan), nodes_(nodes), threads_(threads), secrets_(std::move(secrets)) {}

    /// Probes the given tasks, all of a node in one round trip, the nodes side by side.
    [[nodiscard]] std::map<std::size_t, Finding> look(const std::set<std::size_t>& tasks);
    /// Probes one task, with values that were fetched for it.
    [[nodiscard]] Finding look_at(
        std::size_t task, const std::map<std::string, std::string>& fetched);
    /// One check, made once. status 0 good, 1 bad, otherwise it could not be made; an error when
    /// its node could not be asked at all.
    [[nodiscard]] Result<ReadResult> check(
        std::size_t task, const Check& check, const std::map<std::string, std::string>& fetched);
    /// Reads the files that a task needs from other nodes.
    [[nodiscard]] Result<std::map<std::string, std::string>> fetch(std::size_t task);
    /// What content is with secrets and fetched values in their places.
    [[nodiscard]] Result<std::string> resolve(
        const Content& content, const std::map<std::string, std::string>& fetched) const;

private:
    struct Batch {
        std::vector<Look> looks;
        std::vector<std::size_t> owner; ///< the task of each look
    };
    void add_probes(Batch& batch, std::size_t task, std::map<std::size_t, Finding>& findings,
        const std::map<std::string, std::string>& fetched) const;
    void take_results(const Batch& batch, const Result<std::vector<ReadResult>>& results,
        std::map<std::size_t, Finding>& findings) const;

    const Plan& plan_;
    Connections& nodes_;
    Threads& threads_;
    SecretLookup secrets_;
};

/// Findings and journal together: is there anything left to do? A step whose `holds_until` step is
/// done counts as done.
[[nodiscard]] std::map<std::size_t, Finding> settle(
    const Plan& plan, const RunState& journal, const std::map<std::size_t, Finding>& findings);

/// A node that is not known, or not the machine it was, is an error for the whole farm: nothing may
/// be done to the others as if it were there.
[[nodiscard]] Status all_known(const std::map<std::size_t, Finding>& findings);

/// Tasks that have a node to look at.
[[nodiscard]] std::set<std::size_t> tasks_to_look_at(const Plan& plan);

} // namespace ovd
