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

struct Words {
    std::string path, section, key, value;
};

Result<Words> words_of(const Context& context, const Fields& fields) {
    Words words;
    for (const auto& [name, into] : {std::pair{"ini", &words.path}, {"section", &words.section},
             {"key", &words.key}, {"value", &words.value}}) {
        auto word = filled_word(context, fields, name);
        if (!word) return tl::unexpected(word.error());
        *into = std::move(*word);
    }
    return words;
}

Result<Operations> plan(const Context& context, const Fields& fields) {
    auto words = words_of(context, fields);
    if (!words) return tl::unexpected(words.error());
    return Operations{
        RunOp{fmt::format(script, shell_quote(words->path), shell_quote(words->section),
                  shell_quote(words->key), shell_quote(words->value)),
            {}}};
}

Result<Probes> probe(const Context& context, const Fields& fields) {
    auto words = words_of(context, fields);
    if (!words) return tl::unexpected(words.error());
    return Probes{IniKey{words->path, words->section, words->key, words->value}};
}

} // namespace

const ActionKind ini_action{
    "ini", "sets one key in an INI file, keeps the rest", rules, plan, probe};

} // namespace ovd
