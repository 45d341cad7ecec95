// SPDX-License-Identifier: Apache-2.0
#include "faults.h"

#include <algorithm>
#include <array>

namespace ovd::sim {
namespace {

constexpr std::array names = {
    std::pair{Fault::crash, std::string_view{"crash"}},
    std::pair{Fault::operator_power, std::string_view{"operator-power"}},
    std::pair{Fault::interrupt, std::string_view{"interrupt"}},
    std::pair{Fault::hang_up, std::string_view{"hang-up"}},
    std::pair{Fault::refused, std::string_view{"refused"}},
    std::pair{Fault::cut, std::string_view{"cut"}},
    std::pair{Fault::long_cut, std::string_view{"long-cut"}},
    std::pair{Fault::late, std::string_view{"late"}},
    std::pair{Fault::twice, std::string_view{"twice"}},
    std::pair{Fault::reboot, std::string_view{"reboot"}},
    std::pair{Fault::node_gone, std::string_view{"node-gone"}},
    std::pair{Fault::clock_forward, std::string_view{"clock-forward"}},
    std::pair{Fault::clock_back, std::string_view{"clock-back"}},
    std::pair{Fault::node_clock, std::string_view{"node-clock"}},
    std::pair{Fault::command_fails, std::string_view{"command-fails"}},
    std::pair{Fault::command_hangs, std::string_view{"command-hangs"}},
    std::pair{Fault::check_fails, std::string_view{"check-fails"}},
    std::pair{Fault::command_idle, std::string_view{"command-idle"}},
    std::pair{Fault::look_unclear, std::string_view{"look-unclear"}},
    std::pair{Fault::wait_stuck, std::string_view{"wait-stuck"}},
    std::pair{Fault::journal_full, std::string_view{"journal-full"}},
    std::pair{Fault::not_yet, std::string_view{"not-yet"}},
    std::pair{Fault::slow_person, std::string_view{"slow-person"}},
    std::pair{Fault::red_sheet, std::string_view{"red-sheet"}},
    std::pair{Fault::too_long, std::string_view{"too-long"}},
};

constexpr Millis hour{3'600'000};

} // namespace

std::string_view to_string(Fault fault) {
    for (const auto& [each, name] : names)
        if (each == fault) return name;
    return "?";
}

std::vector<Fault> all_faults() {
    std::vector<Fault> all;
    for (const auto& [fault, name] : names)
        all.push_back(fault);
    return all;
}

void Faults::moment(Moment_of where, const std::string& node, const Job* job) {
    ++count_;
    if (on_moment) on_moment(count_);
    if (planned_.empty() && due_.empty()) return;
    for (const auto& each : planned_)
        if (each.at == count_) due_.push_back(each.fault);
    for (std::size_t i = 0; i < due_.size();) {
        const auto fault = due_[i];
        // Taken out first: what strikes may not come back.
        due_.erase(due_.begin() + static_cast<long>(i));
        if (!strike(fault, where, node, job)) {
            due_.insert(due_.begin() + static_cast<long>(i), fault);
            ++i;
        }
    }
}

bool Faults::take(Fault fault) {
    const auto found = std::ranges::find(due_, fault);
    if (found == due_.end()) return false;
    due_.erase(found);
    ++struck[std::string(to_string(fault))];
    world_.history.add(world_.scheduler->now(), "fault {}", to_string(fault));
    return true;
}

bool Faults::strike(Fault fault, Moment_of where, const std::string& node, const Job* job) {
    auto& scheduler = *world_.scheduler;
    const bool at_node = where == Moment_of::send || where == Moment_of::begun ||
                         where == Moment_of::reply || where == Moment_of::read;
    const auto told = [&] {
        world_.disturbed.insert(std::string(to_string(fault)));
        ++struck[std::string(to_string(fault))];
        world_.history.add(
            scheduler.now(), "fault {} at moment {} {}", to_string(fault), count_, node);
    };
    const auto interrupt = [&] {
        auto& process = scheduler.process();
        if (!process.stopped) process.stopped = scheduler.mono();
        process.stop.request_stop();
    };
    switch (fault) {
    case Fault::crash:
        told();
        scheduler.kill(scheduler.process());
        return true;
    case Fault::operator_power:
        told();
        for (auto& [name, disk] : world_.disks)
            if (disk.locked_by == scheduler.process().id)
                disk.bytes.resize(
                    disk.durable + chance_.below(disk.bytes.size() - disk.durable + 1));
        scheduler.kill(scheduler.process());
        return true;
    case Fault::interrupt:
        told();
        interrupt();
        return true;
    case Fault::hang_up:
        told();
        hung_up = true;
        interrupt();
        return true;
    case Fault::refused:
        if (!at_node) return false;
        told();
        world_.cut(node, chance_.between(5'000, 90'000));
        return true;
    case Fault::cut:
        if (!at_node) return false;
        told();
        world_.cut(node, Millis{0});
        return true;
    case Fault::long_cut:
        if (!at_node) return false;
        told();
        world_.cut(node, chance_.between(170'000, 600'000));
        return true;
    case Fault::late:
        if (where != Moment_of::send || job == nullptr) return false;
        told();
        world_.deliver_later(node, *job, scheduler.process().id, chance_.between(10, 120'000));
        scheduler.kill(scheduler.process());
        return true;
    case Fault::twice:
        if (where != Moment_of::send || job == nullptr) return false;
        told();
        world_.deliver_later(node, *job, scheduler.process().id, chance_.between(1, 5'000));
        return true;
    case Fault::reboot:
        if (!at_node) return false;
        told();
        world_.power_loss(node, chance_.between(5'000, 120'000));
        return true;
    case Fault::node_gone:
        if (!at_node) return false;
        told();
        world_.power_loss(node, hour);
        world_.machines.at(node).gone = true;
        return true;
    case Fault::clock_forward:
        told();
        scheduler.jump(hour);
        return true;
    case Fault::clock_back:
        told();
        scheduler.jump(-hour);
        return true;
    case Fault::node_clock:
        if (!at_node) return false;
        told();
        world_.machines.at(node).clock_off += chance_.once_in(2) ? hour : -hour;
        return true;
    case Fault::command_fails:
        told();
        ++world_.fail_next;
        return true;
    case Fault::command_hangs:
        told();
        ++world_.slow_next;
        return true;
    case Fault::check_fails:
        told();
        ++world_.refuse_checks;
        return true;
    case Fault::command_idle:
        told();
        ++world_.idle_next;
        return true;
    case Fault::look_unclear:
        told();
        ++world_.unclear_looks;
        return true;
    case Fault::wait_stuck:
        told();
        world_.stuck_waits += 2000;
        return true;
    case Fault::journal_full:
        told();
        for (auto& [name, disk] : world_.disks)
            if (disk.locked_by == scheduler.process().id)
                disk.full = chance_.once_in(2) ? 1 : 1'000'000; // somebody makes room, or not
        world_.way_back_chosen = world_.journal_failed = true;
        return true;
    case Fault::not_yet:
    case Fault::slow_person:
    case Fault::red_sheet:
    case Fault::too_long:
        return false; // taken where people and sheets are asked
    }
    return false;
}

} // namespace ovd::sim
