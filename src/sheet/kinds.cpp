// SPDX-License-Identifier: Apache-2.0
#include "sheet/kinds.h"

#include "ovd/curl.h"

#include <array>

namespace ovd {
namespace {

std::optional<SheetLook> ask_plan(const SheetCheck&, const SheetContext&, Status&) {
    return {};
}

/// A person's word is judged where it is given.
Judged ask_judge(const SheetCheck&, const SheetContext&, const ReadResult&) {
    return {};
}

} // namespace

const SheetKind ask_kind{"ask", "a question for a person", ask_plan, ask_judge};

std::span<const SheetKind> sheet_kinds() {
    static const std::array kinds = {http_kind, login_kind, servers_kind, tcp_kind, command_kind,
        sql_kind, log_kind, cluster_kind, ask_kind};
    return kinds;
}

const SheetKind& sheet_kind(std::string_view name) {
    for (const auto& kind : sheet_kinds())
        if (kind.name == name) return kind;
    return ask_kind;
}

Content filled(const std::string& text, const SheetContext& context, const SourceLocation& where,
    Status& wrong) {
    auto content = fill(text, context.names, Encoding::raw, where);
    if (content) return *content;
    wrong = tl::unexpected(content.error());
    wrong.error().kind = ErrorKind::farm;
    return {};
}

Content filled_body(const std::string& text, const SheetContext& context,
    const SourceLocation& where, Status& wrong) {
    auto body = filled(text, context, where, wrong);
    if (auto trouble = body_trouble(body); !trouble.empty())
        wrong = fail(ErrorKind::farm, std::move(trouble), "Write NAME=VALUE, or JSON.", where);
    return body;
}

std::string filled_text(const std::string& text, Encoding encoding, const SheetContext& context,
    const SourceLocation& where, Status& wrong) {
    auto content = fill(text, context.names, encoding, where);
    if (content && content->plain()) return content->display();
    wrong = content ? Status(fail(ErrorKind::farm, "A secret may not stand here.",
                          "Only the body of a request may hold one.", where))
                    : Status(tl::unexpected(content.error()));
    wrong.error().kind = ErrorKind::farm;
    return {};
}

} // namespace ovd
