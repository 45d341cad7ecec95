// SPDX-License-Identifier: Apache-2.0
#include "ui/text_view.h"

#include "base/text.h"

#include <cstdio>
#include <fmt/format.h>

namespace ovd {
namespace {

constexpr const char* red = "31";
constexpr const char* green = "32";
constexpr const char* yellow = "33";
constexpr const char* bold = "1";
constexpr const char* faint = "2";

/// Where text begins in "  done     osm1   Title".
constexpr std::size_t text_column = 18;

/// "osm1" of "install-wget@osm1"; "-" for a task on no node.
std::string node_of(const std::string& task) {
    const auto at = task.find('@');
    return at == std::string::npos ? "-" : task.substr(at + 1);
}

const char* color_of(const TaskOutcome& outcome) {
    switch (outcome.status) {
    case TaskStatus::done:
        return outcome.how == TaskHow::already ? faint : green;
    case TaskStatus::open:
    case TaskStatus::interrupted:
    case TaskStatus::rolled_back:
    case TaskStatus::pending:
    case TaskStatus::running:
        return yellow;
    case TaskStatus::failed:
    case TaskStatus::unknown:
        return red;
    }
    return "";
}

/// What went wrong stands out without colours too.
std::string word_of(const TaskOutcome& outcome) {
    switch (outcome.status) {
    case TaskStatus::failed:
        return "FAILED";
    case TaskStatus::unknown:
        return "UNKNOWN";
    case TaskStatus::rolled_back:
        return "undone";
    case TaskStatus::interrupted:
        return "stopped";
    case TaskStatus::done:
    case TaskStatus::open:
    case TaskStatus::pending:
    case TaskStatus::running:
        return std::string(to_string(outcome));
    }
    return "";
}

} // namespace

TextView::TextView(ViewOptions options, std::function<std::string(std::string_view)> clean)
    : options_(options), clean_(std::move(clean)) {
    if (options_.live) ticker_ = std::jthread([this](std::stop_token stop) { tick(stop); });
}

TextView::~TextView() {
    ticker_ = {}; // stops and waits
    const std::scoped_lock lock(mutex_);
    clear_live();
}

std::string TextView::paint(const std::string& text, const char* color) const {
    return options_.color ? fmt::format("\x1b[{}m{}\x1b[0m", color, text) : text;
}

void TextView::clear_live() {
    if (live_shown_) std::fputs("\r\x1b[K", stdout);
    live_shown_ = false;
}

void TextView::line(const std::string& text) {
    clear_live();
    std::fputs((text + "\n").c_str(), stdout);
    std::fflush(stdout);
}

void TextView::indented(const std::string& text, const std::string& indent) {
    for (const auto& part : lines(text))
        line(indent + part);
}

/// A line of its own for each part, all in the column where the first one begins after the mark.
void TextView::hanging(std::string mark, const std::vector<std::string>& parts) {
    for (const auto& part : parts) {
        line(mark + part);
        mark = std::string(text_column, ' ');
    }
}

std::size_t TextView::room() const {
    return options_.width > text_column + 22 ? options_.width - text_column : 22;
}

void TextView::draw_live() {
    if (!options_.live || paused_ > 0 || (running_.empty() && !down_since_)) return;
    clear_live();
    std::string text;
    if (down_since_) {
        const std::chrono::duration<double> away = std::chrono::system_clock::now() - *down_since_;
        text = fmt::format("  SERVICE AWAY {:.1f} s", away.count());
    }
    for (const auto& [task, state] : running_) {
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - state.since;
        text += fmt::format("{}{} {} {}", text.empty() ? "  ... " : " | ", node_of(task),
            state.doing.empty() ? state.title : state.doing, human_seconds(passed.count()));
    }
    text = clean_(text);
    // Cut between characters: a byte of the form 10xxxxxx never begins one.
    std::size_t end = std::min(text.size(), options_.width - 1);
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    std::fputs(paint(text.substr(0, end), down_since_ ? red : faint).c_str(), stdout);
    std::fflush(stdout);
    live_shown_ = true;
}

void TextView::tick(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (!soon_.wait_for(lock, stop, std::chrono::milliseconds(200), [] { return false; }) &&
           !stop.stop_requested())
        draw_live();
}

void TextView::section(const std::string& id, const std::string& title) {
    const std::scoped_lock lock(mutex_);
    sections_[id] = title;
}

/// Sections run side by side: the heading is written when something of it is, not when it begins.
void TextView::heading_for(const std::string& task) {
    const auto found = running_.find(task);
    if (found == running_.end() || found->second.section == shown_section_) return;
    shown_section_ = found->second.section;
    line("");
    line(fmt::format("{}  {}", paint(sections_[shown_section_], bold),
        paint("(" + shown_section_ + ")", faint)));
}

void TextView::begins(
    const std::string& task, const std::string& title, const std::string& section) {
    const std::scoped_lock lock(mutex_);
    running_[task] = {title, section, "", std::chrono::steady_clock::now()};
}

void TextView::doing(const std::string& task, const std::string& what) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = running_.find(task); found != running_.end()) found->second.doing = what;
    if (!options_.verbose) return;
    heading_for(task);
    line(fmt::format("      {}: {}", node_of(task), clean_(what)));
}

