// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"

#include "farm/farm.h"
#include "farm/reading.h"

namespace ovd::fuzz {

void farm(std::string_view bytes) {
    static const auto key = put("key-for-tests", "a key\n"); // what the corpus names as identity
    const auto path = put("farm.toml", bytes);
    const auto reading = read_farm(path.string());
    for (const auto& error : reading.errors) {
        must_have_place(error, path, bytes);
        must(error.kind == Kind::farm, "an error in farm.toml is of kind farm", error.message);
        must(!error.hint.empty(), "an error in farm.toml has a way out", error.message);
    }
    const auto loaded = load_farm(path.string());
    must(
        loaded.has_value() == reading.errors.empty(), "a farm loads when nothing is wrong with it");
    if (!loaded) return;
    // Written by the program and loaded again it is the same farm.
    const auto text = farm_text(*loaded);
    const auto again = load_farm(put("farm.toml", text).string());
    must(again.has_value(), "what farm_text writes can be loaded",
        again ? "" : again.error().message + "\n" + again.error().hint + "\n" + text);
    must(farm_text(*again) == text, "what farm_text writes loads as the same farm",
        text + "\nand then\n" + farm_text(*again));
}

} // namespace ovd::fuzz
