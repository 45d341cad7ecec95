// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

namespace ovd {
namespace {

constexpr FieldRule rules[] = {
    {"sql", FieldType::text, true, "statements; values in them are escaped for single quotes"},
};

/// root over the socket needs no password and shows none: the statements come on stdin.
Result<Operations> plan(const Context& context, const Fields& fields) {
    auto text = fields.text("sql");
    if (!text) return tl::unexpected(text.error());
    auto content = fill(*text, context.names, Encoding::sql, fields.where("sql"));
    if (!content) return tl::unexpected(content.error());
    return Operations{RunOp{"mysql --user=root --batch", std::move(*content)}};
}

} // namespace

const ActionKind sql_action{
    "sql", "runs SQL as the database's root over its socket on the node", rules, plan, no_probe};

} // namespace ovd
