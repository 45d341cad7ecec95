// SPDX-License-Identifier: Apache-2.0
#include "watch/watcher.h"

#include "base/text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace ovd {
namespace {

/// The service must have been there for this long after the last task before nobody looks any more.
constexpr Millis calm{2000};
/// A task that interrupts the service waits for the first answer, but not for ever.
constexpr Millis first_answer{3000};

} // namespace

Watcher::~Watcher() {
    end_thread();
}

void Watcher::end_thread() {
    if (thread_) thread_->request_stop();
    thread_.reset(); // waits
}

void Watcher::begins(const std::string& task, const Step& step) {
    std::unique_lock lock(mutex_);
    running_.insert(task);
    cause_ = {task, step.section, Seconds{step.limit}};
    record_watching();
    if (!watching_) start(lock, {});
}

/// The service was being watched when the run before ended, or it was still away.
void Watcher::resume_watching() {
    std::optional<Moment> away;
    bool open = false;
    Cause cause;
    for (const auto& record : journal_.records()) {
        if (record.as<WatchEnded>() != nullptr) open = away.has_value();
        if (const auto* began = record.as<WatchBegan>()) {
            open = true;
            cause = {began->task, began->section, Seconds{began->limit}};
        }
        const auto* outage = record.as<Outage>();
        if (outage == nullptr) continue;
        open = true;
        cause = {outage->task, outage->section, Seconds{outage->limit}};
        away.reset();
        if (!outage->to.empty()) continue;
        const auto since = epoch_of(outage->from);
        // How long ago that was only the wall clock can tell.
        const auto now = clock_.now();
        const WallTime wall{Millis{std::llround(since * 1000)}};
        const auto ago = std::max(now.wall - wall, WallTime::duration::zero());
        away = Moment{wall, now.mono - ago};
    }
    if (!open) return;
    std::unique_lock lock(mutex_);
    cause_ = cause;
    last_end_ = clock_.mono();
    record_watching();
    start(lock, away);
}

void Watcher::record_watching() {
    (void)journal_.write(
        WatchBegan{cause_.task, cause_.section, cause_.limit.count(), iso_time(clock_.wall())});
}

/// Ends when the service has been asked once: what goes away afterwards is seen going away.
void Watcher::start(std::unique_lock<std::mutex>& lock, std::optional<Moment> away_since) {
    end_thread();
    watching_ = true;
    has_probed_ = false;
    thread_ = threads_.start([this, away_since](std::stop_token stop) { watch(stop, away_since); });
    const auto until = clock_.mono() + first_answer;
    while (!has_probed_ && clock_.mono() < until)
        probed_->wait(lock, first_answer);
}

/// What is thrown here must not end the run, least of all while the service is down.
void Watcher::give_up(const std::string& why) {
    {
        const std::scoped_lock lock(mutex_);
        last_task_ = cause_.task;
        watching_ = false;
        has_probed_ = true; // nobody waits for an answer any more
        probed_->notify();
    }
    events_.note(last_task_, "the service is not watched any more: " + why);
}

void Watcher::ends(const std::string& task) {
    const std::scoped_lock lock(mutex_);
    running_.erase(task);
    last_end_ = clock_.mono();
}

std::optional<std::string> Watcher::crossed() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(crossed_, std::nullopt);
}

/// Nothing disruptive runs any more, and the service was there ever since.
bool Watcher::finished() {
    const std::scoped_lock lock(mutex_);
    const auto now = clock_.mono();
    const bool over =
        running_.empty() && up_since_ && now - *up_since_ > calm && now - last_end_ > calm;
    if (over) watching_ = false;
    last_task_ = cause_.task;
    return over;
}

void Watcher::watch(std::stop_token stop, std::optional<Moment> away_since) {
    away_since_ = away_since;
    up_since_.reset();
    told_limit_ = false;
    // It was seen going away, by the run before.
    seen_up_ = unseen_ = away_since.has_value();
    if (away_since) {
        const std::scoped_lock lock(mutex_);
        away_cause_ = cause_;
    }
    probes_ = 0;
    away_seconds_ = 0;
    began_ = clock_.wall();
    try {
        probe_until_finished(stop);
    } catch (const std::exception& error) {
        give_up(error.what());
    }
    if (away_since_ && seen_up_) record_away({});
    if (!away_since_ && seen_up_ && away_seconds_ == 0)
        events_.note(last_task_, "the service was up all the time");
    if (probes_ == 0) return; // nothing was seen: the next run goes on from there
    (void)journal_.write(WatchEnded{
        last_task_, iso_time(began_), iso_time(clock_.wall()), probes_, away_seconds_, seen_up_});
}

void Watcher::probe_until_finished(const std::stop_token& stop) {
    const auto prober = make_();
    while (!stop.stop_requested() && !finished()) {
        for (const auto& probed : prober->collect())
            take(probed);
        if (probes_ > 0) {
            const std::scoped_lock lock(mutex_);
            has_probed_ = true;
            probed_->notify();
        }
        look_at_limit();
    }
}

void Watcher::take(const Probed& probed) {
    ++probes_;
    if (probed.service == Service::down) {
        up_since_.reset();
        if (!away_since_) go_away(probed.began);
        if (std::exchange(unseen_, false)) {
            events_.note(away_cause_.task, "the service is still down");
            events_.service(away_since_->wall);
        }
        return;
    }
    if (!up_since_) up_since_ = probed.began.mono;
    if (away_since_) come_back(probed.began);
    seen_up_ = true;
}

void Watcher::go_away(Moment when) {
    away_since_ = when;
    told_limit_ = false;
    {
        const std::scoped_lock lock(mutex_);
        away_cause_ = cause_;
    }
    events_.note(away_cause_.task, seen_up_ ? "the service is down"
                                            : "the service does not answer from here: either it is "
                                              "down already, or [watch] in sheet.toml asks for "
                                              "something else than your users do");
    events_.service(when.wall);
    if (seen_up_) record_away({});
}

void Watcher::come_back(Moment when) {
    const auto seconds = seconds_between(away_since_->mono, when.mono);
    events_.service({});
    events_.note(
        away_cause_.task, unseen_ ? "the service is up again; nobody was watching when it came up"
                                  : fmt::format("the service is up again after {:.1f} s", seconds));
    record_away(when);
    unseen_ = false;
    away_seconds_ += seconds;
    away_since_.reset();
}

void Watcher::look_at_limit() {
    if (!away_since_ || told_limit_ || away_cause_.limit.count() == 0) return;
    const auto seconds = seconds_between(away_since_->mono, clock_.mono());
    if (seconds < static_cast<double>(away_cause_.limit.count())) return;
    told_limit_ = true;
    events_.note(away_cause_.task,
        fmt::format("the service has been down for {:.0f} s, longer than the limit of {} s",
            seconds, away_cause_.limit.count()));
    const std::scoped_lock lock(mutex_);
    crossed_ = away_cause_.section;
}

void Watcher::record_away(std::optional<Moment> back) {
    const auto end = back.value_or(clock_.now());
    (void)journal_.write(Outage{away_cause_.task, away_cause_.section, iso_time(away_since_->wall),
        back ? iso_time(back->wall) : "", seconds_between(away_since_->mono, end.mono),
        away_cause_.limit.count(), !seen_up_, unseen_});
}

} // namespace ovd
