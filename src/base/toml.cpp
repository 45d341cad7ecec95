// SPDX-License-Identifier: Apache-2.0
#include "base/toml.h"

#include "base/file.h"
#include "base/text.h"

#include <algorithm>

namespace ovd {
namespace {

SourceLocation where_from(const toml::source_region& region, const std::filesystem::path& path) {
    return {
        path.string(), static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

} // namespace

Result<toml::table> load_toml(const std::filesystem::path& path, ErrorKind kind) {
    Result<std::string> text = read_file(path, kind);
    if (!text) return tl::unexpected(text.error());
    try {
        return toml::parse(*text, path.string());
    } catch (const toml::parse_error& error) {
        return fail(kind, "This is not valid TOML: " + std::string(error.description()) + ".",
            "Put text in double quotes, lists in [ ], and each key on its own line.",
            where_from(error.source(), path));
    }
}

SourceLocation where_of(const toml::node& node, const std::filesystem::path& path) {
    return where_from(node.source(), path);
}

Error unknown_key(const toml::key& key, const std::filesystem::path& path,
    const std::vector<std::string>& known, ErrorKind kind) {
    const std::string near = nearest(key.str(), known);
    const std::string hint = near.empty() ? "The keys known here are: " + join(known, ", ")
                                          : "Did you mean \"" + near + "\"?";
    return {kind, "Unknown key \"" + std::string(key.str()) + "\".", hint,
        where_from(key.source(), path)};
}

Status only_keys(const toml::table& table, const std::filesystem::path& path,
    const std::vector<std::string>& known, ErrorKind kind) {
    // The table is sorted by name; people read from the top, so the topmost stranger is reported.
    const toml::key* first = nullptr;
    for (const auto& [key, value] : table) {
        if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
        const auto& at = key.source().begin;
        if (first == nullptr || at < first->source().begin) first = &key;
    }
    if (first != nullptr) return tl::unexpected(unknown_key(*first, path, known, kind));
    return {};
}

} // namespace ovd
