// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssh/read_lane.h"

#include <mutex>

namespace ovd {

/// One node over SSH: both lanes, one connection, one thing at a time.
class SshNode final : public Reader, public Changer {
public:
    SshNode(SshTarget target, const SshOptions& options)
        : target_(std::move(target)), options_(options) {}

    Result<std::vector<ReadResult>> read(std::span<const Read> reads) override;
    Result<std::string> get(const std::string& path) override;
    Result<JobState> run(const Job& job, const JobWatch& watch) override;
    Result<JobState> look(const std::string& job_id) override;

    [[nodiscard]] Traffic traffic() const;
    void drop();

private:
    /// Where following a job has got to.
    struct Follow {
        std::string output;    ///< of the job, so far
        bool connected = true; ///< false: the connection broke
        bool stopped = false;
        bool absent = false; ///< it never began
        std::optional<JobState> state;
        std::string complaint;
    };

    [[nodiscard]] Result<std::vector<ReadResult>> read_locked(std::span<const Read> reads);
    [[nodiscard]] Result<JobState> look_locked(const std::string& job_id);
    [[nodiscard]] Done connect();
    [[nodiscard]] Done reconnect(const JobWatch& watch);
    void follow(const Job& job, bool send_input, const JobWatch& watch, Follow& follow);

    SshTarget target_;
    const SshOptions& options_;
    mutable std::mutex mutex_;
    std::unique_ptr<SshSession> session_;
    std::unique_ptr<ReadLane> lane_; // before session_ in its end: see drop_locked()
    Traffic traffic_;

    void drop_locked();
};

} // namespace ovd
