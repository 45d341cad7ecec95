// SPDX-License-Identifier: Apache-2.0
#include "guide/read_step.h"

#include "base/text.h"
#include "base/toml.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace fs = std::filesystem;
namespace {

const std::vector<std::string> step_keys = {"id", "title", "why", "guide", "on", "when", "unless",
    "platforms", "needs", "needed_by", "holds_until", "disruptive", "expect", "limit", "differs",
    "fetch", "action", "probe", "verify", "undo", "keep"};
const std::vector<std::string> check_keys = {
    "command", "stdin", "says", "hint", "severity", "within", "expect", "tells"};

Result<FieldValue> read_variants(const toml::table& table, const fs::path& path) {
    Text texts;
    TextList lists;
    for (const auto& [selector, node] : table) {
        const std::string name(selector.str());
        if (const auto text = node.value<std::string>()) {
            texts[name] = *text;
        } else if (const auto* list = node.as_array()) {
            auto& into = lists[name];
            for (const auto& item : *list) {
                const auto text_item = item.value_exact<std::string>();
                if (!text_item)
                    return fail(ErrorKind::steps, "A list here holds texts only.",
                        "Put it in quotes.", where_of(item, path));
                into.push_back(*text_item);
            }
        } else {
            return fail(ErrorKind::steps,
                fmt::format("The variant {} must be a text or a list.", name),
                "A value that differs is a table of selector = value.", where_of(node, path));
        }
    }
    if (!texts.empty() && !lists.empty())
        return fail(ErrorKind::steps, "Variants must be all texts or all lists.",
            "Make them alike.", where_of(table, path));
    if (!lists.empty()) return lists;
    return texts;
}

Result<Field> read_field(const toml::node& node, const fs::path& path) {
    Field field;
    field.where = where_of(node, path);
    if (const auto text = node.value_exact<std::string>()) {
        field.value = Text{{"default", *text}};
    } else if (const auto flag = node.value_exact<bool>()) {
        field.value = *flag;
    } else if (const auto number = node.value_exact<int64_t>()) {
        field.value = static_cast<long>(*number);
    } else if (const auto* list = node.as_array()) {
        std::vector<std::string> items;
        for (const auto& item : *list) {
            const auto text_item = item.value_exact<std::string>();
            if (!text_item)
                return fail(ErrorKind::steps, "A list here holds texts only.", "Put it in quotes.",
                    where_of(item, path));
            items.push_back(*text_item);
        }
        field.value = TextList{{"default", std::move(items)}};
    } else if (const auto* table = node.as_table()) {
        auto variants = read_variants(*table, path);
        if (!variants) return tl::unexpected(variants.error());
        field.value = std::move(*variants);
    } else {
        return fail(ErrorKind::steps, "This value is of no kind that a step uses.",
            "Use a text, a list of texts, a whole number, true or false.", field.where);
    }
    return field;
}

Result<std::map<std::string, Field>> read_fields(const toml::table& table, const fs::path& path) {
    std::map<std::string, Field> fields;
    for (const auto& [key, node] : table) {
        auto field = read_field(node, path);
        if (!field) return tl::unexpected(field.error());
        fields[std::string(key.str())] = std::move(*field);
    }
    return fields;
}

/// what: a check, or a probe, whose keys are checked with the actions, by the table of what can be
/// asked.
Result<CheckSpec> read_asked(
    const toml::node& node, const fs::path& path, std::string_view what, std::string_view written) {
    const auto* table = node.as_table();
    if (table == nullptr)
        return fail(ErrorKind::steps, fmt::format("A {} is a table.", what),
            fmt::format("Write {}.", written), where_of(node, path));
    auto fields = read_fields(*table, path);
    if (!fields) return tl::unexpected(fields.error());
    return CheckSpec{std::move(*fields), where_of(node, path)};
}

Result<CheckSpec> read_check(const toml::node& node, const fs::path& path) {
    if (const auto* table = node.as_table())
        if (auto ok = only_keys(*table, path, check_keys, ErrorKind::steps); !ok)
            return tl::unexpected(ok.error());
    auto check = read_asked(node, path, "check", "[[step.verify]]");
    if (check && !check->fields.contains("command"))
        return fail(ErrorKind::steps, "A check needs a command.", "Write command = '...'.",
            where_of(node, path));
    return check;
}

Result<std::vector<ActionSpec>> read_actions(
    const toml::table& table, const char* key, const fs::path& path) {
    std::vector<ActionSpec> actions;
    const auto* node = table.get(key);
    if (node == nullptr) return actions;
    const auto* list = node->as_array();
    if (list == nullptr)
        return fail(ErrorKind::steps, fmt::format("Actions stand in [[step.{}]].", key),
            "Use two brackets.", where_of(*node, path));
    for (const auto& item : *list) {
        if (!item.is_table())
            return fail(ErrorKind::steps, fmt::format("Actions stand in [[step.{}]].", key),
                "Use two brackets.", where_of(item, path));
        auto fields = read_fields(*item.as_table(), path);
        if (!fields) return tl::unexpected(fields.error());
        actions.push_back({"", std::move(*fields), where_of(item, path)});
    }
    return actions;
}

Status read_checks(const toml::table& table, Step& step, const fs::path& path) {
    if (const auto* node = table.get("probe")) {
        auto probe = read_asked(*node, path, "probe", "[step.probe]");
        if (!probe) return tl::unexpected(probe.error());
        step.probe.push_back(std::move(*probe));
    }
    if (const auto* node = table.get("keep")) {
        if (const auto* keep = node->as_table())
            if (auto ok = only_keys(*keep, path, {"command"}, ErrorKind::steps); !ok)
                return tl::unexpected(ok.error());
        auto keep = read_asked(*node, path, "keep", "[step.keep]");
        if (!keep) return tl::unexpected(keep.error());
        step.keep.push_back(std::move(*keep));
    }
    if (const auto* node = table.get("verify")) {
        const auto* list = node->as_array();
        if (list == nullptr)
            return fail(ErrorKind::steps, "Checks stand in [[step.verify]].", "Use two brackets.",
                where_of(*node, path));
        for (const auto& item : *list) {
            auto check = read_check(item, path);
            if (!check) return tl::unexpected(check.error());
            step.verify.push_back(std::move(*check));
        }
    }
    return {};
}

Status read_fetch(const toml::table& table, Step& step, const fs::path& path) {
    const auto* node = table.get("fetch");
    if (node == nullptr) return {};
    const auto bad = [&](const toml::node& at) {
        return fail(ErrorKind::steps, "fetch is a table of name = \"node:/path\".",
            "Write fetch = { peer_key = \"peer:/root/.ssh/id.pub\" }.", where_of(at, path));
    };
    if (!node->is_table()) return bad(*node);
    for (const auto& [name, from] : *node->as_table()) {
        const auto text = from.value_exact<std::string>();
        if (!text) return bad(from);
        step.fetch[std::string(name.str())] = *text;
    }
    return {};
}

/// Prose is wrapped anew for whoever reads it: single line ends are spaces, empty lines stay.
std::string unwrapped(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool end = text[i] == '\n';
        const bool beside_empty =
            (i > 0 && text[i - 1] == '\n') || (i + 1 < text.size() && text[i + 1] == '\n');
        out += end && !beside_empty ? ' ' : text[i];
    }
    return trim(out);
}

