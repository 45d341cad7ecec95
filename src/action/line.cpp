// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

#include "base/pattern.h"

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
/// Keeps owner and mode. A file that holds the line once, and nothing that gives way to it, is left
/// alone: its line stays where it is.
constexpr std::string_view script = R"sh(set -e
f={0}
[ -e "$f" ] || {{ umask 077; : > "$f"; }}
line=$(cat)
if [ "$(grep -cxF -e "$line" "$f")" = 1 ] && {2}; then exit 0; fi
new=$(mktemp "$f.XXXXXX")
trap 'rm -f "$new"' EXIT
cp -p "$f" "$new"
{{ grep -vxF -e "$line" "$f" || [ $? -eq 1 ]; }} | {{ {1} || [ $? -eq 1 ]; }} > "$new"
printf '%s\n' "$line" >> "$new"
mv "$new" "$f")sh";

/// The script's parts: the path, what lets through the lines that stay, and what tells that no line
/// has to give way.
Result<std::string> filled(const Context& context, const Fields& fields) {
    auto path = filled_word(context, fields, "line");
    if (!path) return path;
    auto replaces = filled_word(context, fields, "replaces");
    if (!replaces) return replaces;
    if (auto ok = check_pattern(*replaces, fields.where("replaces")); !ok)
        return tl::unexpected(ok.error());
    const auto pattern = shell_quote(*replaces);
    const auto stays = replaces->empty() ? "cat" : "grep -vE -e " + pattern;
    const auto clean = replaces->empty() ? "true"
                                         : "{ grep -vxF -e \"$line\" \"$f\" | grep -qE -e " +
                                               pattern + "; [ $? -eq 1 ]; }";
    return fmt::format(script, shell_quote(*path), stays, clean);
}

Result<Operations> plan(const Context& context, const Fields& fields) {
    auto command = filled(context, fields);
    if (!command) return tl::unexpected(command.error());
    auto text = fields.text("text");
    if (!text) return tl::unexpected(text.error());
    auto content = fill(*text, context.names, Encoding::raw, fields.where("text"));
    if (!content) return tl::unexpected(content.error());
    return Operations{RunOp{std::move(*command), std::move(*content)}};
}

Result<Probes> probe(const Context& context, const Fields& fields) {
    auto ops = plan(context, fields);
    if (!ops) return tl::unexpected(ops.error());
    const auto& input = std::get<RunOp>(ops->front()).input;
    if (!input.plain()) return Probes{};
    auto path = filled_word(context, fields, "line");
    if (!path) return tl::unexpected(path.error());
    auto replaces = filled_word(context, fields, "replaces");
    if (!replaces) return tl::unexpected(replaces.error());
    return Probes{HasLine{*path, input.display(), *replaces}};
}

} // namespace

const ActionKind line_action{
    "line", "makes sure that a file holds a line, once", rules, plan, probe};

} // namespace ovd
