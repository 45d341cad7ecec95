// SPDX-License-Identifier: Apache-2.0
// Tells interruptions of the service, live and in the journal.
#pragma once

#include "base/runtime.h"
#include "engine/events.h"
#include "engine/journal.h"
#include "engine/service_watch.h"
#include "watch/prober.h"

#include <functional>
#include <mutex>
#include <set>

namespace ovd {

/// Makes probes only while a disruptive task runs, and after it until the service has been up for
/// two seconds. The journal learns of everything as it begins, since this program may be killed at
/// any moment: WatchBegan and Outage (still open) when they begin, WatchEnded and Outage when they
/// end. What an earlier run has left open is resumed.
class Watcher final : public ServiceWatch {
public:
    using MakeProber = std::function<std::unique_ptr<Prober>()>;
    Watcher(Journal& journal, Events& events, Clock& clock, Threads& threads, MakeProber make)
        : journal_(journal), events_(events), clock_(clock), threads_(threads),
          make_(std::move(make)), probed_(threads.signal()) {}
    /// Writes down what is still away.
    ~Watcher() override;
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    /// Watches at once when the journal says that the service was being watched or is still away:
    /// what happens then is put down to the task of that time.
    void resume_watching();

    void begins(const std::string& task, const Step& step) override;
    void ends(const std::string& task) override;
    [[nodiscard]] std::optional<std::string> crossed() override;

private:
    struct Cause {
        std::string task;
        std::string section;
        Seconds limit{0};
    };
    void start(std::unique_lock<std::mutex>& lock, std::optional<Moment> away_since);
    void watch(std::stop_token stop, std::optional<Moment> away_since);
    void probe_until_finished(const std::stop_token& stop);
    void give_up(const std::string& why);
    void take(const Probed& probed);
    void go_away(Moment when);
    void come_back(Moment when);
    void look_at_limit();
    void record_away(std::optional<Moment> back);
    void record_watching();
    void end_thread();
    [[nodiscard]] bool finished();

    Journal& journal_;
    Events& events_;
    Clock& clock_;
    Threads& threads_;
    MakeProber make_;
    std::mutex mutex_;               ///< guards what begins() and ends() share with the thread
    std::unique_ptr<Signal> probed_; ///< the first answer of a stretch is there
    bool has_probed_ = false;
    std::set<std::string> running_;
    Cause cause_;
    std::optional<std::string> crossed_;
    bool watching_ = false;
    MonoTime last_end_;
    // The thread's own.
    std::optional<Moment> away_since_;
    std::optional<MonoTime> up_since_;
    Cause away_cause_;
    std::string last_task_;
    bool seen_up_ = false;
    bool told_limit_ = false;
    bool unseen_ = false; ///< away when the run before ended, and not looked at since
    long probes_ = 0;
    double away_seconds_ = 0;
    WallTime began_;
    std::unique_ptr<Thread> thread_; ///< last: it ends before what it uses
};

} // namespace ovd
