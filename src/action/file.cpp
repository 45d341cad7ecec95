// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

#include "base/file.h"
#include "base/text.h"

#include <filesystem>
#include <fmt/format.h>

namespace ovd {
namespace {

constexpr FieldRule rules[] = {
    {"file", FieldType::text, true, "path on the node"},
    {"from", FieldType::text, false, "path under templates/"},
    {"content", FieldType::text, false, "the text itself, in place of from"},
    {"owner", FieldType::text, false, "user:group; root:root when left out"},
    {"mode", FieldType::text, false, "octal; 0644 when left out"},
};

Result<Content> content_of(const Context& context, const Fields& fields) {
    if (fields.has("from") == fields.has("content"))
        return fail(ErrorKind::steps, "A file needs either from or content.",
            "Name a template with from, or write the text under content.", fields.where("file"));
    if (fields.has("content")) {
        auto text = fields.text("content");
        if (!text) return tl::unexpected(text.error());
        return fill(*text, context.names, Encoding::raw, fields.where("content"));
    }
    auto name = fields.text("from");
    if (!name) return tl::unexpected(name.error());
    const auto path = std::filesystem::path(context.guide.templates_dir) / *name;
    auto text = read_file(path, ErrorKind::steps);
    if (!text) {
        auto error = text.error();
        error.where = fields.where("from");
        return tl::unexpected(std::move(error));
    }
    return fill(*text, context.names, Encoding::raw, SourceLocation{path.string(), 0, 0});
}

Result<PutOp> put(const Context& context, const Fields& fields) {
    auto path = filled_word(context, fields, "file");
    auto owner = filled_word(context, fields, "owner", "root:root");
    auto mode = filled_word(context, fields, "mode", "0644");
    auto content = content_of(context, fields);
    for (const auto* text : {&path, &owner, &mode})
        if (!*text) return tl::unexpected(text->error());
    if (!content) return tl::unexpected(content.error());
    const bool octal = mode->find_first_not_of("01234567") == std::string::npos;
    if (!octal || mode->size() < 3 || mode->size() > 4 || *mode == "000" || *mode == "0000")
        return fail(ErrorKind::steps, fmt::format("Invalid file mode '{}'.", *mode),
            "Write three or four octal digits, such as 0644.", fields.where("mode"));
    const auto colon = owner->find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == owner->size())
        return fail(ErrorKind::steps, fmt::format("Invalid file owner '{}'.", *owner),
            "Write user:group, such as root:root.", fields.where("owner"));
    return PutOp{*path, *owner, *mode, std::move(*content)};
}

Result<Operations> plan(const Context& context, const Fields& fields) {
    auto op = put(context, fields);
    if (!op) return tl::unexpected(op.error());
    return Operations{std::move(*op)};
}

/// The file is there with these very bytes, owner and mode. A file that holds a secret or a value
/// read elsewhere cannot be told by its hash: its step brings a probe of its own.
Result<Probes> probe(const Context& context, const Fields& fields) {
    auto op = put(context, fields);
    if (!op) return tl::unexpected(op.error());
    if (!op->content.plain()) return Probes{};
    return Probes{FileState{op->path, op->owner, op->mode, sha256(op->content.display())}};
}

} // namespace

const ActionKind file_action{"file", "puts a whole file on the node", rules, plan, probe};

} // namespace ovd
