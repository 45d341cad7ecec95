// SPDX-License-Identifier: Apache-2.0
// The kinds of checks of a sheet: one file each beside this one, one row each in kinds.cpp. A kind
// plans a look and judges what it saw; it performs nothing.
#pragma once

#include "base/content.h"
#include "engine/sheet_record.h"
#include "guide/template.h"
#include "node/reader.h"
#include "sheet/sheet.h"

#include <optional>
#include <set>
#include <span>

namespace ovd {

/// What is known when a check is made.
struct SheetContext {
    const Names& names;
    const Sheet& sheet;
    std::string active;     ///< osm1 or osm2, where the service is
    std::string admin_user; ///< of the Administration Console; may be empty
    std::string test_user;  ///< may be empty
    double changed = 0;     ///< when the farm was last changed so that servers had to report again
    std::map<std::string, std::string> known; ///< this check's values of the first or last time
};

/// A look as it will be made: where, what is run there, and its stdin.
struct SheetLook {
    std::string node; ///< empty: the operator's machine
    std::string command;
    Content input;
};

struct Judged {
    bool good = false;
    std::string says; ///< what is wrong, or in a few words what was seen
    std::string hint;
    Values values;
    /// The names of what is in trouble, where one check is about several things.
    std::set<std::string> troubled = {};
};

struct SheetKind {
    std::string_view name;
    std::string_view help;
    /// Nothing to look at by machine: a person is asked.
    std::optional<SheetLook> (*plan)(const SheetCheck&, const SheetContext&, Status& wrong);
    Judged (*judge)(const SheetCheck&, const SheetContext&, const ReadResult&);
};

[[nodiscard]] std::span<const SheetKind> sheet_kinds();
[[nodiscard]] const SheetKind& sheet_kind(std::string_view name);

/// text with its names filled; an unknown name goes to wrong.
[[nodiscard]] Content filled(const std::string& text, const SheetContext& context,
    const SourceLocation& where, Status& wrong);
/// The same for the body of a request.
[[nodiscard]] Content filled_body(const std::string& text, const SheetContext& context,
    const SourceLocation& where, Status& wrong);
/// The same for a text without secrets, each value in the given encoding.
[[nodiscard]] std::string filled_text(const std::string& text, Encoding encoding,
    const SheetContext& context, const SourceLocation& where, Status& wrong);

extern const SheetKind http_kind;
extern const SheetKind login_kind;
extern const SheetKind servers_kind;
extern const SheetKind tcp_kind;
extern const SheetKind command_kind;
extern const SheetKind sql_kind;
extern const SheetKind log_kind;
extern const SheetKind cluster_kind;
extern const SheetKind ask_kind;

} // namespace ovd
