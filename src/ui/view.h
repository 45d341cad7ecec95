// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/events.h"

#include <functional>
#include <memory>

namespace ovd {

struct ViewOptions {
    bool json = false;
    bool color = false; ///< NO_COLOR unset and a terminal
    bool live = false;  ///< a terminal: progress in place
    bool verbose = false;
    std::size_t width = 80;
};

/// The view for these options, writing to stdout. clean takes secrets, and what a
/// terminal would obey, out of what is shown.
[[nodiscard]] std::unique_ptr<Events> make_view(
    const ViewOptions& options, std::function<std::string(std::string_view)> clean);

} // namespace ovd
