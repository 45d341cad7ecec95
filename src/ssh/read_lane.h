// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssh/session.h"

#include <span>

namespace ovd {

/// A shell on the node that is fed with looks and stays open. All looks of a call are written at
/// once and their answers read as they come: one round trip. No look shows up in any argument list.
class ReadLane {
public:
    [[nodiscard]] static Result<std::unique_ptr<ReadLane>> open(const SshSession& session);

    /// Kind::connect when the lane broke; what was read before is lost then.
    [[nodiscard]] Result<std::vector<ReadResult>> read(std::span<const Read> reads);

private:
    explicit ReadLane(std::unique_ptr<SshChannel> channel) : channel_(std::move(channel)) {}
    std::unique_ptr<SshChannel> channel_;
};

} // namespace ovd
