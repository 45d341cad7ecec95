// SPDX-License-Identifier: Apache-2.0
#include "ssh/ssh.h"

#include "ssh/node.h"

#include <stdexcept>

namespace ovd {
namespace {

class SshConnections final : public ChangingConnections {
public:
    SshConnections(std::vector<SshTarget> targets, SshOptions options)
        : options_(std::move(options)) {
        for (auto& target : targets) {
            auto name = target.name;
            nodes_[name] = std::make_unique<SshNode>(std::move(target), options_);
        }
    }

    Reader& reader(const std::string& node) override { return *nodes_.at(node); }
    Changer& changer(const std::string& node) override { return *nodes_.at(node); }
    [[nodiscard]] Traffic traffic(const std::string& node) const override {
        return nodes_.at(node)->traffic();
    }
    void drop(const std::string& node) override { nodes_.at(node)->drop(); }

private:
    SshOptions options_; // outlives the nodes, which refer to it
    std::map<std::string, std::unique_ptr<SshNode>> nodes_;
};

} // namespace

std::unique_ptr<ChangingConnections> make_ssh(std::vector<SshTarget> targets, SshOptions options) {
    return std::make_unique<SshConnections>(std::move(targets), std::move(options));
}

} // namespace ovd
