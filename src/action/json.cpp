// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

#include <fmt/format.h>

namespace ovd {
namespace {

constexpr FieldRule rules[] = {
    {"json", FieldType::text, true, "path of a JSON file on the node"},
    {"key", FieldType::text, true, "a key of its outermost object"},
    {"value", FieldType::text, true, "the text to put there; may hold secrets"},
};

/// PHP is on every Session Manager and wrote the file in the first place, so its own reader and
/// writer keep `{}` and `[]` apart and numbers as they are. A file that is not a JSON object is
/// refused and left alone. Written beside its place and renamed; owner and mode are kept. RHEL 7
/// has PHP 5.4, which cannot be told to keep 1.0 apart from 1.
constexpr std::string_view script = R"(set -e
f={0}
new=$(mktemp "$f.XXXXXX")
trap 'rm -f "$new"' EXIT
cp -p "$f" "$new"
php -r '$o = json_decode(file_get_contents($argv[1]));
if (!is_object($o)) {{ fwrite(STDERR, $argv[1] . " holds no JSON object\n"); exit(3); }}
$o->{{$argv[2]}} = stream_get_contents(STDIN);
echo json_encode($o, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE |
    (defined("JSON_PRESERVE_ZERO_FRACTION") ? JSON_PRESERVE_ZERO_FRACTION : 0)), "\n";' "$f" {1} > "$new"
test -s "$new"
mv "$new" "$f")";

Result<Operations> plan(const Context& context, const Fields& fields) {
    auto path = filled_word(context, fields, "json");
    if (!path) return tl::unexpected(path.error());
    auto key = filled_word(context, fields, "key");
    if (!key) return tl::unexpected(key.error());
    auto text = fields.text("value");
    if (!text) return tl::unexpected(text.error());
    auto content = fill(*text, context.names, Encoding::raw, fields.where("value"));
    if (!content) return tl::unexpected(content.error());
    return Operations{
        RunOp{fmt::format(script, shell_quote(*path), shell_quote(*key)), std::move(*content)}};
}

} // namespace

const ActionKind json_action{
    "json", "sets one key of a JSON object, keeps the rest", rules, plan, no_probe};

} // namespace ovd
