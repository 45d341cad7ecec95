// SPDX-License-Identifier: Apache-2.0
#include "ssh/guard_script.h"

#include "base/quote.h"
#include "base/text.h"

#include <cstdlib>
#include <fmt/format.h>

// Runs under dash and bash, with coreutils 8.22 and systemd 219 and later.

namespace ovd {
namespace {

constexpr int not_ours = 77;
constexpr int not_drilled = 78;
constexpr int at_work = 79;

/// Wants $base.
constexpr std::string_view functions = R"sh(
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin HOME=/root; export PATH HOME
umask 077
armed=$base/guard.armed fired=$base/guard.fired lease=$base/lease
timer=ovd-failover-guard.timer
boot=$(cat /proc/sys/kernel/random/boot_id)
mkdir -p "$base" && exec 9>>"$base/guard.lock" || exit 1
flock -w 60 9 || exit 79

seconds_up() { read -r up _ </proc/uptime; echo "${up%%.*}"; }
# When a process began, in ticks since the boot: a number given out again does not look like it.
birth() { set -- $(cat "/proc/$1/stat" 2>/dev/null); echo "${22:-gone}"; }
ours() { [ "$(sed -n 4p "$lease" 2>/dev/null)" = "$1" ]; }
beat() { echo "$(seconds_up) $boot $1" >"$armed/beat.new" && mv -f "$armed/beat.new" "$armed/beat"; }
stop_timer() { systemctl disable --now "$timer" >/dev/null 2>&1; }
start_timer() {
    systemctl enable "$timer" >/dev/null 2>&1 && systemctl restart "$timer" && systemctl is-active --quiet "$timer"
}

# $1 token, $2 limit. With room for what it will have to tell, and for what restoring may need: the disk may be full by then.
make_armed() {
    rm -rf "$armed.new"
    mkdir "$armed.new" && echo "$1" >"$armed.new/token" && sed -n "1s/ .*//p" "$lease" >"$armed.new/run" 2>/dev/null
    printf %4096s "" >"$armed.new/report" && : >"$armed.new/log" &&
        head -c 1048576 /dev/zero >"$armed.new/room" &&
        echo "$(seconds_up) $boot $2" >"$armed.new/beat" || return
    mv -T "$armed.new" "$armed"
}

# Ends the jobs of the run that are under way, as far as they can be ended.
end_jobs() {
    for dir in "$base/jobs/$(cat "$armed/run")"-*; do
        [ -d "$dir" ] && [ ! -e "$dir/rc" ] && [ "$(cat "$dir/boot" 2>/dev/null)" = "$boot" ] || continue
        tries=0
        until [ -s "$dir/pid" ] || [ "$tries" -ge 20 ]; do tries=$(( tries + 1 )); sleep 0.1; done
        set -- $(cat "$dir/pid" 2>/dev/null)
        [ "$(birth "${1:-0}")" = "${2:-}" ] || continue
        kill -TERM "-$1" 2>/dev/null
        tries=0
        while kill -0 "-$1" 2>/dev/null; do
            tries=$(( tries + 1 ))
            [ "$tries" -ne 30 ] || kill -KILL "-$1" 2>/dev/null
            [ "$tries" -lt 50 ] || break
            sleep 0.1
        done
        [ ! -e "$dir/rc" ] || continue
        for file in ended:"$(date +%s.%N)" rc:143; do
            printf %-64s "${file#*:}" | dd of="$dir/${file%%:*}.new" conv=notrunc,fsync 2>/dev/null &&
                mv "$dir/${file%%:*}.new" "$dir/${file%%:*}"
        done
    done
}

part() ( cd / && umask 022 && exec timeout -k 5 300 sh "$armed/$1" </dev/null >>"$armed/log" 2>&1 9>&- )

# $1: why
fire() {
    rm -f "$armed/room"
    true >"$armed/firing" # not ":", which would end the shell where that cannot be
    if ! is_drill "$armed"; then fence; end_jobs; fi
    kept=no undone=
    keep=$(find "$armed" -name "*.keep" | sort | tail -n 1)
    if [ -n "$keep" ] && part "${keep##*/}"; then
        kept=yes
    else
        for file in $(find "$armed" -name "*.undo" | sort -r); do
            file=${file##*/}
            part "$file"
            undone="$undone
undone ${file%.undo} $?"
        done
    fi
    printf "at %s\nwhy %s\nkept %s%s\n%2048s" "$(date +%s.%N)" "$1" "$kept" "$undone" "" |
        dd of="$armed/report" conv=notrunc 2>/dev/null
    sync
    rm -rf "$fired"
    mv -T "$armed" "$fired" && sync
    stop_timer
}

# The node takes no job any more of the start that armed it; see the supervisor of jobs. A later start has a lock of its own.
fence() {
    # What is just being begun is begun when this lock is had.
    ( flock -w 60 8 ) 8>>"$lease.lock" 2>/dev/null
    ! ours "$(cat "$armed/token")" || rm -f "$lease"
}
is_drill() { case $(cat "$1/token" 2>/dev/null) in drill*) ;; *) return 1 ;; esac; }

# Fires when it is time to.
check() {
    [ -d "$armed" ] || { stop_timer; return; }
    read -r at of limit 2>/dev/null <"$armed/beat" || of=
    if [ -e "$armed/firing" ]; then why="it was interrupted while it restored the service"
    elif [ "$of" != "$boot" ]; then why="the node has restarted"
    elif [ "$(( $(seconds_up) - at ))" -gt "$limit" ]; then
        why="nothing was heard of ovd-failover for $limit s"
    else
        return
    fi
    fire "$why"
}

tell() {
    if [ -d "$fired" ]; then
        echo phase fired
        echo token "$(cat "$fired/token")"
        cat "$fired/report"
        echo
        echo output
        tail -c 20000 "$fired/log"
    elif [ -d "$armed" ]; then
        echo phase armed
        echo token "$(cat "$armed/token")"
    else
        echo phase none
    fi
}

# A harmless undo that nobody holds off: it has to be seen before a real one is trusted.
drill() {
    mine=drill-$$-$(seconds_up) stamp="$boot $(sha256sum <"$base/guard.sh")"
    [ "$(cat "$base/guard.drilled" 2>/dev/null)" != "$stamp" ] || return 0
    : >"$base/guard.drill" && make_armed "$mine" -1 && echo "rm -f \"$base/guard.drill\"" >"$armed/0.undo" || return
    start_timer || { rm -rf "$armed"; stop_timer; return 1; }
    flock -u 9
    tries=0
    until [ -d "$fired" ] && [ ! -e "$base/guard.drill" ] || [ "$tries" -ge 200 ]; do
        tries=$(( tries + 1 ))
        sleep 0.2
    done
    flock -w 60 9 || return
    # Somebody else may have come meanwhile, and what is there now is not ours.
    if [ "$(cat "$armed/token" 2>/dev/null)" = "$mine" ]; then rm -rf "$armed"; stop_timer; return 1; fi
    [ "$(cat "$fired/token" 2>/dev/null)" = "$mine" ] || return
    rm -rf "$fired"
    echo "$stamp" >"$base/guard.drilled"
}

# $1: where the units are
remove() {
    rm -rf "$armed" "$fired"
    stop_timer
    [ -e "$1/$timer" ] || return 0
    rm -f "$1/$timer" "$1/ovd-failover-guard.service" "$base/guard.sh"
    systemctl daemon-reload
}

# Puts stdin there unless it is there already; true when it was not.
put() {
    cat >"$1.new" || exit 1
    if cmp -s "$1.new" "$1"; then rm -f "$1.new"; return 1; fi
    mv -f "$1.new" "$1" || exit 1
}
)sh";

