// SPDX-License-Identifier: Apache-2.0
// engine/record_json alone knows this: values to and from JSON. A structure is what it says of
// itself in a function fields(archive, structure), for whichever archive it is given.
#pragma once

#include "engine/record_words.h"

#include <cmath>
#include <concepts>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ovd::disk {

using Json = nlohmann::ordered_json;

template <class T>
concept Enumeration = std::is_enum_v<T>;
template <class T>
concept Plain = std::same_as<T, std::string> || std::same_as<T, bool> || std::same_as<T, double> ||
                std::same_as<T, Json> || std::integral<T>;
template <class T>
concept Structure = std::is_aggregate_v<T>;

Json put(const Plain auto& value) {
    return value;
}
Json put(const Enumeration auto& value) {
    return word_of(value);
}
template <Structure T>
Json put(const T& value);
template <class T>
Json put(const std::vector<T>& values);
template <class T>
Json put(const std::set<T>& values);
template <class T>
Json put(const std::map<std::string, T>& values);
template <class T>
Json put(const std::optional<T>& value);

class Writer {
public:
    explicit Writer(Json& json) : json_(json) {}
    template <class T>
    void operator()(const char* key, const T& value, const char* = nullptr) {
        json_[key] = put(value);
    }
    template <class T>
    void optional(const char* key, const T& value) {
        if constexpr (requires { value.empty(); }) {
            if (value.empty()) return;
        } else if constexpr (requires { value.has_value(); }) {
            if (!value.has_value()) return;
        } else if (value == T{}) {
            return;
        }
        json_[key] = put(value);
    }
    void either(const char* key, bool value, const char* yes, const char* no) {
        json_[key] = value ? yes : no;
    }

private:
    Json& json_;
};

template <Structure T>
Json put(const T& value) {
    Json json = Json::object();
    Writer writer(json);
    fields(writer, value);
    return json;
}
template <class T>
Json put_all(const T& values) {
    Json json = Json::array();
    for (const auto& each : values)
        json.push_back(put(each));
    return json;
}
template <class T>
Json put(const std::vector<T>& values) {
    return put_all(values);
}
template <class T>
Json put(const std::set<T>& values) {
    return put_all(values);
}
template <class T>
Json put(const std::map<std::string, T>& values) {
    Json json = Json::object();
    for (const auto& [key, each] : values)
        json[key] = put(each);
    return json;
}
template <class T>
Json put(const std::optional<T>& value) {
    return value ? put(*value) : Json();
}

inline bool take(const Json& json, std::string& value) {
    if (!json.is_string()) return false;
    value = json.get<std::string>();
    return true;
}
inline bool take(const Json& json, bool& value) {
    if (!json.is_boolean()) return false;
    value = json.get<bool>();
    return true;
}
inline bool take(const Json& json, double& value) {
    if (!json.is_number() || !std::isfinite(json.get<double>())) return false;
    value = json.get<double>();
    return true;
}
inline bool take(const Json& json, Json& value) {
    value = json;
    return true;
}
/// Whole, and small enough for an int: an exit status, an operation, a limit in seconds.
template <std::integral T>
bool take(const Json& json, T& value) {
    if (!json.is_number_integer()) return false;
    const auto number = json.get<double>();
    if (std::abs(number) > std::numeric_limits<int>::max()) return false;
    if (std::is_unsigned_v<T> && number < 0) return false;
    value = json.get<T>();
    return true;
}
template <Enumeration T>
bool take(const Json& json, T& value) {
    if (!json.is_string()) return false;
    const auto word = json.get<std::string>();
    const auto words = words_of(T{});
    const auto found = std::ranges::find(words, word, [](const auto& each) { return each.second; });
    if (found == words.end()) return false;
    value = found->first;
    return true;
}
template <Structure T>
bool take(const Json& json, T& value);
template <class T>
bool take(const Json& json, std::vector<T>& values);
template <class T>
bool take(const Json& json, std::set<T>& values);
template <class T>
bool take(const Json& json, std::map<std::string, T>& values);
template <class T>
bool take(const Json& json, std::optional<T>& value);

class FieldReader {
public:
    explicit FieldReader(const Json& json) : json_(json) {}
    template <class T>
    void operator()(const char* key, T& value, const char* old = nullptr) {
        auto found = json_.find(key);
        if (found == json_.end() && old != nullptr) found = json_.find(old);
        if (found != json_.end() && !take(*found, value) && wrong_.empty()) wrong_ = key;
    }
    template <class T>
    void optional(const char* key, T& value) {
        (*this)(key, value);
    }
    void either(const char* key, bool& value, const char* yes, const char* no) {
        const auto found = json_.find(key);
        if (found == json_.end()) return;
        value = *found == yes;
        if (!value && *found != no && wrong_.empty()) wrong_ = key;
    }
    /// The first field that is not what it should be; empty: all are.
    [[nodiscard]] const std::string& wrong() const { return wrong_; }

private:
    const Json& json_;
    std::string wrong_;
};

template <Structure T>
bool take(const Json& json, T& value) {
    if (!json.is_object()) return false;
    FieldReader reader(json);
    fields(reader, value);
    return reader.wrong().empty();
}
template <class T>
bool take(const Json& json, std::vector<T>& values) {
    if (!json.is_array()) return false;
    return std::ranges::all_of(
        json, [&](const Json& each) { return take(each, values.emplace_back()); });
}
template <class T>
bool take(const Json& json, std::set<T>& values) {
    if (!json.is_array()) return false;
    return std::ranges::all_of(json, [&](const Json& each) {
        T value;
        if (!take(each, value)) return false;
        values.insert(std::move(value));
        return true;
    });
}
template <class T>
bool take(const Json& json, std::map<std::string, T>& values) {
    if (!json.is_object()) return false;
    for (const auto& [key, each] : json.items())
        if (!take(each, values[key])) return false;
    return true;
}
template <class T>
bool take(const Json& json, std::optional<T>& value) {
    return take(json, value.emplace());
}

/// Only collects how the fields are called.
class FieldNames {
public:
    template <class T>
    void operator()(const char* key, const T&, const char* = nullptr) {
        names.emplace_back(key);
    }
    template <class T>
    void optional(const char* key, const T&) {
        names.emplace_back(key);
    }
    void either(const char* key, bool, const char*, const char*) { names.emplace_back(key); }

    std::vector<std::string> names;
};

} // namespace ovd::disk
