// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

#include <array>

namespace ovd {
namespace {

const std::array kinds = {command_action, file_action, line_action, package_action, service_action,
    sql_action, json_action, ini_action, ask_action, wait_action, sheet_action, admin_action};

} // namespace

std::span<const ActionKind> action_kinds() {
    return kinds;
}

const ActionKind* action_kind(std::string_view verb) {
    for (const auto& kind : action_kinds())
        if (kind.verb == verb) return &kind;
    return nullptr;
}

Result<std::string> filled_word(const Context& context, const Fields& fields,
    const std::string& key, const std::string& fallback) {
    auto text = fields.text(key, fallback);
    if (!text) return text;
    auto content = fill(*text, context.names, Encoding::raw, fields.where(key));
    if (!content) return tl::unexpected(content.error());
    if (!content->plain())
        return fail(ErrorKind::steps, "A secret or fetched value may not stand here.",
            "Only content and stdin may hold them.", fields.where(key));
    return content->display();
}

Result<Probes> no_probe(const Context&, const Fields&) {
    return Probes{};
}

} // namespace ovd
