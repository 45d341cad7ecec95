// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"
#include "base/pattern.h"
#include "base/text.h"
#include "base/toml.h"
#include "sheet/kinds.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <type_traits>

namespace ovd {
namespace {

/// Reads the fields of one table of the sheet; the first that is wrong is kept.
class Fields {
public:
    Fields(const toml::table& table, std::string path) : table_(table), path_(std::move(path)) {}

    void text(const char* key, std::string& into) {
        if (const auto* node = find(key)) {
            if (auto value = node->value_exact<std::string>())
                into = *value;
            else
                wrong(*node, fmt::format("{} must be a text in quotes.", key),
                    fmt::format("Write {} = \"...\"", key));
        }
    }
    void pattern(const char* key, std::string& into) {
        text(key, into);
        if (auto ok = check_pattern(into); !ok)
            wrong(*table_.get(key), fmt::format("{}: {}", key, ok.error().message),
                "Write an extended regular expression, as grep -E takes it.");
    }
    /// A place in JSON, as RFC 6901 writes it.
    void pointer(const char* key, std::string& into) {
        text(key, into);
        if (!into.empty() && !found_in(into, "^(/([^~]|~[01])*)+$"))
            wrong(*table_.get(key), fmt::format("Invalid JSON pointer {}: {}.", key, into),
                "Write it as \"/a/b\": each name with a / before it; ~1 stands for a / in a name, "
                "~0 for a ~.");
    }
    void number(const char* key, long& into, long most) {
        if (const auto* node = find(key)) {
            if (auto value = node->value_exact<int64_t>(); value && *value >= 0 && *value <= most)
                into = static_cast<long>(*value);
            else
                wrong(*node, fmt::format("{} must be a number from 0 to {}.", key, most),
                    fmt::format("Write {} = 20", key));
        }
    }
    /// Whatever is longer than a year is a slip of the pen, and would overflow where it is counted
    /// in smaller units.
    void seconds(const char* key, Seconds& into, long unit = 1) {
        constexpr long year = 366L * 24 * 3600;
        long value = into.count() / unit;
        number(key, value, year / unit);
        into = Seconds{value * unit};
    }
    void flag(const char* key, bool& into) {
        if (const auto* node = find(key)) {
            if (auto value = node->value_exact<bool>())
                into = *value;
            else
                wrong(*node, fmt::format("{} must be true or false.", key),
                    fmt::format("Write {} = true or {} = false, without quotes.", key, key));
        }
    }
    template <class T, class Toml>
    void list(const char* key, std::vector<T>& into) {
        const auto* node = find(key);
        if (node == nullptr) return;
        const auto take = [&](const toml::node& item) {
            if (auto value = item.value_exact<Toml>())
                into.push_back(static_cast<T>(*value));
            else
                wrong(item, fmt::format("{} holds something that does not belong there.", key),
                    std::is_same_v<Toml, std::string> ? "Put each text in quotes."
                                                      : "Write whole numbers.");
        };
        if (const auto* array = node->as_array())
            for (const auto& item : *array)
                take(item);
        else
            take(*node);
    }
    void one_of(const char* key, std::string& into, const std::vector<std::string>& known) {
        text(key, into);
        if (!into.empty() && std::ranges::find(known, into) == known.end())
            wrong(*table_.get(key), fmt::format("{} cannot be {}.", key, into),
                "Write one of: " + join(known, ", "));
    }
    [[nodiscard]] const toml::node* find(const char* key) {
        asked_.emplace_back(key);
        return table_.get(key);
    }
    void wrong(const toml::node& node, std::string message, std::string hint = {}) {
        if (!error_)
            error_ =
                Error{ErrorKind::farm, std::move(message), std::move(hint), where_of(node, path_)};
    }
    /// Everything was known and right.
    [[nodiscard]] Status end() {
        if (error_) return tl::unexpected(*error_);
        return only_keys(table_, path_, asked_, ErrorKind::farm);
    }

private:
    const toml::table& table_;
    std::string path_;
    std::vector<std::string> asked_;
    std::optional<Error> error_;
};

Result<SheetRequest> read_request(const toml::table& table, const std::string& path) {
    SheetRequest request;
    Fields in(table, path);
    in.text("url", request.url);
    in.text("method", request.method);
    in.text("body", request.body);
    in.text("type", request.type);
    in.pattern("expect", request.expect);
    if (auto ok = in.end(); !ok) return tl::unexpected(ok.error());
    return request;
}

Status read_requests(const toml::node* node, const std::string& path, SheetCheck& check) {
    if (node == nullptr) return {};
    const auto* array = node->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>())
        return fail(ErrorKind::farm, "requests must be a list of tables.",
            "Write requests = [{ url = \"...\", body = \"...\", expect = \"...\" }]",
            where_of(*node, path));
    for (const auto& item : *array) {
        auto request = read_request(*item.as_table(), path);
        if (!request) return tl::unexpected(request.error());
        check.requests.push_back(std::move(*request));
    }
    return {};
}

Result<SheetCheck> read_check(const toml::table& table, const std::string& path) {
    SheetCheck check;
    check.where = where_of(table, path);
    Fields in(table, path);
    in.text("name", check.name);
    std::vector<std::string> verbs;
    for (const auto& kind : sheet_kinds()) {
        verbs.emplace_back(kind.name);
        if (const auto* node = in.find(verbs.back().c_str())) {
            if (!check.kind.empty())
                in.wrong(*node, fmt::format("A check is either {} or {}.", check.kind, kind.name),
                    "Leave one of them out, or make two checks of it.");
            check.kind = kind.name;
            in.text(verbs.back().c_str(), check.target);
        }
    }
    in.text("on", check.on);
    in.text("method", check.method);
    in.text("body", check.body);
    in.text("type", check.type);
    in.one_of("user", check.user, {"admin", "test"});
    in.one_of("tls", check.tls, {"verify", "pin", "any"});
    in.list<long, int64_t>("status", check.status);
    in.pattern("expect", check.expect);
    in.pointer("pointer", check.pointer);
    in.text("equals", check.equals);
    const auto* requests = in.find("requests");
    in.list<std::string, std::string>("count", check.count);
    in.number("exit", check.exit, 255);
    in.flag("record", check.record);
    in.pattern("pattern", check.pattern);
    in.text("look", check.look);
    in.text("hook", check.hook);
    in.seconds("valid_hours", check.valid, 3600);
    in.seconds("timeout", check.timeout);
    in.seconds("within", check.within);
    if (auto ok = in.end(); !ok) return tl::unexpected(ok.error());
    if (auto ok = read_requests(requests, path, check); !ok) return tl::unexpected(ok.error());
    if (check.kind.empty())
        return fail(ErrorKind::farm, "This check does not say what to look at.",
            "Write one of these keys: " + join(verbs, ", "), check.where);
    if (check.name.empty())
        return fail(ErrorKind::farm, "This check has no name.",
            "Write name = \"...\": what is well when it passes", check.where);
    return check;
}

Status read_checks(const toml::node* node, const std::string& path, Sheet& sheet) {
    const auto* array = node == nullptr ? nullptr : node->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>())
        return fail(ErrorKind::farm, "The sheet has no checks.", "Write [[check]] before each.",
            node == nullptr ? SourceLocation{path, 1, 1} : where_of(*node, path));
    std::set<std::string> names;
    for (const auto& item : *array) {
        auto check = read_check(*item.as_table(), path);
        if (!check) return tl::unexpected(check.error());
        if (!names.insert(check->name).second)
            return fail(ErrorKind::farm, fmt::format("Two checks are called {}.", check->name),
                "Values are kept under the name: give each its own.", check->where);
        sheet.checks.push_back(std::move(*check));
    }
    return {};
}

