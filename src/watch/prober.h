// SPDX-License-Identifier: Apache-2.0
// Asks for a URL again and again, each time over a new connection, on schedule whatever the ones
// before it are doing. The only user of libcurl.
#pragma once

#include "base/clock.h"
#include "engine/watch_target.h"
#include "node/connections.h"

#include <memory>
#include <vector>

namespace ovd {

enum class Service { up, maintenance, down };

/// One request that has ended, in the order of their beginnings.
struct Probed {
    Moment began;
    Service service = Service::down;
};

/// What an answer says of the service; status 0: there was none.
[[nodiscard]] Service service_of(const WatchTarget& target, long status, const std::string& body);

/// Where the answers come from: the operator's machine, or something else in tests.
class Prober {
public:
    virtual ~Prober() = default;
    /// Waits for at most about a tenth of a second and gives what has ended since.
    [[nodiscard]] virtual std::vector<Probed> collect() = 0;
};

/// Ten requests a second, a second for each. before is asked for until after has answered once:
/// the service moves to the VIP in the course of the migration. Either may be empty.
[[nodiscard]] std::unique_ptr<Prober> make_prober(
    const WatchTarget& target, const std::string& before, const std::string& after, Clock& clock);

/// The same from the node that the target names, over connections that nobody else uses.
[[nodiscard]] std::unique_ptr<Prober> make_node_prober(const WatchTarget& target,
    const std::string& before, const std::string& after, std::shared_ptr<Connections> nodes,
    Clock& clock);

} // namespace ovd