/// What the timer starts.
constexpr std::string_view service_unit = R"([Unit]
Description=ovd-failover: restore the service when nobody goes on with what took it down
After=multi-user.target

[Service]
Type=oneshot
ExecStart=/bin/sh {}/guard.sh
)";

constexpr std::string_view timer_unit = R"([Unit]
Description=ovd-failover: ask every few seconds whether somebody still goes on

[Timer]
OnBootSec=1
OnActiveSec=1
OnUnitInactiveSec=3
AccuracySec=1

[Install]
WantedBy=timers.target
)";

std::string beginning(const GuardPlace& place) {
    return fmt::format("base={}\n{}", shell_quote(place.base), functions);
}

std::string units_at(const GuardPlace& place) {
    return fmt::format("units={}\n", shell_quote(place.units));
}

/// In a function, so that one that arrives in half does nothing.
Read order(const GuardPlace& place, const std::string& lines, Millis timeout) {
    return {beginning(place) + "order() {\n" + lines + "}\norder\n", {}, timeout};
}

/// Lines of a file, word by word, as its text and a here-document.
std::string put_file(const std::string& path, const std::string& text, const std::string& then) {
    return fmt::format("if put \"{}\" <<'OVD_FAILOVER_END'\n{}\nOVD_FAILOVER_END\nthen {}; fi\n",
        path, text, then);
}

