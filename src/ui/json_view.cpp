// SPDX-License-Identifier: Apache-2.0
#include "ui/json_view.h"

#include "base/clock.h"

#include <cstdio>

namespace ovd {

void JsonView::put(nlohmann::ordered_json event) {
    const std::scoped_lock lock(mutex_);
    const auto replace = nlohmann::ordered_json::error_handler_t::replace;
    std::fputs((clean_(event.dump(-1, ' ', false, replace)) + "\n").c_str(), stdout);
    std::fflush(stdout);
}

void JsonView::section(const std::string& id, const std::string& title) {
    put({{"event", "section"}, {"section", id}, {"title", title}});
}

void JsonView::begins(
    const std::string& task, const std::string& title, const std::string& section) {
    put({{"event", "begins"}, {"task", task}, {"title", title}, {"section", section}});
}

void JsonView::doing(const std::string& task, const std::string& what) {
    put({{"event", "doing"}, {"task", task}, {"what", what}});
}

void JsonView::output(const std::string&, std::string_view) {}

void JsonView::note(const std::string& task, const std::string& text) {
    put({{"event", "note"}, {"task", task}, {"text", text}});
}

void JsonView::ends(const std::string& task, const TaskOutcome& outcome, double seconds) {
    put({{"event", "ends"}, {"task", task}, {"status", to_string(outcome.status)},
        {"how", to_string(outcome)}, {"message", outcome.message}, {"seconds", seconds}});
}

void JsonView::service(std::optional<std::chrono::system_clock::time_point> down_since) {
    if (down_since)
        put({{"event", "service"}, {"state", "down"}, {"since", iso_time(*down_since)}});
    else
        put({{"event", "service"}, {"state", "up"}});
}

void JsonView::error(const Error& error) {
    nlohmann::ordered_json event{{"event", "error"}, {"kind", to_string(error.kind)},
        {"message", error.message}, {"hint", error.hint}};
    if (error.where) event["where"] = to_string(*error.where);
    put(std::move(event));
}

void JsonView::say(const std::string& text) {
    put({{"event", "say"}, {"text", text}});
}

void JsonView::pause() {}
void JsonView::resume() {}

} // namespace ovd
