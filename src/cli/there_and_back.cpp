// SPDX-License-Identifier: Apache-2.0
#include "cli/there_and_back.h"

#include "engine/facts.h"
#include "engine/state.h"

namespace ovd {
namespace {

std::string noted_home(const std::vector<Record>& records) {
    std::string home;
    for (const auto& record : records)
        if (const auto* began = record.as<RunBegan>(); began != nullptr && !began->home.empty())
            home = began->home;
    return home;
}

} // namespace

bool is_home(const std::vector<Record>& records) {
    const auto state = replay(records);
    const auto began = active_of(state.facts);
    const std::string arrived = began == "osm1" ? "osm2" : "osm1";
    return state.finished && noted_home(records) == arrived;
}

std::string home_of_test(const std::vector<Record>& records, const std::string& active) {
    const auto home = noted_home(records);
    return home.empty() || is_home(records) ? active : home;
}

} // namespace ovd
