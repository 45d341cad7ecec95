// SPDX-License-Identifier: Apache-2.0
#include "ssh/supervisor.h"

#include "base/quote.h"
#include "base/text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

// The scripts run under dash and bash, with coreutils 8.22 and later. They hold no single quotes,
// so that they stay legible inside the quotes of the command line.

namespace ovd {
namespace {

/// Shared by the supervisor and by the look at a job; wants $dir.
constexpr std::string_view common_script = R"sh(
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin HOME=/root; export PATH HOME
now() { date +%s.%N; }
# The words of a file of the job; $2, or 0, when it has none.
of() { set -- "${2:-0}" $(cat "$dir/$1" 2>/dev/null); [ $# -eq 1 ] || shift; echo "$*"; }
# When a process began, in ticks since the boot: a number given out again does not look like it.
birth() { set -- $(cat "/proc/$1/stat" 2>/dev/null); echo "${22:-gone}"; }
alive() {
    [ "$(of boot)" = "$(cat /proc/sys/kernel/random/boot_id)" ] || return 1
    if [ ! -s "$dir/pid" ]; then
        # It is only just being started.
        [ $(( $(date +%s) - $(stat -c %Y "$dir/boot") )) -lt 10 ]
        return
    fi
    set -- $(of pid)
    [ "$(birth "$1")" = "$2" ]
}
# The result is looked for again after the process: it may have ended in between.
phase() {
    if [ -e "$dir/rc" ]; then echo ended
    elif alive; then echo running
    elif [ -e "$dir/rc" ]; then echo ended
    else echo lost; fi
}
)sh";

/// $1 id, $2 bytes, $3 command, $4 mark, $5 start or attach, $6 offset, $7 run_dir, $8 token.
constexpr std::string_view supervise_script = R"sh(
mark=$4 offset=$6 lease=$7/lease jobs=$7/jobs dir=$7/jobs/$1 token=$8
usual=$(umask)
umask 077
say() { printf "%s %s\n" "$mark" "$*" || exit 0; }
# The job is of the run that has the lock of this node.
ours() {
    holder="nobody" held=
    { read -r holder; read -r held; read -r held; read -r held; } 2>/dev/null <"$lease"
    [ "$held" = "$token" ]
}
# The job itself, in a session of its own: no end of a connection reaches it.
job="
dir=\$1 input=\$2
# Into the room that was made for it: also when the disk is full by now.
put() { printf %-64s \"\$2\" | dd of=\$dir/\$1.new conv=notrunc\$3 2>/dev/null && mv \$dir/\$1.new \$dir/\$1; }
set -- \"\$3\" \$(cat /proc/\$\$/stat)
put pid \"\$\$ \${23}\" || exit
[ -z \"\$input\" ] || { exec <\"\$input\"; rm -f \"\$input\"; }
cd /
umask $usual
sh -c \"\$1\"
rc=\$?
umask 077
put ended \$(date +%s.%N)
# What it did outlives a power cut before anybody is told that it is done.
sync
put rc \$rc ,fsync
"
if [ ! -d "$dir" ]; then
    [ "$5" = start ] || { say absent; exit 0; }
    mkdir -p "$jobs" || { say refused "$jobs cannot be made"; exit 0; }
    input="" new=""
    trap "rm -rf \"\$input\" \"\$new\"" 0
    trap "exit 1" HUP INT PIPE TERM
    if [ "$2" -gt 0 ]; then
        # Before the job is: input that never comes in full leaves no trace of it.
        input=$(mktemp /run/ovd-job.XXXXXX 2>/dev/null) || input=$(mktemp "$jobs/.input.XXXXXX") ||
            { say refused "no file can be made for its input"; exit 0; }
        timeout 900 head -c "$2" >"$input" || { say refused "its input cannot be kept in $input"; exit 0; }
        got=$(wc -c <"$input")
        [ "$got" -eq "$2" ] || { say short "$got"; exit 0; }
    fi
    # Whole before it has its name, on disk before it begins: a node that loses power still knows that it did.
    # With room for what is told of it later: a disk that fills up meanwhile must not cost its result.
    { new=$(mktemp -d "$jobs/.new.XXXXXX") && printf "%s\n" "$3" >"$new/cmd" && : >"$new/out" &&
        now >"$new/started" && printf %64s "" >"$new/pid.new" && printf %64s "" >"$new/ended.new" &&
        printf %64s "" >"$new/rc.new" &&
        dd if=/proc/sys/kernel/random/boot_id of="$new/boot" conv=fsync; } 2>/dev/null ||
        { say refused "$jobs cannot be written"; exit 0; }
    if [ -n "$token" ]; then
        # The lock stays whose it is until the job has begun.
        { exec 9>>"$lease.lock" && flock 9; } 2>/dev/null || { say refused "$lease.lock cannot be used"; exit 0; }
        ours || { say fenced "$holder"; exit 0; }
    fi
    if mv -T "$new" "$dir" 2>/dev/null; then
        sync "$jobs" # the name too; older ones sync everything
        setsid sh -c "$job" ovd-job "$dir" "$input" "$3" </dev/null >>"$dir/out" 2>&1 9>&- &
        input=
    elif [ ! -d "$dir" ]; then
        say refused "$dir cannot be made"; exit 0
    fi
    exec 9>&-
fi
exec </dev/null
until [ -s "$dir/pid" ] || [ "$(phase)" != running ]; do sleep 0.01; done
say begun "$(of started)"
# A look costs the node two processes, so they grow rarer: what took long is told a little later.
state=running looks=0 beat=0
while :; do
    if [ -e "$dir/rc" ]; then state=ended
    elif [ $(( looks % 8 )) -eq 7 ]; then state=$(phase); fi
    size=$(wc -c <"$dir/out")
    if [ "$size" -gt "$offset" ]; then
        more=$(( size - offset ))
        [ "$more" -le 1048576 ] || more=1048576
        say data "$more"
        tail -c "+$(( offset + 1 ))" "$dir/out" | head -c "$more" || exit 0
        offset=$(( offset + more )) beat=$looks
        # Nothing is slept away before the rest of what is there already.
        [ "$state" = running ] && [ "$more" -lt 1048576 ] || continue
    fi
    case $state in
    ended) say end "$(of rc -1)" "$(of started)" "$(of ended)" "$(now)"; exit 0 ;;
    lost) say lost "$(of started)" "$(now)"; exit 0 ;;
    esac
    case $looks in
    [0-3]) sleep 0.03 ;;
    [4-9]) sleep 0.06 ;;
    1?) sleep 0.15 ;;
    ??) sleep 0.3 ;;
    *) sleep 0.5 ;;
    esac
    looks=$(( looks + 1 ))
    [ $(( looks - beat )) -lt 8 ] || { beat=$looks && say beat; }
