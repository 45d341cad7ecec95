// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace ovd {

/// The platforms there are steps for, as steps/platforms.toml names them.
class PlatformList {
public:
    /// By id: whether it is on the guide's own list.
    explicit PlatformList(std::map<std::string, bool> in_guide);

    /// Those of the guide first, each part in the order of the alphabet.
    [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }
    [[nodiscard]] bool is_in_guide(const std::string& id) const;

private:
    std::map<std::string, bool> in_guide_;
    std::vector<std::string> ids_;
};

} // namespace ovd
