// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

namespace ovd {
namespace {

constexpr FieldRule rules[] = {
    {"sheet", FieldType::text, true, "why the verification sheet is run here"},
};

Result<Operations> plan(const Context& context, const Fields& fields) {
    auto title = filled_word(context, fields, "sheet");
    if (!title) return tl::unexpected(title.error());
    return Operations{SheetOp{*title}};
}

} // namespace

const ActionKind sheet_action{
    "sheet", "runs the verification sheet; stops when it fails", rules, plan, no_probe};

} // namespace ovd
