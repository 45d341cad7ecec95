// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"

#include "base/pattern.h"
#include "sheet/kinds.h"

#include <algorithm>
#include <set>

namespace ovd::fuzz {

void sheet(std::string_view bytes) {
    const auto path = put("sheet.toml", bytes);
    const auto loaded = load_sheet(path.string());
    if (!loaded) {
        must_have_place(loaded.error(), path, bytes);
        must(!loaded.error().hint.empty(), "an error in a sheet has a way out",
            loaded.error().message);
        return;
    }
    must(loaded->budget.count() >= 0, "a budget is not negative");
    std::set<std::string> names;
    for (const auto& check : loaded->checks) {
        must(names.insert(check.name).second, "names of checks are unique", check.name);
        must(std::ranges::any_of(sheet_kinds(),
                 [&](const auto& kind) { return check.kind == std::string_view(kind.name); }),
            "a check is of a known kind", check.kind);
        must(check.timeout.count() >= 0 && check.within.count() >= 0 && check.valid.count() >= 0,
            "times of a check are not negative", check.name);
        for (const auto* pattern : {&check.expect, &check.pattern})
            must(check_pattern(*pattern).has_value(), "patterns are valid", *pattern);
    }
}

} // namespace ovd::fuzz
