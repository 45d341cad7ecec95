// SPDX-License-Identifier: Apache-2.0
#include "action/action.h"
#include "base/text.h"

#include <algorithm>

namespace ovd {

Result<Look> look_of(
    const Probe& probe, const std::function<Result<std::string>(const Content&)>& resolve) {
    return std::visit(
        [&]<class T>(const T& each) -> Result<Look> {
            if constexpr (std::is_same_v<T, ShellProbe>) {
                auto input = resolve(each.input);
                if (!input) return tl::unexpected(input.error());
                return Read{each.command, std::move(*input)};
            } else {
                return each;
            }
        },
        probe);
}

std::string by_hand(std::span<const Probe> probes) {
    std::vector<std::string> commands;
    for (const auto& probe : probes) {
        const auto look =
            look_of(probe, [](const Content&) -> Result<std::string> { return std::string(); });
        auto command = trim(by_hand(*look));
        if (std::ranges::find(commands, command) == commands.end())
            commands.push_back(std::move(command));
    }
    return join(commands, "; ");
}

} // namespace ovd
