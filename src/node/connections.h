// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "node/changer.h"
#include "node/guard.h"
#include "node/reader.h"

namespace ovd {

/// Counts what went over a node's connection.
struct Traffic {
    int connects = 0;
    int round_trips = 0;
};

/// Reaches the nodes of a farm by id or server name; one connection each, kept open. Safe to use
/// from many threads; a node does one thing at a time.
class Connections {
public:
    virtual ~Connections() = default;
    [[nodiscard]] virtual Reader& reader(const std::string& node) = 0;
    [[nodiscard]] virtual Traffic traffic(const std::string& node) const = 0;
};

/// The same, for those who may change nodes.
class ChangingConnections : public Connections {
public:
    [[nodiscard]] virtual Changer& changer(const std::string& node) = 0;
    [[nodiscard]] virtual NodeGuard& guard(const std::string& node) = 0;
    /// Drops the connection, so that the next use proves that a new one can be made.
    virtual void drop(const std::string& node) = 0;
    /// From now on this node gets so long, and no longer, for whatever it is asked: to be connected
    /// to, to say something, to come back after a cut. For what must not keep a person waiting.
    virtual void give_up_after(const std::string& node, Millis most) {
        (void)node;
        (void)most;
    }
};

} // namespace ovd
