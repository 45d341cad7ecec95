// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

#include <fmt/format.h>

namespace ovd {
namespace {

constexpr FieldRule rules[] = {
    {"line", FieldType::text, true, "path of the file on the node"},
    {"text", FieldType::text, true, "the line, without its end"},
    {"replaces", FieldType::text, false,
        "POSIX extended regular expression of the lines that give way to it"},
};

/// Writes the file anew beside its place: what does not give way, then the line from stdin once.
/// Keeps owner and mode; what was there stays where it is when nothing changes.
constexpr std::string_view script = R"(set -e
f={0}
[ -e "$f" ] || {{ umask 077; : > "$f"; }}
new=$(mktemp "$f.XXXXXX")
trap 'rm -f "$new"' EXIT
cp -p "$f" "$new"
line=$(cat)
{{ grep -vxF -e "$line" "$f" || [ $? -eq 1 ]; }} | {{ {1} || [ $? -eq 1 ]; }} > "$new"
printf '%s\n' "$line" >> "$new"
cmp -s "$f" "$new" || mv "$new" "$f")";

Result<Operations> plan(const Context& context, const Fields& fields) {
    auto path = filled_word(context, fields, "line");
    if (!path) return tl::unexpected(path.error());
    auto text = fields.text("text");
    if (!text) return tl::unexpected(text.error());
    auto content = fill(*text, context.names, Encoding::raw, fields.where("text"));
    if (!content) return tl::unexpected(content.error());
    auto replaces = filled_word(context, fields, "replaces");
    if (!replaces) return tl::unexpected(replaces.error());
    const auto filter = replaces->empty() ? "cat" : "grep -vE -e " + shell_quote(*replaces);
    return Operations{RunOp{fmt::format(script, shell_quote(*path), filter), std::move(*content)}};
}

Result<MaybeProbe> probe(const Context& context, const Fields& fields) {
    auto ops = plan(context, fields);
    if (!ops) return tl::unexpected(ops.error());
    auto& run = std::get<RunOp>(ops->front());
    if (!run.input.plain()) return MaybeProbe{};
    auto path = filled_word(context, fields, "line");
    return Probe{fmt::format("test -e {0} || exit 1\nline=$(cat)\n"
                             "grep -qxF -e \"$line\" {0} || exit 1",
                     shell_quote(*path)),
        run.input};
}

} // namespace

const ActionKind line_action{
    "line", "makes sure that a file holds a line, once", rules, plan, probe};

} // namespace ovd
