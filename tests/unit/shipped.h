// SPDX-License-Identifier: Apache-2.0
// The steps that users get, planned on a farm of any platform, for any procedure. No test framework
// here: whatever wants the shipped plan may use it.
#pragma once

#include "engine/plan.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace ovd {

/// The value, or std::runtime_error with what went wrong, and during what.
template <class T>
T or_throw(Result<T> result, const std::string& during) {
    if (!result) throw std::runtime_error(during + ": " + result.error().message);
    return std::move(*result);
}

/// What a farm file asks for beside its machines.
enum class Wishes {
    /// All that may be: DNS name, mail with a login, console login, every kind of server.
    usual,
    /// The other way round, with mail without a login, a database that is there already, and every
    /// mistake of the guide kept that may be kept.
    otherwise,
    /// As otherwise, and no mail either.
    without_mail,
};

/// What a shipped plan is made for.
struct ShippedCase {
    std::string platform;  ///< of all five nodes: a key of steps/platforms.toml
    std::string procedure; ///< migration, update, failover-test ...
    std::string active;    ///< who had the service when it began; empty in the migration
    Wishes wishes = Wishes::usual;

    /// For people: rhel7, failover-test from osm2.
    [[nodiscard]] std::string title() const;
};

/// A plan and what it refers to. Stays where it was made: a Plan holds on to its farm.
class ShippedPlan {
public:
    ShippedPlan(ShippedCase its_case, Farm its_farm);
    ShippedPlan(const ShippedPlan&) = delete;
    ShippedPlan& operator=(const ShippedPlan&) = delete;

    const ShippedCase what;
    const Guide& guide; ///< the chapters of that procedure alone; made once
    const Farm farm;
    const Plan plan;
};

/// steps/ and templates/ as they are in the source tree, checked, with all procedures. Read once;
/// what they lack ends in std::runtime_error, as with all below.
[[nodiscard]] const Guide& shipped_guide();

/// The platforms on the guide's own list, and those others that a farm can be made of as well.
[[nodiscard]] std::vector<std::string> shipped_platforms();

/// A farm of that case; a usual one gives nearly every step something to do. The nodes are all of
/// one platform and have said of themselves (steps/facts.toml) what a node of that platform with
/// its own packages says; in a procedure after the migration the active node is known, and when the
/// procedure began.
[[nodiscard]] Farm shipped_farm(const ShippedCase& what);

/// The plan of one case; change, where given, is made to the farm before it is planned.
[[nodiscard]] std::unique_ptr<ShippedPlan> shipped_plan(
    const ShippedCase& what, const std::function<void(Farm&)>& change = {});

/// The usual cases: each platform with each procedure, those after the migration with either
/// Session Manager active.
[[nodiscard]] std::vector<ShippedCase> shipped_cases();

/// The usual cases, and what is needed beside them to have every step and variant planned.
[[nodiscard]] std::vector<ShippedCase> all_shipped_cases();

} // namespace ovd
