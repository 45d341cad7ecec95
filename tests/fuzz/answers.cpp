// SPDX-License-Identifier: Apache-2.0
#include "cli/answers.h"
#include "fuzz.h"

#include <algorithm>

namespace ovd::fuzz {

void answers(std::string_view bytes) {
    static const std::vector<std::string> steps = {"request-key", "network", "vlan"};
    static const std::vector<std::string> checks = {"A session starts"};
    const auto path = put("answers.toml", bytes);
    auto loaded = load_answers(path.string());
    if (!loaded) return must_have_place(loaded.error(), path, bytes);
    if (const auto ok = check_answers(*loaded, steps, checks); !ok)
        return must_have_place(ok.error(), path, bytes);
    for (const auto& [name, said] : loaded->said) {
        const bool step = std::ranges::find(steps, name) != steps.end();
        must(step || name == checks.front(), "only what is asked is answered", name);
        must(!step || said == "done" || said == "not yet", "a step is done or not yet", said);
    }
}

} // namespace ovd::fuzz
