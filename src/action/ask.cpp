// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

namespace ovd {
namespace {

constexpr FieldRule rules[] = {
    {"ask", FieldType::text, true, "a question that is answered with done or not yet"},
    {"look", FieldType::text, false, "what to check before answering"},
    {"hook", FieldType::text, false, "the command of this name in farm.toml does it instead"},
};

Result<Operations> plan(const Context& context, const Fields& fields) {
    auto question = filled_word(context, fields, "ask");
    auto look = filled_word(context, fields, "look");
    auto hook = filled_word(context, fields, "hook");
    for (const auto* text : {&question, &look, &hook})
        if (!*text) return tl::unexpected(text->error());
    return Operations{AskOp{*question, *look, *hook}};
}

} // namespace

const ActionKind ask_action{
    "ask", "asks a person, or runs a hook of the farm", rules, plan, no_probe};

} // namespace ovd