void TextView::output(const std::string& task, std::string_view text) {
    if (!options_.verbose) return;
    const std::scoped_lock lock(mutex_);
    heading_for(task);
    indented(clean_(text), fmt::format("      {}: ", node_of(task)));
}

void TextView::note(const std::string& task, const std::string& text) {
    const std::scoped_lock lock(mutex_);
    heading_for(task);
    hanging(
        paint(fmt::format("  note     {:<6} ", node_of(task)), yellow), wrap(clean_(text), room()));
}

void TextView::ends(const std::string& task, const TaskOutcome& outcome, double seconds) {
    const std::scoped_lock lock(mutex_);
    auto title = task;
    heading_for(task);
    if (const auto found = running_.find(task); found != running_.end())
        title = found->second.title;
    running_.erase(task);
    auto parts = wrap(title, room());
    if (seconds >= 0.95) { // what took no time to speak of needs no figure
        const auto time = "(" + human_seconds(seconds) + ")";
        const bool fits = columns(parts.back()) + 1 + columns(time) <= room();
        if (fits)
            parts.back() += " " + paint(time, faint);
        else
            parts.push_back(paint(time, faint));
    }
    hanging(fmt::format("  {} {:<6} ",
                paint(fmt::format("{:<8}", word_of(outcome)), color_of(outcome)), node_of(task)),
        parts);
    const bool has_more = outcome.ok() ? outcome.how != TaskHow::already : !outcome.error;
    if (has_more && !outcome.message.empty())
        indented(clean_(outcome.message), std::string(text_column, ' '));
}

void TextView::service(std::optional<std::chrono::system_clock::time_point> down_since) {
    const std::scoped_lock lock(mutex_);
    down_since_ = down_since;
    if (!down_since_) clear_live();
    draw_live();
}

void TextView::error(const Error& error) {
    const std::scoped_lock lock(mutex_);
    clear_live();
    std::fflush(stdout);
    const auto where = error.where ? to_string(*error.where) + ": " : "";
    std::fputs(fmt::format("{} {}{}\n", paint("Error:", red), where, clean_(error.message)).c_str(),
        stderr);
    if (!error.hint.empty())
        std::fputs(
            fmt::format("{}  {}\n", paint("Hint:", yellow), clean_(error.hint)).c_str(), stderr);
    std::fflush(stderr);
}

void TextView::say(const std::string& text) {
    const std::scoped_lock lock(mutex_);
    line(clean_(text));
}

void TextView::say_painted(const std::string& text) {
    const std::scoped_lock lock(mutex_);
    line(text);
}

void TextView::pause() {
    const std::scoped_lock lock(mutex_);
    clear_live();
    ++paused_;
}

void TextView::resume() {
    const std::scoped_lock lock(mutex_);
    if (paused_ > 0) --paused_;
}

} // namespace ovd
