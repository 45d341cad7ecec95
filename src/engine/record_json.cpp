// SPDX-License-Identifier: Apache-2.0
#include "engine/record_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <fmt/format.h>
#include <limits>
#include <span>
#include <utility>

namespace ovd {
namespace {

/// A value of an enumeration and its word on disk. The first word of a value is written; all are
/// read, since earlier versions had others.
template <class Value>
using Words = std::span<const std::pair<Value, std::string_view>>;

constexpr std::array status_words = {
    std::pair{TaskStatus::running, std::string_view{"intended"}},
    std::pair{TaskStatus::done, std::string_view{"ok"}},
    std::pair{TaskStatus::open, std::string_view{"open"}},
    std::pair{TaskStatus::failed, std::string_view{"failed"}},
    std::pair{TaskStatus::unknown, std::string_view{"unknown"}},
    std::pair{TaskStatus::rolled_back, std::string_view{"rolled back"}},
    std::pair{TaskStatus::rolled_back, std::string_view{"put back"}},
};
constexpr std::array how_words = {
    std::pair{TaskHow::none, std::string_view{""}},
    std::pair{TaskHow::ran, std::string_view{"done"}},
    std::pair{TaskHow::already, std::string_view{"already"}},
    std::pair{TaskHow::by_hand, std::string_view{"by hand"}},
    std::pair{TaskHow::answered, std::string_view{"answered"}},
};
constexpr std::array check_words = {
    std::pair{CheckState::passed, std::string_view{"passed"}},
    std::pair{CheckState::passed, std::string_view{"ok"}},
    std::pair{CheckState::changed, std::string_view{"changed"}},
    std::pair{CheckState::changed, std::string_view{"moved"}},
    std::pair{CheckState::known, std::string_view{"known failure"}},
    std::pair{CheckState::known, std::string_view{"as before"}},
    std::pair{CheckState::unanswered, std::string_view{"unanswered"}},
    std::pair{CheckState::unanswered, std::string_view{"waits"}},
    std::pair{CheckState::failed, std::string_view{"failed"}},
    std::pair{CheckState::failed, std::string_view{"bad"}},
};
constexpr std::array compare_words = {
    std::pair{Compare::exactly, std::string_view{"exactly"}},
    std::pair{Compare::roughly, std::string_view{"roughly"}},
    std::pair{Compare::slow, std::string_view{"slow"}},
    std::pair{Compare::first, std::string_view{"first"}},
    std::pair{Compare::never, std::string_view{"never"}},
};

constexpr Words<TaskStatus> words_of(TaskStatus) {
    return status_words;
}
constexpr Words<TaskHow> words_of(TaskHow) {
    return how_words;
}
constexpr Words<CheckState> words_of(CheckState) {
    return check_words;
}
constexpr Words<Compare> words_of(Compare) {
    return compare_words;
}

template <class Value>
std::string_view word_of(Value value) {
    const auto words = words_of(value);
    const auto found = std::ranges::find(words, value, [](const auto& each) { return each.first; });
    return found == words.end() ? std::string_view{} : found->second;
}

template <class R, class Kind>
concept Of = std::same_as<std::remove_const_t<R>, Kind>;

// What each record has, in the order in which it is written. `optional` is left out when it holds
// nothing; a third argument is what an earlier version called the field.

void fields(auto& a, Of<JournalHeader> auto& r) {
    a("ovd-failover-journal", r.version);
    a("run", r.run);
}

void fields(auto& a, Of<RunBegan> auto& r) {
    a("who", r.who);
    a("farm", r.farm);
    a("token", r.token);
    a("facts", r.facts);
    a.optional("home", r.home);
}

void fields(auto& a, Of<TaskChanged> auto& r) {
    a("task", r.task);
    a("state", r.status);
    a("chapter", r.chapter);
    a.optional("title", r.title);
    a.optional("how", r.how);
    a.optional("message", r.message);
    a.optional("digest", r.digest);
    a.optional("seconds", r.seconds);
}

void fields(auto& a, Of<CommandSent> auto& r) {
    a("task", r.task);
    a("op", r.op);
    a("job", r.job);
    a("command", r.command);
    a.optional("stdin", r.stdin_shown);
}

void fields(auto& a, Of<CommandEnded> auto& r) {
    a("task", r.task);
    a("job", r.job);
    a("status", r.status);
    a("started", r.started);
    a("finished", r.finished);
    a.optional("disruptive", r.disruptive);
    a("output", r.output);
}

void fields(auto& a, Of<HookChanged> auto& r) {
    a("task", r.task);
    a("hook", r.hook);
    a.either("state", r.begins, "begins", "ended");
}

void fields(auto& a, Of<QuestionAnswered> auto& r) {
    a("task", r.task);
    a("question", r.question);
    a.either("answer", r.done, "done", "not yet");
    a("text", r.text);
    a("by", r.by);
    a("who", r.who);
}

void fields(auto& a, Of<TaskInspected> auto& r) {
    a("task", r.task);
    a("found", r.found);
}

void fields(auto& a, Of<UndoSent> auto& r) {
    a("task", r.task);
    a("op", r.op);
    a("job", r.job);
    a("command", r.command);
}

void fields(auto& a, Of<PlanOutline::Section> auto& r) {
    a("id", r.id);
    a("title", r.title);
    a("chapter", r.chapter);
    a("chapter_title", r.chapter_title);
}

void fields(auto& a, Of<PlanOutline::Row> auto& r) {
    a("task", r.task);
    a("step", r.step);
    a("title", r.title);
    a("section", r.section);
    a("node", r.node);
    a("guide", r.guide);
    a.optional("differs", r.differs);
    a.optional("expect", r.expect);
}

void fields(auto& a, Of<PlanOutline> auto& r) {
    a("farm", r.farm);
    a("sections", r.sections);
    a("tasks", r.tasks);
    a("digest", r.digest);
}

void fields(auto& a, Of<SheetValue> auto& r) {
    a("is", r.text);
    a("compare", r.compare);
}

void fields(auto& a, Of<ChangedValue> auto& r) {
    a("value", r.value);
    a("before", r.before);
    a("now", r.now);
}

void fields(auto& a, Of<Word> auto& r) {
    a("good", r.good);
    a("text", r.text);
    a("who", r.who);
    a("time", r.time);
}

void fields(auto& a, Of<SheetCheckResult> auto& r) {
    a("name", r.name);
    a("check", r.kind);
    a("state", r.state);
    a("says", r.says);
    a("hint", r.hint);
    a("seconds", r.seconds);
    a("values", r.values);
    a("changed", r.changed, "moved");
    a.optional("troubled", r.troubled);
    a.optional("word", r.word);
}

void fields(auto& a, Of<SheetChecked> auto& r) {
    a("title", r.title);
    a.optional("task", r.task);
    a("failed", r.failed, "red");
    a("seconds", r.seconds);
    a("budget", r.budget);
    a("active", r.active);
    a("service", r.service);
    a("checks", r.checks);
}

void fields(auto& a, Of<WatchBegan> auto& r) {
    a("task", r.task);
    a("section", r.section);
    a("limit", r.limit);
    a("from", r.from);
}

void fields(auto& a, Of<Outage> auto& r) {
    a("task", r.task);
    a("section", r.section);
    a("from", r.from);
    a("to", r.to);
    a("seconds", r.seconds);
    a("limit", r.limit);
    a("began before", r.began_before);
    a.optional("at most", r.at_most);
}

void fields(auto& a, Of<WatchEnded> auto& r) {
    a("task", r.task);
    a("from", r.from);
    a("to", r.to);
    a("probes", r.probes);
    a("down", r.down, "away");
    a("seen", r.seen);
}

void fields(auto& a, Of<RunEnded> auto& r) {
    a("why", r.why);
    a("done", r.done);
    a("left", r.left);
    a("finished", r.finished);
}

/// The kinds by their place in Event; the header has none. The second name is that of an earlier
/// version.
struct KindName {
    std::string_view name;
    std::string_view old = {};
};
constexpr std::array<KindName, std::variant_size_v<Event>> kinds = {{{""}, {"begin"}, {"task"},
    {"sent"}, {"ended"}, {"hook"}, {"answer"}, {"inspected", "looked"}, {"undo", "put back"},
    {"outline"}, {"sheet"}, {"watching"}, {"outage", "away"}, {"watched"}, {"stop"}}};

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

bool take(const Json& json, std::string& value) {
    if (!json.is_string()) return false;
    value = json.get<std::string>();
    return true;
}
bool take(const Json& json, bool& value) {
    if (!json.is_boolean()) return false;
    value = json.get<bool>();
    return true;
}
bool take(const Json& json, double& value) {
    if (!json.is_number() || !std::isfinite(json.get<double>())) return false;
    value = json.get<double>();
    return true;
}
bool take(const Json& json, Json& value) {
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

/// Does something with an empty event of the kind at this place of Event.
template <class Use, std::size_t... Places>
void with_event_at(std::size_t place, const Use& use, std::index_sequence<Places...>) {
    (void)((place == Places && (use(Event{std::in_place_index<Places>}), true)) || ...);
}
template <class Use>
void with_event_at(std::size_t place, const Use& use) {
    with_event_at(place, use, std::make_index_sequence<std::variant_size_v<Event>>{});
}

} // namespace

Json to_json(const Event& event) {
    Json json = Json::object();
    json["kind"] = kinds[event.index()].name;
    Writer writer(json);
    std::visit([&](const auto& each) { fields(writer, each); }, event);
    return json;
}

Json to_json(const Record& record) {
    Json json = Json::object();
    if (const auto* header = record.as<JournalHeader>()) {
        json["ovd-failover-journal"] = header->version; // the line is known by its first field
        json["seq"] = record.seq;
        json["time"] = record.time;
        json["run"] = header->run;
        return json;
    }
    json["seq"] = record.seq;
    json["time"] = record.time;
    json.update(to_json(record.event));
    return json;
}

tl::expected<Record, std::string> record_of(const Json& json) {
    const auto not_known = [](const std::string& field) {
        return tl::unexpected(
            fmt::format("\"{}\" of this line is not what this version knows.", field));
    };
    Record record;
    FieldReader line(json);
    std::string kind;
    line("seq", record.seq);
    line("time", record.time);
    line("kind", kind);
    if (!line.wrong().empty()) return not_known(line.wrong());
    std::size_t place = 0;
    if (!json.contains("ovd-failover-journal")) {
        const auto found = std::ranges::find_if(kinds, [&](const KindName& each) {
            return !kind.empty() && (each.name == kind || each.old == kind);
        });
        if (found == kinds.end()) return not_known("kind");
        place = static_cast<std::size_t>(found - kinds.begin());
    }
    with_event_at(place, [&](Event event) { record.event = std::move(event); });
    std::string wrong;
    std::visit(
        [&](auto& event) {
            FieldReader reader(json);
            fields(reader, event);
            wrong = reader.wrong();
        },
        record.event);
    if (!wrong.empty()) return not_known(wrong);
    return record;
}

std::map<std::string, std::vector<std::string>> fields_by_kind() {
    std::map<std::string, std::vector<std::string>> all;
    for (std::size_t place = 1; place < kinds.size(); ++place)
        with_event_at(place, [&](const Event& event) {
            FieldNames collected;
            std::visit([&](const auto& each) { fields(collected, each); }, event);
            all[std::string(kinds[place].name)] = collected.names;
        });
    return all;
}

std::string_view task_of(const Event& event) {
    return std::visit(
        [](const auto& each) -> std::string_view {
            if constexpr (requires { each.task; })
                return each.task;
            else
                return {};
        },
        event);
}

} // namespace ovd
