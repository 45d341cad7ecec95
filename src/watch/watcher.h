// SPDX-License-Identifier: Apache-2.0
// Tells interruptions of the service, live and in the journal.
#pragma once

#include "engine/journal.h"
#include "engine/service_watch.h"
#include "ui/view.h"
#include "watch/prober.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

namespace ovd {

/// Makes probes only while a disruptive task runs, and after it until the service has been up for
/// two seconds. The journal learns of everything as it begins, since this program may be killed at
/// any moment: "watching" and "away" (still open) when they begin, "watched" and "away" when they
/// end. What a run before has left open is gone on with.
class Watcher final : public ServiceWatch {
public:
    using MakeProber = std::function<std::unique_ptr<Prober>()>;
    Watcher(Journal& journal, View& view, MakeProber make)
        : journal_(journal), view_(view), make_(std::move(make)) {}
    /// Writes down what is still away.
    ~Watcher() override;
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    /// Watches at once when the journal says that the service was being watched or is still away:
    /// what happens then is put down to the task of that time.
    void go_on();

    void begins(const std::string& task, const Step& step) override;
    void ends(const std::string& task) override;
    [[nodiscard]] std::optional<std::string> crossed() override;

private:
    struct Cause {
        std::string task;
        std::string section;
        Seconds limit{0};
    };
    void start(std::unique_lock<std::mutex>& lock, std::optional<WallTime> away_since);
    void watch(std::stop_token stop, std::optional<WallTime> away_since);
    void take(const Probed& probed);
    void go_away(WallTime when);
    void come_back(WallTime when);
    void look_at_limit();
    void record_away(std::optional<WallTime> back);
    void record_watching();
    [[nodiscard]] bool finished();

    Journal& journal_;
    View& view_;
    MakeProber make_;
    std::mutex mutex_;               ///< guards what begins() and ends() share with the thread
    std::condition_variable probed_; ///< the first answer of a stretch is there
    bool has_probed_ = false;
    std::set<std::string> running_;
    Cause cause_;
    std::optional<std::string> crossed_;
    bool watching_ = false;
    WallTime last_end_;
    // The thread's own.
    std::optional<WallTime> away_since_;
    std::optional<WallTime> up_since_;
    Cause away_cause_;
    std::string last_task_;
    bool seen_up_ = false;
    bool told_limit_ = false;
    bool unseen_ = false; ///< away when the run before ended, and not looked at since
    long probes_ = 0;
    double away_seconds_ = 0;
    WallTime began_;
    std::jthread thread_; ///< last: it ends before what it uses
};

} // namespace ovd
