// SPDX-License-Identifier: Apache-2.0
#include "disk.h"

#include <fmt/format.h>

namespace ovd::sim {
namespace {

class SimJournalFile final : public JournalFile {
public:
    SimJournalFile(World& world, Faults& faults, std::string folder)
        : world_(world), faults_(faults), folder_(std::move(folder)) {
        disk().locked_by = world_.scheduler->process().id;
    }
    ~SimJournalFile() override { disk().locked_by = 0; }
    SimJournalFile(const SimJournalFile&) = delete;
    SimJournalFile& operator=(const SimJournalFile&) = delete;

    Result<std::string> read() override { return disk().bytes; }

    Status append(std::string_view bytes) override {
        faults_.moment(Moment_of::append);
        judge_stop(bytes);
        if (disk().full > 0) {
            --disk().full;
            // Half of it still fits.
            disk().bytes += bytes.substr(0, bytes.size() / 2);
            return fail(ErrorKind::journal, "The journal cannot be written: no space left",
                "Make room on the disk and run again.");
        }
        disk().bytes += bytes;
        return {};
    }

    Status sync() override {
        faults_.moment(Moment_of::sync);
        disk().durable = disk().bytes.size();
        faults_.moment(Moment_of::recorded);
        return {};
    }

    Status truncate(std::size_t size) override {
        disk().bytes.resize(size);
        disk().durable = std::min(disk().durable, size);
        return {};
    }

private:
    [[nodiscard]] Disk& disk() { return world_.disks[folder_]; }

    /// Once a run was told to stop it announces no further command.
    void judge_stop(std::string_view bytes) {
        constexpr Seconds on_its_way{5}; // what was about to be sent then may still be
        const auto& stopped = world_.scheduler->process().stopped;
        if (!stopped || bytes.find(R"("kind":"sent")") == std::string_view::npos) return;
        const auto since = world_.scheduler->mono() - *stopped;
        if (since > on_its_way)
            world_.wrong(fmt::format("a command is announced {} s after its run was told to stop",
                std::chrono::duration_cast<Seconds>(since).count()));
    }

    World& world_;
    Faults& faults_;
    std::string folder_;
};

} // namespace

Result<std::unique_ptr<JournalFile>> open_sim_journal(
    World& world, Faults& faults, const std::string& folder) {
    if (const int other = world.disks[folder].locked_by; other != 0)
        return fail(ErrorKind::journal, fmt::format("Another run is using {} ({}).", folder, other),
            "Wait for it.");
    return std::make_unique<SimJournalFile>(world, faults, folder);
}

} // namespace ovd::sim
