// SPDX-License-Identifier: Apache-2.0
// Many trials: each moment of a run, and each seed of a range.
#pragma once

#include "trial.h"

#include <map>
#include <mutex>

namespace ovd::sim {

/// What a part of the campaign has done.
struct Tally {
    std::uint64_t trials = 0;
    std::uint64_t moments = 0; ///< of all runs
    double virtual_hours = 0;
    std::map<std::string, std::uint64_t> by_fault;
    struct Failure {
        std::string repeat; ///< what to type to see it again
        std::vector<std::string> wrongs;
        std::string history;
    };
    std::vector<Failure> failures;
    std::string history; ///< of the last trial, when it was wanted
    void add(const Tally& other);
};

/// A plan with all that is needed again and again: its run without faults, and where it stood on
/// the way.
class Scene {
public:
    explicit Scene(const ShippedCase& what);
    [[nodiscard]] const Model& model() const { return model_; }
    /// The same plan of a farm file that somebody edited.
    [[nodiscard]] const Model& edited() const { return edited_; }
    [[nodiscard]] std::uint64_t moments() const { return moments_; }
    /// What was wrong with the run without faults: nothing else means anything then.
    [[nodiscard]] const std::vector<std::string>& wrongs() const { return wrongs_; }
    /// The world as it was after so many tenths of the run, its wizard killed, and when that was.
    [[nodiscard]] World at_tenth(std::size_t tenth) const { return *tenths_[tenth].first; }
    [[nodiscard]] Moment time_of_tenth(std::size_t tenth) const { return tenths_[tenth].second; }
    [[nodiscard]] double hours() const { return hours_; }

private:
    std::unique_ptr<ShippedPlan> shipped_;
    Model model_;
    std::unique_ptr<ShippedPlan> shipped_after_edit_;
    Model edited_;
    std::uint64_t moments_ = 0;
    std::vector<std::string> wrongs_;
    std::vector<std::pair<std::shared_ptr<World>, Moment>> tenths_;
    double hours_ = 0;
};

/// Scenes by case, made when they are wanted. Safe from any thread.
class Scenes {
public:
    [[nodiscard]] std::shared_ptr<const Scene> get(const ShippedCase& what);

private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const Scene>> known_;
};

/// Which of the moments or seeds are this worker's.
struct Share {
    std::uint64_t worker = 0;
    std::uint64_t workers = 1;
    [[nodiscard]] bool mine(std::uint64_t number) const { return number % workers == worker; }
};

struct CrashOptions {
    std::uint64_t every = 1; ///< take each n-th moment only
    std::uint64_t only = 0;  ///< this moment alone; 0: all
    bool keep_history = false;
};

/// Kills the wizard at each moment of a run without faults and resumes; each resumed run is killed
/// once more at a moment drawn by chance, and resumed again.
[[nodiscard]] Tally crash_points(
    const Scene& scene, const Share& share, const CrashOptions& options);

/// Makes each operation of each section that is rolled back fail, and kills the wizard at each
/// moment from there on.
[[nodiscard]] Tally roll_back_points(
    const Scene& scene, const Share& share, const CrashOptions& options);

/// Sets the operator's clock, an hour forward or back, each time that something is waited for: the
/// run must come to its end as if nothing had been.
[[nodiscard]] Tally clock_points(const Scene& scene, const Share& share);

/// One seed: a case, a beginning, faults and people, all drawn from it.
[[nodiscard]] Tally seed_trial(
    Scenes& scenes, const std::vector<ShippedCase>& cases, std::uint64_t seed, bool keep_history);

} // namespace ovd::sim
