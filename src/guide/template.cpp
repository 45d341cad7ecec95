// SPDX-License-Identifier: Apache-2.0
#include "guide/template.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

/// A template taken apart: literal text and names in turn.
struct Piece {
    bool is_name = false;
    std::string text;
    std::size_t at = 0;
};

/// The place of something in a template. One that is a whole file, of which no line is known yet,
/// is counted through; of one in a step the field is as near as it can be told.
SourceLocation place_in(std::string_view text, std::size_t at, SourceLocation where) {
    if (where.file.empty() || where.line != 0) return where;
    const auto before = text.substr(0, at);
    where.line = 1 + static_cast<int>(std::ranges::count(before, '\n'));
    const auto last = before.rfind('\n');
    where.column = static_cast<int>(last == std::string_view::npos ? at + 1 : at - last);
    return where;
}

Result<std::vector<Piece>> pieces(std::string_view text, const SourceLocation& where) {
    std::vector<Piece> found;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto open = text.find("{{", at);
        if (open == std::string_view::npos) {
            found.push_back({false, std::string(text.substr(at)), at});
            break;
        }
        if (open > at) found.push_back({false, std::string(text.substr(at, open - at)), at});
        const auto close = text.find("}}", open);
        if (close == std::string_view::npos)
            return fail(ErrorKind::steps, "A {{ has no }} after it.",
                "Write {{ name }}; there is no way to write a literal {{ in a template.",
                place_in(text, open, where));
        found.push_back({true, trim(text.substr(open + 2, close - open - 2)), open});
        at = close + 2;
    }
    return found;
}

/// Knows whether a place in a shell command stands inside quotes. `$(` and `(` begin anew inside.
class QuoteTracker {
public:
    void read(const std::string& text) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            char& quote = open_.back();
            const bool substitution = c == '$' && i + 1 < text.size() && text[i + 1] == '(';
            if (c == '\\' && quote != '\'') {
                ++i;
            } else if (substitution && quote != '\'') {
                open_.push_back('\0');
                ++i;
            } else if (c == '(' && quote == 0) {
                open_.push_back('\0');
            } else if (c == ')' && quote == 0 && open_.size() > 1) {
                open_.pop_back();
            } else if ((c == '\'' || c == '"') && (quote == 0 || quote == c)) {
                quote = quote == 0 ? c : '\0';
            }
        }
    }
    [[nodiscard]] bool inside() const { return open_.back() != 0; }

private:
    std::vector<char> open_{'\0'}; // the quote that is open, for each level of nesting
};

std::vector<std::string> all_names(const Names& names) {
    std::vector<std::string> all;
    for (const auto& [name, value] : names.values)
        all.push_back(name);
    for (const auto& name : names.secrets)
        all.push_back("secret " + name);
    for (const auto& [name, from] : names.fetched)
        all.push_back(name);
    return all;
}

Error unknown_name(const std::string& name, const Names& names, const SourceLocation& where) {
    const auto near = nearest(name, all_names(names));
    return Error{ErrorKind::steps, fmt::format("The name {{{{ {} }}}} is not known here.", name),
        near.empty() ? "steps/README.md lists the names." : fmt::format("Did you mean {}?", near),
        where};
}

} // namespace

Result<std::vector<std::string>> template_names(
    std::string_view text, const SourceLocation& where) {
    auto parts = pieces(text, where);
    if (!parts) return tl::unexpected(parts.error());
    std::vector<std::string> names;
    for (const auto& piece : *parts)
        if (piece.is_name) names.push_back(piece.text);
    return names;
}

Result<Content> fill(
    std::string_view text, const Names& names, Encoding encoding, const SourceLocation& where) {
    auto parts = pieces(text, where);
    if (!parts) return tl::unexpected(parts.error());
    Content content;
    for (const auto& piece : *parts) {
        if (!piece.is_name) {
            content.add_text(piece.text);
            continue;
        }
        const auto value = names.values.find(piece.text);
        const bool secret = piece.text.starts_with("secret ");
        const auto name = secret ? trim(piece.text.substr(7)) : piece.text;
        if (value != names.values.end())
            content.add_text(encode(value->second, encoding));
        else if (secret && std::ranges::find(names.secrets, name) != names.secrets.end())
            content.add({Content::Source::secret, name, encoding});
        else if (names.fetched.contains(name))
            content.add({Content::Source::fetched, name, encoding});
        else
            return tl::unexpected(unknown_name(piece.text, names, place_in(text, piece.at, where)));
    }
    return content;
}

Result<std::string> fill_command(
    std::string_view text, const Names& names, const SourceLocation& where) {
    auto parts = pieces(text, where);
    if (!parts) return tl::unexpected(parts.error());
    std::string command;
    QuoteTracker quotes;
    for (const auto& piece : *parts) {
        if (!piece.is_name) {
            quotes.read(piece.text);
            command += piece.text;
            continue;
        }
        if (names.fetched.contains(piece.text) || piece.text.starts_with("secret "))
            return fail(ErrorKind::steps,
                fmt::format("{{{{ {} }}}} may not stand in a command: commands can be seen by "
                            "everyone on the node.",
                    piece.text),
                "Pass it on stdin instead.", where);
        const auto value = names.values.find(piece.text);
        if (value == names.values.end())
            return tl::unexpected(unknown_name(piece.text, names, where));
        if (quotes.inside())
            return fail(ErrorKind::steps,
                fmt::format("{{{{ {} }}}} stands inside quotes of a command.", piece.text),
                "Remove the quotes: values are quoted for the shell by the program.", where);
        command += shell_quote(value->second);
    }
    return command;
}

} // namespace ovd
