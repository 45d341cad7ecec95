// SPDX-License-Identifier: Apache-2.0
#include "ssh/supervisor.h"

#include "base/quote.h"

#include <fmt/format.h>

namespace ovd {
namespace {

// Making the job's folder decides who starts it: the same id never runs twice. The input is
// complete before the command starts, lies in memory (/run) for a moment, and has no name once it
// is open. The command leads a session of its own and holds nothing of the connection, so that it
// outlives it. The status is renamed into place last: where there is none, it has not ended.
constexpr std::string_view script = R"sh(trap '' HUP PIPE
umask 077
job=$1/jobs/$2
mkdir -p "$1/jobs" || exit 1
if mkdir "$job" 2>/dev/null; then
    in=/run/ovd-failover-$2
    head -c "$3" > "$in"
    if [ "$(wc -c < "$in")" -ne "$3" ]; then
        rm -rf "$in" "$job"
        printf '\n%s absent\n' "$6"
        exit 1
    fi
    printf '%s\n' "$4" > "$job/cmd"
    cat /proc/sys/kernel/random/boot_id > "$job/boot"
    : > "$job/out"
    date +%s.%N > "$job/started"
    setsid sh -c 'exec 3< "$2"
        rm -f "$2"
        echo $$ > "$1/pid.new" && mv "$1/pid.new" "$1/pid"
        umask 022
        cd / && sh -c "$3" <&3 3<&- > "$1/out" 2>&1
        rc=$?
        umask 077
        date +%s.%N > "$1/ended"
        echo $rc > "$1/rc.new"
        sync "$1/rc.new" 2>/dev/null
        mv "$1/rc.new" "$1/rc"' ovd-failover "$job" "$in" "$4" < /dev/null > /dev/null 2>&1 &
fi
n=0
while [ ! -e "$job/pid" ]; do
    if [ ! -d "$job" ] || [ $n -ge 600 ]; then printf '\n%s absent\n' "$6"; exit 1; fi
    sleep 0.02
    n=$((n + 1))
done
if [ ! -e "$job/rc" ] && [ "$(cat "$job/boot")" = "$(cat /proc/sys/kernel/random/boot_id)" ]; then
    tail -c "+$(($5 + 1))" -s 0.05 -f --pid="$(cat "$job/pid")" "$job/out"
else
    tail -c "+$(($5 + 1))" "$job/out"
fi
if [ -e "$job/rc" ]; then
    printf '\n%s ended %s %s %s %s\n' "$6" "$(cat "$job/rc")" "$(cat "$job/started")" "$(cat "$job/ended")" "$(date +%s.%N)"
else
    printf '\n%s lost\n' "$6"
fi)sh";

constexpr std::string_view look_script = R"sh(job={}
started=$(cat "$job/started" 2>/dev/null || echo 0)
now=$(date +%s.%N)
if [ ! -e "$job/pid" ]; then
    echo "absent -1 0 0 $now"
elif [ -e "$job/rc" ]; then
    echo "ended $(cat "$job/rc") $started $(cat "$job/ended") $now"
elif [ "$(cat "$job/boot")" != "$(cat /proc/sys/kernel/random/boot_id)" ]; then
    echo "lost -1 $started 0 $now"
elif kill -0 "$(cat "$job/pid")" 2>/dev/null; then
    echo "running -1 $started 0 $now"
else
    echo "lost -1 $started 0 $now"
fi
tail -c 1048576 "$job/out" 2>/dev/null || true)sh";

} // namespace

std::string supervisor_command(const std::string& folder, const std::string& id, std::size_t bytes,
    const std::string& command, std::size_t from, const std::string& mark) {
    return fmt::format("sh -c {} ovd-job {} {} {} {} {} {}", encode(script, Encoding::shell),
        shell_quote(folder), shell_quote(id), bytes, encode(command, Encoding::shell), from, mark);
}

std::string job_look(const std::string& folder, const std::string& id) {
    return fmt::format(look_script, shell_quote(folder + "/jobs/" + id));
}

} // namespace ovd