/// Whole, and on disk, before what it undoes begins.
std::string put_part(const std::string& file, const std::string& command) {
    return fmt::format("printf '%s\\n' {0} | dd of=\"$armed/{1}.new\" conv=fsync 2>/dev/null && "
                       "mv -f \"$armed/{1}.new\" \"$armed/{1}\" || exit 1\n",
        shell_quote(command), file);
}

std::vector<std::string> words_of(const std::string& line) {
    return split(trim(line), ' ');
}

} // namespace

std::string guard_program(const GuardPlace& place) {
    return "#!/bin/sh\n# Put here by ovd-failover, which takes it away again when all is well.\n" +
           beginning(place) + "check";
}

Read guard_arm(const GuardPlace& place, const std::string& token, Seconds limit,
    std::span<const TaskUndo> undos) {
    const auto quoted = shell_quote(token);
    std::string lines = units_at(place);
    lines += fmt::format("ours {} || exit {}\n", quoted, not_ours);
    // Of a drill whose wizard has lost its connection.
    lines += "for dir in \"$armed\" \"$fired\"; do ! is_drill \"$dir\" || rm -rf \"$dir\"; done\n";
    lines += "[ ! -d \"$fired\" ] || { tell; exit 0; }\n";
    lines += fmt::format("if [ -d \"$armed\" ] && [ \"$(cat \"$armed/token\")\" != {} ]; then "
                         "exit {}; fi\n",
        quoted, not_ours);
    lines += "fresh=\nif [ ! -d \"$armed\" ]; then\nreload=\nfresh=yes\n";
    lines += put_file("$base/guard.sh", guard_program(place), ":");
    lines += put_file(
        "$units/ovd-failover-guard.service", fmt::format(service_unit, place.base), "reload=yes");
    lines += put_file("$units/ovd-failover-guard.timer", std::string(timer_unit), "reload=yes");
    lines += "[ -z \"$reload\" ] || systemctl daemon-reload || exit 1\n";
    lines += fmt::format("drill || exit {}\nours {} || exit {}\nmake_armed {} {} || exit 1\nfi\n",
        not_drilled, quoted, not_ours, quoted, limit.count());
    for (const auto& undo : undos) {
        lines += put_part(undo.name + ".undo", undo.command);
        if (!undo.keep.empty()) lines += put_part(undo.name + ".keep", undo.keep);
    }
    // The disk may take its time: that does not count as silence.
    lines += "if [ -n \"$fresh\" ]; then sync; else sync \"$armed\"; fi # older ones sync all\n"
             "systemctl is-active --quiet \"$timer\" && systemctl is-enabled --quiet \"$timer\" || "
             "start_timer || exit 1\n";
    lines += fmt::format("beat {} || exit 1\ntell\n", limit.count());
    return order(place, lines, Millis{120'000});
}

Read guard_renew(const GuardPlace& place, const std::string& token) {
    const auto quoted = shell_quote(token);
    return order(place,
        fmt::format("if [ -d \"$armed\" ] && [ ! -e \"$armed/firing\" ] && ours {0} && "
                    "[ \"$(cat \"$armed/token\")\" = {0} ]; then\n"
                    "    read -r _ of limit <\"$armed/beat\" || exit 1\n"
                    "    [ \"$of\" != \"$boot\" ] || beat \"$limit\" || exit 1\nfi\ntell\n",
            quoted),
        Millis{20'000});
}

Read guard_fire(const GuardPlace& place, const std::string& token) {
    return order(place,
        fmt::format("if [ -d \"$armed\" ]; then\n    ours {} || exit {}\n    fire \"ovd-failover "
                    "asked for it\"\nfi\ntell\n",
            shell_quote(token), not_ours),
        Millis{900'000});
}

Read guard_disarm(const GuardPlace& place, const std::string& token) {
    return order(place,
        units_at(place) + fmt::format("[ ! -d \"$fired\" ] || {{ tell; exit 0; }}\n"
                                      "[ ! -d \"$armed\" ] || ours {} || exit {}\n"
                                      "remove \"$units\"\ntell\n",
                              shell_quote(token), not_ours),
        Millis{60'000});
}

Read guard_forget(const GuardPlace& place) {
    return order(
        place, units_at(place) + "[ -d \"$armed\" ] || remove \"$units\"\ntell\n", Millis{60'000});
}

Read guard_look(const GuardPlace& place) {
    return order(place, "tell\n", Millis{20'000});
}

Result<GuardState> understand_guard(const std::string& node, const ReadResult& result) {
    if (result.status == not_ours)
        return fail(ErrorKind::refused,
            fmt::format(
                "{}: its lock is not this run's any more, so its guard does not listen.", node),
            "Check how far the other run is: ovd-failover status");
    if (result.status == at_work)
        return fail(ErrorKind::remote,
            node + ": its guard is restoring the service at this moment.",
            "Run again in a minute: what it did is told first.");
    if (result.status == not_drilled)
        return fail(ErrorKind::remote,
            fmt::format("{}: its guard was drilled, and was not seen to restore anything: {}", node,
                trim(result.output)),
            fmt::format("On {}: systemctl status ovd-failover-guard.timer "
                        "ovd-failover-guard.service",
                node));
    if (result.status != 0 || result.timed_out)
        return fail(result.timed_out ? ErrorKind::unknown : ErrorKind::remote,
            fmt::format("{}: its guard cannot be used: {}", node,
                result.timed_out ? "it took too long" : trim(result.output)),
            "Check that /var/lib and /etc/systemd/system on the node are writable.");
    GuardState state;
    bool known = false;
    bool output = false;
    for (const auto& line : split(result.output, '\n')) {
        if (output) {
            state.output += line + "\n";
            continue;
        }
        const auto words = words_of(line);
        if (words.size() < 2) {
            output = words.size() == 1 && words[0] == "output";
            continue;
        }
        const auto rest = trim(line).substr(words[0].size() + 1);
        if (words[0] == "phase") {
            known = true;
            if (rest == "none")
                state.phase = GuardState::Phase::none;
            else if (rest == "armed")
                state.phase = GuardState::Phase::armed;
            else if (rest == "fired")
                state.phase = GuardState::Phase::fired;
            else
                known = false;
        }
        if (words[0] == "token") state.token = rest;
        if (words[0] == "at") state.at = std::strtod(rest.c_str(), nullptr);
        if (words[0] == "why") state.why = rest;
        if (words[0] == "kept") state.kept = rest == "yes";
        if (words[0] == "undone" && words.size() == 3)
            state.undone.push_back({words[1], std::atoi(words[2].c_str())});
    }
    state.output = trim(state.output);
    if (!known)
        return fail(ErrorKind::unknown,
            fmt::format("{}: what its guard says cannot be read: {}", node,
                trim(result.output.substr(0, 300))),
            "Run again.");
    return state;
}

} // namespace ovd
