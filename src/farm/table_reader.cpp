// SPDX-License-Identifier: Apache-2.0
#include "farm/table_reader.h"

#include "base/text.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>

namespace ovd {
namespace {

namespace fs = std::filesystem;

constexpr const char* secret_hint =
    "Write where it comes from, one of: { generate = true } { prompt = true } { env = \"NAME\" } "
    "{ file = \"PATH\" } { command = \"pass show ovd\" }";

/// What to write for a key that is missing.
std::string example(const std::string& key) {
    static const std::map<std::string, std::string> examples{
        {"access", "\"ip\""},
        {"access_name", "\"ovd.example.com\""},
        {"address", "\"10.20.1.11\""},
        {"domain", "\"priv\""},
        {"hacluster_password", "{ generate = true }"},
        {"hostname", "\"osm1\""},
        {"nic", "\"eth0\""},
        {"password", "{ generate = true }"},
        {"platform", "\"ubuntu22\""},
        {"priv_address", "\"192.168.100.11\""},
        {"priv_nic", "\"eth1\""},
        {"role", "\"oas\""},
        {"ssh", "\"root@10.20.1.11\""},
        {"subnet", "\"10.20.1.0/24\""},
        {"user", "\"ovd\""},
        {"vip", "\"10.20.1.10\""},
    };
    const auto found = examples.find(key);
    return fmt::format("Write {} = {}", key, found == examples.end() ? "\"...\"" : found->second);
}

const char* type_name(const toml::node& node) {
    switch (node.type()) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::string:
        return "a text";
    case toml::node_type::integer:
        return "a number";
    case toml::node_type::floating_point:
        return "a number";
    case toml::node_type::boolean:
        return "true or false";
    default:
        return "a date or time";
    }
}

} // namespace

std::string path_beside(const std::string& file, const std::string& path) {
    const char* home = std::getenv("HOME");
    if (home != nullptr && path == "~") return home;
    if (home != nullptr && path.starts_with("~/"))
        return (fs::path(home) / path.substr(2)).string();
    return (fs::absolute(file).parent_path() / path).lexically_normal().string();
}

std::string TableReader::name_of(const std::string& key) const {
    return name_.empty() ? key : name_ + "." + key;
}

SourceLocation TableReader::place(const toml::node& node) const {
    return where_of(node, reading_.farm.path);
}

bool TableReader::has(const std::string& key) const {
    return table_ != nullptr && table_->contains(key);
}

void TableReader::wrong(const std::string& key, std::string message, std::string hint) {
    SourceLocation where{reading_.farm.path, 1, 1};
    if (has(key))
        where = place(*table_->get(key));
    else if (table_ != nullptr)
        where = place(*table_);
    reading_.errors.push_back(
        {ErrorKind::farm, std::move(message), std::move(hint), std::move(where)});
}

void TableReader::judge(const std::string& key, const Status& done) {
    if (!done) wrong(key, fmt::format("{}: {}", key, done.error().message), done.error().hint);
}

const toml::node* TableReader::find(const std::string& key, Need need) {
    asked_.push_back(key);
    if (table_ == nullptr) return nullptr;
    const toml::node* node = table_->get(key);
    if (node != nullptr)
        reading_.places[name_of(key)] = place(*node);
    else if (need == Need::required)
        missing(key,
            fmt::format("{} has no {}.",
                name_.starts_with("servers.") ? "[[servers]]" : "[" + name_ + "]", key),
            example(key));
    return node;
}

std::string TableReader::text(const std::string& key, Check check, Need need) {
    const toml::node* node = find(key, need);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value) {
        wrong(key, fmt::format("{} must be a text in quotes, not {}.", key, type_name(*node)),
            example(key));
        return {};
    }
    if (check != nullptr) {
        if (const Status good = check(*value); !good) {
            judge(key, good);
            return {};
        }
    }
    return *value;
}

bool TableReader::flag(const std::string& key, bool default_value) {
    const toml::node* node = find(key, Need::optional);
    if (node == nullptr) return default_value;
    const auto value = node->value_exact<bool>();
    if (!value)
        wrong(key, fmt::format("{} must be true or false, not {}.", key, type_name(*node)),
            fmt::format("Write {} = true or {} = false, without quotes", key, key));
    return value.value_or(default_value);
}

std::vector<std::string> TableReader::list(const std::string& key, Check check) {
    const toml::node* node = find(key, Need::optional);
    if (node == nullptr) return {};
    std::vector<std::string> values;
    const toml::array* array = node->as_array();
    const auto not_texts = [&](const toml::node& at) {
        reading_.errors.push_back({ErrorKind::farm, fmt::format("{} must be a list of texts.", key),
            fmt::format("Write {} = [\"...\", \"...\"]", key), place(at)});
        return std::vector<std::string>{};
    };
    if (array == nullptr) return not_texts(*node);
    for (const toml::node& item : *array) {
        const auto value = item.value_exact<std::string>();
        if (!value) return not_texts(item);
        if (const Status good = check(*value); !good)
            reading_.errors.push_back({ErrorKind::farm,
                fmt::format("{}: {}", key, good.error().message), good.error().hint, place(item)});
        values.push_back(*value);
    }
    return values;
}