Status read_texts(const toml::table& table, Step& step, const fs::path& path) {
    const std::vector<std::pair<const char*, std::string*>> texts = {{"id", &step.id},
        {"title", &step.title}, {"why", &step.why}, {"when", &step.when}, {"unless", &step.unless},
        {"holds_until", &step.holds_until}, {"expect", &step.expect}, {"differs", &step.differs}};
    for (const auto& [key, into] : texts) {
        const auto* node = table.get(key);
        if (node == nullptr) continue;
        const auto text = node->value_exact<std::string>();
        if (!text)
            return fail(ErrorKind::steps, fmt::format("{} must be a text.", key),
                "Put it in quotes.", where_of(*node, path));
        *into = *text;
        *into = unwrapped(*into);
    }
    const std::vector<std::pair<const char*, std::vector<std::string>*>> all_lists = {
        {"guide", &step.guide}, {"on", &step.on}, {"platforms", &step.platforms},
        {"needs", &step.needs}, {"needed_by", &step.needed_by}};
    for (const auto& [key, into] : all_lists) {
        auto items = read_list(table, key, path);
        if (!items) return tl::unexpected(items.error());
        *into = std::move(*items);
    }
    return {};
}

} // namespace

Result<std::vector<std::string>> read_list(
    const toml::table& table, const char* key, const fs::path& path) {
    std::vector<std::string> items;
    const auto* node = table.get(key);
    if (node == nullptr) return items;
    const auto* list = node->as_array();
    if (list == nullptr)
        return fail(ErrorKind::steps, fmt::format("{} must be a list.", key),
            fmt::format("Write {} = [\"...\"].", key), where_of(*node, path));
    for (const auto& item : *list) {
        const auto text = item.value_exact<std::string>();
        if (!text)
            return fail(ErrorKind::steps, fmt::format("{} holds texts only.", key),
                "Put it in quotes.", where_of(item, path));
        items.push_back(*text);
    }
    return items;
}

Result<bool> read_flag(const toml::table& table, const char* key, const fs::path& path) {
    const auto* node = table.get(key);
    if (node == nullptr) return false;
    const auto flag = node->value_exact<bool>();
    if (!flag)
        return fail(ErrorKind::steps, fmt::format("{} must be true or false.", key),
            "Write it without quotes.", where_of(*node, path));
    return *flag;
}

Result<Step> read_step(const toml::table& table, const fs::path& path) {
    Step step;
    step.where = where_of(table, path);
    if (auto ok = only_keys(table, path, step_keys, ErrorKind::steps); !ok)
        return tl::unexpected(ok.error());
    if (auto ok = read_texts(table, step, path); !ok) return tl::unexpected(ok.error());
    for (const auto& [name, text] :
        {std::pair{"id", &step.id}, {"title", &step.title}, {"why", &step.why}})
        if (text->empty())
            return fail(ErrorKind::steps, fmt::format("A step needs {}.", name),
                fmt::format("Write {} = \"...\".", name), step.where);
    step.has_needs = table.contains("needs");
    auto disruptive = read_flag(table, "disruptive", path);
    if (!disruptive) return tl::unexpected(disruptive.error());
    step.disruptive = *disruptive;
    if (const auto* limit = table.get("limit")) {
        const auto seconds = limit->value_exact<int64_t>();
        if (!seconds || *seconds < 1)
            return fail(ErrorKind::steps, "limit must be a number of seconds.", "Write limit = 30",
                where_of(*limit, path));
        step.limit = static_cast<long>(*seconds);
    }
    if (auto ok = read_fetch(table, step, path); !ok) return tl::unexpected(ok.error());
    auto actions = read_actions(table, "action", path);
    if (!actions) return tl::unexpected(actions.error());
    step.actions = std::move(*actions);
    auto undo = read_actions(table, "undo", path);
    if (!undo) return tl::unexpected(undo.error());
    step.undo = std::move(*undo);
    if (auto ok = read_checks(table, step, path); !ok) return tl::unexpected(ok.error());
    return step;
}

} // namespace ovd
