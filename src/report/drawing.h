// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/journal.h"

namespace ovd {

/// How far the farm has come, for a drawing of it.
struct FarmPicture {
    bool priv = false;    ///< the cluster's VLAN is there
    bool osm2 = false;    ///< deployed
    bool dbmy = false;    ///< the data are there
    bool vip = false;     ///< the service is behind the virtual address
    bool cluster = false; ///< Pacemaker runs OVD
    std::string active = "osm1";
    std::string title;
};

/// An SVG drawing; farm is that of an outline.
[[nodiscard]] std::string drawing(const Json& farm, const FarmPicture& picture);

/// One run as a bar: farm time from left to right, interruptions and sheets on it. Times are
/// seconds since the run began.
struct RunBar {
    struct Part {
        std::string title;
        double from = 0;
        double to = 0;
        std::string look; ///< class in the style sheet: chapter, away, green, red
    };
    double seconds = 0;
    std::vector<Part> parts;
};
[[nodiscard]] std::string bar(const RunBar& run);

} // namespace ovd
