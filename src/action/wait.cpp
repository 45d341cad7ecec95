// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

namespace ovd {
namespace {

constexpr FieldRule rules[] = {
    {"wait", FieldType::text, true, "a look that exits 0 once it is so"},
    {"what", FieldType::text, true, "what is waited for, in words"},
    {"within", FieldType::number, false, "seconds; 60 when left out"},
};

Result<Operations> plan(const Context& context, const Fields& fields) {
    auto text = fields.text("wait");
    if (!text) return tl::unexpected(text.error());
    auto command = fill_command(*text, context.names, fields.where("wait"));
    if (!command) return tl::unexpected(command.error());
    auto what = filled_word(context, fields, "what");
    if (!what) return tl::unexpected(what.error());
    return Operations{WaitOp{*command, *what, Seconds{fields.number("within", 60)}}};
}

/// A wait is done when what it waits for is so. Any other exit status means not yet, as it does
/// while waiting.
Result<Probes> probe(const Context& context, const Fields& fields) {
    auto ops = plan(context, fields);
    if (!ops) return tl::unexpected(ops.error());
    return Probes{ShellProbe{"(\n" + std::get<WaitOp>(ops->front()).command + "\n) || exit 1", {}}};
}

} // namespace

const ActionKind wait_action{"wait", "waits until a command succeeds", rules, plan, probe};

} // namespace ovd