Result<Sheet> sheet_from(const toml::table& table, const std::string& path) {
    Sheet sheet;
    sheet.path = path;
    Fields in(table, path);
    in.seconds("budget", sheet.budget);
    in.one_of("tls", sheet.tls, {"verify", "pin", "any"});
    const auto* watch = in.find("watch");
    const auto* checks = in.find("check");
    if (auto ok = in.end(); !ok) return tl::unexpected(ok.error());
    if (watch != nullptr && watch->is_table()) {
        sheet.watch.where = where_of(*watch, path);
        Fields of(*watch->as_table(), path);
        of.text("url", sheet.watch.url);
        of.text("method", sheet.watch.method);
        of.text("from", sheet.watch.from);
        of.pattern("up", sheet.watch.up);
        of.pattern("maintenance", sheet.watch.maintenance);
        if (auto ok = of.end(); !ok) return tl::unexpected(ok.error());
    }
    if (auto ok = read_checks(checks, path, sheet); !ok) return tl::unexpected(ok.error());
    return sheet;
}

} // namespace

Result<Sheet> load_sheet(const std::string& path) {
    auto table = load_toml(path, ErrorKind::farm);
    if (!table) return tl::unexpected(table.error());
    return sheet_from(*table, path);
}

Result<Sheet> read_sheet(const std::string& text, const std::string& path) {
    auto parsed = toml::parse(text, path);
    return sheet_from(parsed, path);
}

} // namespace ovd
