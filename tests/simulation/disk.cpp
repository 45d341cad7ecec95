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
