// SPDX-License-Identifier: Apache-2.0
#include "watch/watcher.h"

#include "base/text.h"

#include <fmt/format.h>

namespace ovd {
namespace {

/// The service must have been there for this long after the last task before nobody looks any more.
constexpr Millis calm{2000};

double seconds_between(WallTime from, WallTime to) {
    return std::chrono::duration<double>(to - from).count();
}

} // namespace

Watcher::~Watcher() {
    thread_ = {}; // stops and waits
}

void Watcher::begins(const std::string& task, const Step& step) {
    const std::scoped_lock lock(mutex_);
    running_.insert(task);
    cause_ = {task, step.section, Seconds{step.limit}};
    if (watching_) return;
    thread_ = {};
    watching_ = true;
    thread_ = std::jthread([this](std::stop_token stop) { watch(stop); });
}

void Watcher::ends(const std::string& task) {
    const std::scoped_lock lock(mutex_);
    running_.erase(task);
    last_end_ = std::chrono::system_clock::now();
}

std::optional<std::string> Watcher::crossed() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(crossed_, std::nullopt);
}

/// Nothing disruptive runs any more, and the service was there ever since.
bool Watcher::finished() {
    const std::scoped_lock lock(mutex_);
    const auto now = std::chrono::system_clock::now();
    const bool over =
        running_.empty() && up_since_ && now - *up_since_ > calm && now - last_end_ > calm;
    if (over) watching_ = false;
    last_task_ = cause_.task;
    return over;
}

void Watcher::watch(std::stop_token stop) {
    away_since_.reset();
    up_since_.reset();
    seen_up_ = told_limit_ = false;
    probes_ = 0;
    away_seconds_ = 0;
    began_ = std::chrono::system_clock::now();
    const auto prober = make_();
    while (!stop.stop_requested() && !finished()) {
        for (const auto& probed : prober->collect())
            take(probed);
        look_at_limit();
    }
    if (away_since_ && seen_up_) record_away({});
    if (!away_since_ && seen_up_ && away_seconds_ == 0)
        view_.note(last_task_, "the service was there all the time");
    (void)journal_.write({{"kind", "watched"}, {"task", last_task_}, {"from", iso_time(began_)},
        {"to", iso_time(std::chrono::system_clock::now())}, {"probes", probes_},
        {"away", away_seconds_}, {"seen", seen_up_}});
}

void Watcher::take(const Probed& probed) {
    ++probes_;
    if (probed.service == Service::down) {
        up_since_.reset();
        if (!away_since_) go_away(probed.began);
        return;
    }
    if (!up_since_) up_since_ = probed.began;
    if (away_since_) come_back(probed.began);
    seen_up_ = true;
}

void Watcher::go_away(WallTime when) {
    away_since_ = when;
    told_limit_ = false;
    {
        const std::scoped_lock lock(mutex_);
        away_cause_ = cause_;
    }
    view_.note(away_cause_.task, seen_up_ ? "the service is away"
                                          : "the service does not answer from here: either it is "
                                            "away already, or [watch] in sheet.toml asks for "
                                            "something else than your users do");
}

void Watcher::come_back(WallTime when) {
    const auto seconds = seconds_between(*away_since_, when);
    view_.note(away_cause_.task, fmt::format("the service is back after {:.1f} s", seconds));
    record_away(when);
    away_seconds_ += seconds;
    away_since_.reset();
}

void Watcher::look_at_limit() {
    if (!away_since_ || told_limit_ || away_cause_.limit.count() == 0) return;
    const auto seconds = seconds_between(*away_since_, std::chrono::system_clock::now());
    if (seconds < static_cast<double>(away_cause_.limit.count())) return;
    told_limit_ = true;
    view_.note(away_cause_.task,
        fmt::format("the service has been away for {:.0f} s, longer than the limit of {} s",
            seconds, away_cause_.limit.count()));
    const std::scoped_lock lock(mutex_);
    crossed_ = away_cause_.section;
}

void Watcher::record_away(std::optional<WallTime> back) {
    const auto end = back.value_or(std::chrono::system_clock::now());
    (void)journal_.write(
        {{"kind", "away"}, {"task", away_cause_.task}, {"from", iso_time(*away_since_)},
            {"to", back ? iso_time(*back) : ""}, {"seconds", seconds_between(*away_since_, end)},
            {"limit", away_cause_.limit.count()}, {"began before", !seen_up_}});
}

} // namespace ovd
