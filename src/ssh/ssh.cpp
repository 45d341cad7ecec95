// SPDX-License-Identifier: Apache-2.0
#include "ssh/ssh.h"

#include "ssh/change_lane.h"
#include "ssh/guard_script.h"
#include "ssh/read_lane.h"

#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace ovd {
namespace {

/// One node: both sides of it over one connection, one thing at a time.
class NodeOverSsh final : public Reader, public Changer, public NodeGuard {
public:
    using Reader::look;
    NodeOverSsh(SshTarget target, const SshOptions& options, CredentialPrompter& person)
        : target_(std::move(target)), link_(target_, options, person),
          heart_(target_, options, person) {
        place_.base = options.run_dir;
    }

    Result<std::vector<ReadResult>> read(std::span<const Read> reads) override {
        if (reads.empty()) return std::vector<ReadResult>{};
        const std::scoped_lock lock(mutex_);
        if (const auto failed = std::exchange(failed_, {});
            failed && Mono::now() - failed->at < told_for)
            return tl::unexpected(failed->error);
        return read_over(link_, reads);
    }
    void connect() override {
        const std::scoped_lock lock(mutex_);
        if (auto session = link_.up(); !session) failed_ = Failed{session.error(), Mono::now()};
    }
    Result<std::string> get(const std::string& path) override {
        const std::scoped_lock lock(mutex_);
        return get_over(link_, path);
    }
    Result<JobState> run(const Job& job, const JobWatch& watch) override {
        const std::scoped_lock lock(mutex_);
        return run_over(link_, job, watch);
    }
    Result<JobState> look(const std::string& job_id) override {
        const std::scoped_lock lock(mutex_);
        return look_over(link_, job_id);
    }

    Result<GuardState> arm(
        const std::string& token, Seconds limit, std::span<const TaskUndo> undos) override {
        return tell_guard(guard_arm(place_, token, limit, undos));
    }
    Result<GuardState> renew(const std::string& token) override {
        const std::scoped_lock lock(heart_mutex_);
        return told_by(heart_, guard_renew(place_, token));
    }
    Result<GuardState> fire(const std::string& token) override {
        return tell_guard(guard_fire(place_, token));
    }
    Result<GuardState> disarm(const std::string& token) override {
        drop(); // only a new connection proves that one can be made
        return tell_guard(guard_disarm(place_, token));
    }
    Result<GuardState> forget() override { return tell_guard(guard_forget(place_)); }
    Result<GuardState> look() override { return tell_guard(guard_look(place_)); }

    Traffic traffic() const {
        const std::scoped_lock lock(mutex_);
        return link_.traffic;
    }
    void drop() {
        const std::scoped_lock lock(mutex_);
        link_.drop();
    }
    /// Also while it is at work.
    void give_up_after(Millis most) { link_.give_up_after(most); }

private:
    Result<GuardState> tell_guard(const Read& order) {
        const std::scoped_lock lock(mutex_);
        return told_by(link_, order);
    }
    Result<GuardState> told_by(Link& link, const Read& order) {
        auto results = read_over(link, {&order, 1});
        if (!results) return tl::unexpected(results.error());
        return understand_guard(target_.name, results->front());
    }

    using Mono = std::chrono::steady_clock;
    /// An error of connect() is news for this long; after that a look tries the node anew.
    static constexpr auto told_for = std::chrono::seconds(10);
    struct Failed {
        Error error;
        Mono::time_point at;
    };

    SshTarget target_;
    mutable std::mutex mutex_;
    Link link_;
    std::mutex heart_mutex_;
    Link heart_; ///< for the heartbeat alone: a long job holds up link_
    GuardPlace place_;
    std::optional<Failed> failed_; ///< connect() could not; told by the first look that comes soon
};

/// Stands in for a name that is not among the targets: every use of it is an error.
class NoNode final : public Reader, public Changer, public NodeGuard {
public:
    using Reader::look;
    Result<std::vector<ReadResult>> read(std::span<const Read>) override { return none(); }
    Result<std::string> get(const std::string&) override { return none(); }
    Result<JobState> run(const Job&, const JobWatch&) override { return none(); }
    Result<JobState> look(const std::string&) override { return none(); }
    Result<GuardState> arm(const std::string&, Seconds, std::span<const TaskUndo>) override {
        return none();
    }
    Result<GuardState> renew(const std::string&) override { return none(); }
    Result<GuardState> fire(const std::string&) override { return none(); }
    Result<GuardState> disarm(const std::string&) override { return none(); }
    Result<GuardState> forget() override { return none(); }
    Result<GuardState> look() override { return none(); }

private:
    static tl::unexpected<Error> none() {
        return fail(ErrorKind::internal, "a node was asked for that is not in the farm");
    }
};

/// What all sets of connections have in common.
struct Shared {
    explicit Shared(SshOptions given) : options(std::move(given)), person(options) {}
    SshOptions options;
    CredentialPrompter person;
};

class SshConnections final : public ChangingConnections {
public:
    SshConnections(const std::vector<SshTarget>& targets, std::shared_ptr<Shared> shared)
        : shared_(std::move(shared)) {
        for (const auto& target : targets)
            nodes_.emplace(target.name,
                std::make_unique<NodeOverSsh>(target, shared_->options, shared_->person));
    }

    Reader& reader(const std::string& node) override {
        if (auto* found = find(node)) return *found;
        return no_node_;
    }
    Changer& changer(const std::string& node) override {
        if (auto* found = find(node)) return *found;
        return no_node_;
    }
    NodeGuard& guard(const std::string& node) override {
        if (auto* found = find(node)) return *found;
        return no_node_;
    }
    Traffic traffic(const std::string& node) const override {
        const auto* found = find(node);
        return found ? found->traffic() : Traffic{};
    }
    void drop(const std::string& node) override {
        if (auto* found = find(node)) found->drop();
    }
    void give_up_after(const std::string& node, Millis most) override {
        if (auto* found = find(node)) found->give_up_after(most);
    }

private:
    NodeOverSsh* find(const std::string& node) const {
        const auto found = nodes_.find(node);
        return found == nodes_.end() ? nullptr : found->second.get();
    }

    std::shared_ptr<Shared> shared_;
    NoNode no_node_;
    std::map<std::string, std::unique_ptr<NodeOverSsh>> nodes_; // never changes after construction
};

} // namespace

std::unique_ptr<ChangingConnections> make_ssh(std::vector<SshTarget> targets, SshOptions options) {
    return ssh_maker(std::move(targets), std::move(options))();
}

std::function<std::unique_ptr<ChangingConnections>()> ssh_maker(
    std::vector<SshTarget> targets, SshOptions options) {
    return [targets = std::move(targets), shared = std::make_shared<Shared>(std::move(options))] {
        return std::make_unique<SshConnections>(targets, shared);
    };
}

} // namespace ovd
