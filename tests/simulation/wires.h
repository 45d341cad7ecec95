// SPDX-License-Identifier: Apache-2.0
// The connections of one wizard to the simulated nodes: as src/ssh promises them, with everything
// that can go wrong on the way.
#pragma once

#include "faults.h"

namespace ovd::sim {

class Wires final : public ChangingConnections {
public:
    /// folder: whose journal announces what is sent.
    Wires(World& world, Faults& faults, std::string folder);
    ~Wires() override;
    [[nodiscard]] Reader& reader(const std::string& node) override;
    [[nodiscard]] Changer& changer(const std::string& node) override;
    [[nodiscard]] NodeGuard& guard(const std::string& node) override;
    [[nodiscard]] Traffic traffic(const std::string& node) const override;
    void drop(const std::string& node) override;
    void give_up_after(const std::string& node, Millis most) override;

private:
    class Wire;
    Wire& wire(const std::string& node);
    World& world_;
    Faults& faults_;
    std::string folder_;
    std::map<std::string, std::unique_ptr<Wire>> wires_;
};

} // namespace ovd::sim
