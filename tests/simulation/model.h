// SPDX-License-Identifier: Apache-2.0
// What each command of a plan does and what each look sees, derived from the plan itself: an
// operation that was carried out makes its effect true, a probe sees whether its task's effects
// are.
#pragma once

#include "../unit/shipped.h"

#include "node/connections.h"

#include <unordered_map>

namespace ovd::sim {

/// What one command does to its node: a number for command and input. 0: nothing was done.
using Effect = std::uint64_t;

/// Why a command is looked at a node. One text may stand for several.
struct Meaning {
    enum class Kind { fact, probe, check, wait, admin };
    Kind kind = Kind::probe;
    std::size_t task = 0;  ///< of what it belongs to; none for a fact
    std::size_t index = 0; ///< which operation or check
    std::string says;      ///< a fact's value
};

/// A job by its name.
struct JobName {
    std::size_t task = 0;
    std::size_t op = 0;
    bool undo = false;
};

class Model {
public:
    explicit Model(const ShippedPlan& shipped);
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    [[nodiscard]] const Plan& plan() const { return shipped_.plan; }
    [[nodiscard]] const ShippedPlan& shipped() const { return shipped_; }

    /// The effect of an operation; 0 for one that goes to no node.
    [[nodiscard]] Effect effect(std::size_t task, std::size_t op) const {
        return effects_[task][op];
    }
    /// Where the effects of a task stand in a list of all.
    [[nodiscard]] std::size_t first_op(std::size_t task) const { return first_op_[task]; }
    [[nodiscard]] std::size_t ops() const { return op_count_; }
    /// The tasks of the step that takes over what this one's task set up.
    [[nodiscard]] const std::vector<std::size_t>& taken_over_by(std::size_t task) const {
        return taken_over_by_[task];
    }
    /// The effect of any command with this input.
    [[nodiscard]] static Effect effect_of(const std::string& command, const std::string& input);
    /// What a look at a node means; empty: the plan has none such.
    [[nodiscard]] const std::vector<Meaning>& meaning(
        const std::string& node, const std::string& command, const std::string& input) const;
    /// A job's name without the id of its run; nothing for another kind of job.
    [[nodiscard]] std::optional<JobName> job(const std::string& id) const;
    /// The tasks that read this file of another node.
    [[nodiscard]] std::vector<std::size_t> readers_of(
        const std::string& node, const std::string& path) const;

    /// What secrets are in the simulation.
    [[nodiscard]] static std::string secret(const std::string& name) { return "s3same-" + name; }
    /// What a file that is fetched holds.
    [[nodiscard]] static std::string content(const std::string& node, const std::string& path) {
        return "content of " + node + ":" + path;
    }
    /// What an operation is sent as input when all is known.
    [[nodiscard]] std::string resolved(std::size_t task, const Content& content) const;

private:
    void add(const std::string& node, const std::string& command, const std::string& input,
        Meaning meaning);

    const ShippedPlan& shipped_;
    std::vector<std::vector<Effect>> effects_;
    std::vector<std::size_t> first_op_;
    std::size_t op_count_ = 0;
    std::vector<std::vector<std::size_t>> taken_over_by_;
    std::unordered_map<std::string, std::vector<Meaning>> meanings_;
    std::unordered_map<std::string, std::size_t> by_plain_id_;
};

} // namespace ovd::sim
