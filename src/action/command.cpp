// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

namespace ovd {
namespace {

constexpr FieldRule rules[] = {
    {"command", FieldType::text, true, "a POSIX shell command, run as root on the node"},
    {"stdin", FieldType::text, false, "what it reads; may hold secrets"},
};

Result<Operations> plan(const Context& context, const Fields& fields) {
    auto text = fields.text("command");
    if (!text) return tl::unexpected(text.error());
    auto command = fill_command(*text, context.names, fields.where("command"));
    if (!command) return tl::unexpected(command.error());
    auto input = fields.text("stdin");
    if (!input) return tl::unexpected(input.error());
    auto content = fill(*input, context.names, Encoding::raw, fields.where("stdin"));
    if (!content) return tl::unexpected(content.error());
    return Operations{RunOp{std::move(*command), std::move(*content)}};
}

} // namespace

const ActionKind command_action{
    "command", "runs a shell command on the node", rules, plan, no_probe};

} // namespace ovd