SecretSource TableReader::secret(const std::string& key) {
    const toml::node* node = find(key, Need::required);
    if (node == nullptr) return {};
    if (const toml::table* source = node->as_table()) return secret_from(key, *source);
    // Whatever was written here may be the secret itself, so it is never shown.
    wrong(key,
        fmt::format("{} must say where the secret comes from; the secret itself must not be "
                    "in this file.",
            key),
        secret_hint);
    return {};
}

SecretSource TableReader::secret_from(const std::string& key, const toml::table& source) {
    using From = SecretSource::From;
    static const std::map<std::string, From> kinds{{"command", From::command}, {"env", From::env},
        {"file", From::file}, {"generate", From::generate}, {"prompt", From::prompt}};
    SecretSource secret;
    secret.where = place(source);
    std::vector<std::string> known;
    for (const auto& [kind, from] : kinds)
        known.push_back(kind);
    if (const Status good = only_keys(source, reading_.farm.path, known, ErrorKind::farm); !good) {
        reading_.errors.push_back(good.error());
        reading_.errors.back().message += fmt::format(" It is not a source for {}.", key);
        return secret;
    }
    if (source.size() != 1) {
        wrong(key, fmt::format("{} must have exactly one source, not {}.", key, source.size()),
            secret_hint);
        return secret;
    }
    const std::string kind(source.begin()->first.str());
    const toml::node& value = source.begin()->second;
    secret.from = kinds.at(kind);
    const bool is_flag = secret.from == From::generate || secret.from == From::prompt;
    secret.what = is_flag ? "" : value.value_exact<std::string>().value_or("");
    if (is_flag ? !value.value_exact<bool>().value_or(false) : trim(secret.what).empty())
        reading_.errors.push_back({ErrorKind::farm,
            fmt::format("{} of {} must be {}.", kind, key, is_flag ? "true" : "a text in quotes"),
            secret_hint, place(value)});
    else if (secret.from == From::file)
        secret.what = path_beside(reading_.farm.path, secret.what);
    return secret;
}

std::string TableReader::path(const std::string& key, Need need) {
    const std::string written = text(key, nullptr, need);
    return written.empty() ? "" : path_beside(reading_.farm.path, written);
}

TableReader TableReader::table(const std::string& key, Need need) {
    asked_.push_back(key);
    const std::string name = name_of(key);
    const toml::node* node = table_ == nullptr ? nullptr : table_->get(key);
    if (node != nullptr) reading_.places[name] = place(*node);
    if (node != nullptr && !node->is_table())
        wrong(key, fmt::format("{} must be a table, not {}.", name, type_name(*node)),
            fmt::format("Write [{}] on a line of its own and its keys below", name));
    if (node == nullptr && table_ != nullptr && need == Need::required)
        missing(key, fmt::format("There is no [{}] in this file.", name),
            fmt::format("Write [{}] and its keys; `ovd-failover init` writes a whole file", name));
    return {node == nullptr ? nullptr : node->as_table(), name, reading_};
}

std::vector<TableReader> TableReader::tables(const std::string& key) {
    const toml::node* node = find(key, Need::optional);
    std::vector<TableReader> readers;
    if (node == nullptr) return readers;
    const toml::array* array = node->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>()) {
        wrong(key, fmt::format("{} must be a list of tables.", key),
            fmt::format("Write [[{}]] before the keys of each", key));
        return readers;
    }
    for (std::size_t i = 0; i < array->size(); ++i)
        readers.emplace_back(
            array->get(i)->as_table(), fmt::format("{}.{}", name_of(key), i), reading_);
    for (std::size_t i = 0; i < array->size(); ++i)
        reading_.places[fmt::format("{}.{}", name_of(key), i)] = place(*array->get(i));
    return readers;
}

std::map<std::string, std::string> TableReader::texts() {
    std::map<std::string, std::string> all;
    if (table_ == nullptr) return all;
    for (const auto& [key, node] : *table_) {
        const std::string name(key.str());
        const std::string value = text(name, nullptr);
        if (node.is_string() && trim(value).empty())
            wrong(name, fmt::format("{} is empty.", name), "Write a shell command in quotes");
        all[name] = value;
    }
    return all;
}

void TableReader::missing(const std::string& key, std::string message, std::string hint) {
    if (table_ != nullptr)
        missing_[key] = {ErrorKind::farm, std::move(message), std::move(hint), place(*table_)};
}

void TableReader::end() {
    if (table_ == nullptr) return;
    for (const auto& [key, node] : *table_) {
        if (std::find(asked_.begin(), asked_.end(), key.str()) != asked_.end()) continue;
        std::vector<std::string> wanted;
        for (const auto& [name, error] : missing_)
            wanted.push_back(name);
        const std::string meant = nearest(key.str(), wanted);
        reading_.errors.push_back(unknown_key(key, reading_.farm.path,
            meant.empty() ? asked_ : std::vector<std::string>{meant}, ErrorKind::farm));
        missing_.erase(meant);
    }
    for (auto& [key, error] : missing_)
        reading_.errors.push_back(std::move(error));
    missing_.clear();
}

} // namespace ovd