done
)sh";

/// Wants $dir.
constexpr std::string_view look_script = R"sh(
if [ -d "$dir" ]; then
    phase=$(phase)
    echo "$phase" "$(of rc -1)" "$(of started)" "$(of ended)" "$(now)"
    tail -c 1048576 "$dir/out" 2>/dev/null
else
    echo absent 0 0 0 "$(now)"
fi
true
)sh";

/// Any other word is no phase: a job that is believed to be lost would begin anew.
bool read_phase(const std::string& word, JobState::Phase& into) {
    using Phase = JobState::Phase;
    constexpr std::array phases = {std::pair{std::string_view("absent"), Phase::absent},
        std::pair{std::string_view("running"), Phase::running},
        std::pair{std::string_view("ended"), Phase::ended},
        std::pair{std::string_view("lost"), Phase::lost}};
    for (const auto& [name, phase] : phases)
        if (word == name) {
            into = phase;
            return true;
        }
    return false;
}

/// The whole word must be the number.
template <class Number>
bool read_number(const std::string& word, Number& into) {
    const auto* end = word.data() + word.size();
    const auto [at, error] = std::from_chars(word.data(), end, into);
    if constexpr (std::is_floating_point_v<Number>)
        if (!std::isfinite(into)) return false;
    return error == std::errc{} && at == end;
}

} // namespace

std::string supervisor_words(const Job& job, const Supervise& how) {
    const auto script = std::string(common_script) + std::string(supervise_script);
    return fmt::format("sh -c {} ovd-job {} {} {} {} {} {} {} {}", shell_quote(script),
        shell_quote(job.id), job.input.size(), shell_quote(job.command), how.mark,
        how.may_start ? "start" : "attach", how.offset, shell_quote(how.run_dir),
        shell_quote(job.token));
}

Read look_at_job(const std::string& id, const std::string& run_dir) {
    return {
        fmt::format("dir={}{}{}", shell_quote(run_dir + "/jobs/" + id), common_script, look_script),
        {}, Millis{20'000}};
}

Result<JobState> understand_look(const ReadResult& result) {
    const auto end = result.output.find('\n');
    const auto words = split(result.output.substr(0, end), ' ');
    JobState state;
    if (result.status != 0 || end == std::string::npos || words.size() != 5 ||
        !read_phase(words[0], state.phase) || !read_number(words[1], state.status) ||
        !read_number(words[2], state.started) || !read_number(words[3], state.ended) ||
        !read_number(words[4], state.now))
        return fail(ErrorKind::unknown,
            "the record of the job cannot be read: " +
                (result.timed_out ? "it took too long" : trim(result.output.substr(0, 300))));
    if (state.phase != JobState::Phase::ended) state.status = -1;
    state.output = result.output.substr(end + 1);
    return state;
}

} // namespace ovd
