// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

#include <fmt/format.h>

namespace ovd {
namespace {

constexpr FieldRule rules[] = {
    {"ini", FieldType::text, true, "path of an INI file on the node"},
    {"section", FieldType::text, true, "name of the section, without brackets"},
    {"key", FieldType::text, true, "the key"},
    {"value", FieldType::text, true, "its new value"},
};

/// Replaces the key's line in its section, or adds it at the section's end. Comments and all other
/// lines stay as they are. A file without the section is refused: it is not the file we think. The
/// words reach awk by its environment, the only way that leaves a backslash alone.
constexpr std::string_view script = R"(set -e
f={0}
new=$(mktemp "$f.XXXXXX")
trap 'rm -f "$new"' EXIT
cp -p "$f" "$new"
S={1} K={2} V={3} awk '
BEGIN {{ s = ENVIRON["S"]; k = ENVIRON["K"]; v = ENVIRON["V"] }}
function put() {{ if (inside && !done) {{ print k " = " v; done = 1 }} }}
function key() {{ sub(/[ \t]*=.*/, ""); return $0 }}
/^\[/ {{ put(); inside = ($0 == "[" s "]"); if (inside) seen = 1 }}
inside && /=/ {{ old = $0; if (key() == k) {{ put(); next }}; $0 = old }}
{{ print }}
END {{ put(); exit !seen }}' "$f" > "$new"
cmp -s "$f" "$new" || mv "$new" "$f")";

constexpr std::string_view look = R"(test -f {0} || exit 1
S={1} K={2} V={3} awk '
BEGIN {{ s = ENVIRON["S"]; k = ENVIRON["K"]; v = ENVIRON["V"] }}
/^\[/ {{ inside = ($0 == "[" s "]") }}
inside && /=/ {{
    name = $0; sub(/[ \t]*=.*/, "", name)
    value = $0; sub(/^[^=]*=[ \t]*/, "", value); sub(/[ \t]*$/, "", value)
    if (name == k) good = (value == v)
}}
END {{ exit !good }}' {0} || exit 1)";

Result<std::string> filled(std::string_view text, const Context& context, const Fields& fields) {
    std::string words[4];
    const char* keys[4] = {"ini", "section", "key", "value"};
    for (std::size_t i = 0; i < 4; ++i) {
        auto word = filled_word(context, fields, keys[i]);
        if (!word) return word;
        words[i] = shell_quote(*word);
    }
    return fmt::format(fmt::runtime(text), words[0], words[1], words[2], words[3]);
}

Result<Operations> plan(const Context& context, const Fields& fields) {
    auto command = filled(script, context, fields);
    if (!command) return tl::unexpected(command.error());
    return Operations{RunOp{std::move(*command), {}}};
}

Result<MaybeProbe> probe(const Context& context, const Fields& fields) {
    auto command = filled(look, context, fields);
    if (!command) return tl::unexpected(command.error());
    return Probe{std::move(*command), {}};
}

} // namespace

const ActionKind ini_action{
    "ini", "sets one key in an INI file, keeps the rest", rules, plan, probe};

} // namespace ovd
