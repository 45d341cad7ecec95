// SPDX-License-Identifier: Apache-2.0
#include "farm/platforms.h"

namespace ovd {

PlatformList::PlatformList(std::map<std::string, bool> in_guide) : in_guide_(std::move(in_guide)) {
    for (const bool wanted : {true, false})
        for (const auto& [id, listed] : in_guide_)
            if (listed == wanted) ids_.push_back(id);
}

bool PlatformList::is_in_guide(const std::string& id) const {
    const auto found = in_guide_.find(id);
    return found != in_guide_.end() && found->second;
}

} // namespace ovd
