// SPDX-License-Identifier: Apache-2.0
// The practice farm's nodes have today's systemd, iproute2, iptables and PHP whatever they pass
// for. What the oldest platforms of the guide do not know is therefore looked for in the commands
// themselves.
#include "base/text.h"
#include "shipped.h"

#include <catch2/catch.hpp>
#include <regex>

using namespace ovd;

namespace {

/// A form of words, and since when it is known.
struct TooNew {
    const char* words; ///< a regular expression
    const char* since;
};

// RHEL 7: systemd 219, iptables 1.4.21, PHP 5.4, util-linux 2.23. Ubuntu 16.04: systemd 229,
// iproute2 4.3.
constexpr TooNew too_new[] = {
    {"systemctl show .*--value", "systemd 230"},
    {"\\bss -[a-z]*H", "iproute2 4.4"},
    {"iptables\\S*( \\}\\})? -w [0-9]", "iptables 1.6.0"},
    {" \\?\\? ", "PHP 7.0"},
    {"\\barray_column\\(", "PHP 5.5"},
    {"JSON_PRESERVE_ZERO_FRACTION\\)", "PHP 5.6.6"},
};

/// All that a task says to a node's shell or puts on it.
std::string words_of(const TaskPlan& task) {
    std::string words;
    const auto add = [&](const Operation& op) {
        words += command_of(op) + "\n";
        if (const auto* content = input_of(op)) words += content->display() + "\n";
    };
    for (const auto& op : task.ops)
        add(op);
    for (const auto& op : task.undo)
        add(op);
    for (const auto& probe : task.probes)
        if (const auto* shell = std::get_if<ShellProbe>(&probe)) words += shell->command + "\n";
    for (const auto& check : task.checks)
        words += check.command + "\n";
    return words;
}

std::string found_in(const std::string& words) {
    static const auto patterns = [] {
        std::vector<std::pair<std::regex, const char*>> all;
        for (const auto& each : too_new)
            all.emplace_back(each.words, each.since);
        return all;
    }();
    for (const auto& line : lines(words))
        for (const auto& [pattern, since] : patterns)
            if (std::regex_search(line, pattern)) return line + " (known since " + since + ")";
    return "";
}

} // namespace

TEST_CASE("no command is too new for the oldest platforms of the guide") {
    for (const auto& each : all_shipped_cases()) {
        if (each.platform != "rhel7" && each.platform != "ubuntu16") continue;
        const auto shipped = shipped_plan(each);
        for (std::size_t i = 0; i < shipped->plan.tasks.size(); ++i) {
            INFO(each.title() << ": " << shipped->plan.tasks[i].id);
            CHECK(found_in(words_of(shipped->plan.details[i])) == "");
        }
    }
}

TEST_CASE("a command that is too new is seen") {
    CHECK_FALSE(found_in("pid=$(systemctl show -p MainPID --value httpd)").empty());
    CHECK_FALSE(found_in("ss -Hltn 'sport = :3306'").empty());
    CHECK_FALSE(found_in("iptables -w 10 -t nat -S").empty());
    CHECK_FALSE(found_in("php -r '$c = 1;\necho $c[1] ?? 2;'").empty());
    CHECK(found_in("iptables -w -t nat -S\nss -ltn\nsystemctl show -p MainPID httpd").empty());
}
