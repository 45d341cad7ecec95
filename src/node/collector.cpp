// SPDX-License-Identifier: Apache-2.0
#include "node/collector.h"

#include "base/quote.h"

#include <fmt/format.h>
#include <set>
#include <string_view>

namespace ovd {
namespace {

/// Each thing once, as words of the shell.
class Words {
public:
    void add(const std::string& word) { words_.insert(word); }
    [[nodiscard]] bool empty() const { return words_.empty(); }
    [[nodiscard]] std::string text() const {
        std::string all;
        for (const auto& word : words_)
            all += (all.empty() ? "" : " ") + shell_quote(word);
        return all;
    }

private:
    std::set<std::string> words_;
};

/// Each part begins with a line "@part" and ends with "@ended STATUS". No line in between begins
/// with that sign, whatever the node holds: lines of files are told with a word before them.
constexpr std::string_view dpkg = R"(echo @packages
dpkg-query -W -f='${{Package}}\t${{Status}}\t${{Version}}\n' {} 2>/dev/null
echo "@ended $?"
)";

constexpr std::string_view rpm = R"(echo @packages
rpm -q --qf '%{{NAME}}\tinstall ok installed\t%{{VERSION}}\n' {} 2>/dev/null
echo "@ended 0"
)";

/// systemctl show says nothing sure of a unit that was made from an init script: is-enabled looks
/// at its links. Blocks come in the order of the units, an empty line between two.
constexpr std::string_view units = R"(echo @units
set -- {0}
load='' active='' file='' stale=''
tell() {{
  case $load,$file in
    not-found,*) ;;
    *, | *,bad | *,generated)
      if systemctl is-enabled --quiet "$1" 2>/dev/null </dev/null; then file=enabled; else file=disabled; fi ;;
  esac
  echo "$1 $load $active $stale $file"
  load='' active='' file='' stale=''
}}
while IFS='=' read -r key value && [ $# -gt 0 ]; do
  case $key in
    LoadState) load=$value ;;
    ActiveState) active=$value ;;
    UnitFileState) file=$value ;;
    NeedDaemonReload) stale=$value ;;
    '') [ -z "$load" ] || {{ tell "$1"; shift; }} ;;
  esac
done <<EOF
$(systemctl show -p LoadState -p ActiveState -p UnitFileState -p NeedDaemonReload {0} 2>/dev/null </dev/null)
EOF
[ $# -eq 0 ] || [ -z "$load" ] || tell "$1"
echo "@ended 0"
)";

constexpr std::string_view paths = R"(echo @paths
set -- {}
for path; do
  state=-
  [ ! -e "$path" ] || state=${{state}}e
  [ ! -s "$path" ] || state=${{state}}s
  [ ! -L "$path" ] || state=${{state}}l
  echo "$state $path"
done
echo "@ended 0"
)";

/// Leaves the regular files among the paths as "$@".
constexpr std::string_view regular_files = R"(set -- {}
for path; do
  shift
  [ ! -f "$path" ] || [ -L "$path" ] || set -- "$@" "$path"
done
)";

constexpr std::string_view modes = R"(echo @modes
[ $# -eq 0 ] || stat -c '%U:%G %a %n' -- "$@" 2>/dev/null
echo "@ended $?"
)";

constexpr std::string_view digests = R"(echo @digests
[ $# -eq 0 ] || sha256sum -- "$@" 2>/dev/null
echo "@ended $?"
)";

constexpr std::string_view contents = R"(set -- {0}
for path; do
  shift
  [ ! -f "$path" ] || set -- "$@" "$path"
done
echo @lines
[ $# -eq 0 ] || awk '
FNR == 1 {{ print "file " FILENAME; size = 0 }}
{{ size += length($0) + 1 }}
size > {1} {{ if (!said[FILENAME]++) print "long "; next }}
{{ print "line " $0 }}' "$@" 2>/dev/null
echo "@ended $?"
)";

constexpr std::string_view host_name = R"(echo @hostname
for file in /proc/sys/kernel/hostname /etc/hostname; do
  name=''
  read -r name 2>/dev/null <$file
  echo "$name"
done
hostname -f 2>/dev/null || echo
echo "@ended 0"
)";

constexpr std::string_view cib = R"(echo @cib
command -v cibadmin >/dev/null && cibadmin --query --xpath /cib/configuration 2>/dev/null
status=$?; echo; echo "@ended $status"
)";

constexpr std::string_view crm_mon = R"(echo @crm_mon
command -v crm_mon >/dev/null && {
  crm_mon -1 --output-as=xml 2>/dev/null || crm_mon --as-xml 2>/dev/null
}
status=$?; echo; echo "@ended $status"
)";

/// Gathers what is asked, by what answers it.
struct Wanted {
    Words dpkg_packages, rpm_packages, unit_names, path_names, mode_names, file_names,
        content_names;
    bool name = false;
    bool configuration = false;
    bool state = false;

    void operator()(const Read&) {}
    void operator()(const PackageInstalled& look) {
        (look.database == PackageInstalled::Database::dpkg ? dpkg_packages : rpm_packages)
            .add(look.name);
    }
    void operator()(const UnitState& look) { unit_names.add(look.unit); }
    void operator()(const PathState& look) { path_names.add(look.path); }
    void operator()(const FileState& look) {
        mode_names.add(look.path);
        file_names.add(look.path);
    }
    void operator()(const FileMode& look) { mode_names.add(look.path); }
    void operator()(const HostName&) { name = true; }
    void operator()(const HasLine& look) { content_names.add(look.path); }
    void operator()(const LineLike& look) { content_names.add(look.path); }
    void operator()(const IniKey& look) { content_names.add(look.path); }
    void operator()(const HostAddress&) { content_names.add("/etc/hosts"); }
    void operator()(const ClusterHas& look) {
        (look.part == ClusterHas::Part::configuration ? configuration : state) = true;
    }
};

} // namespace

Read collector_for(std::span<const Look> looks) {
    Wanted wanted;
    for (const auto& look : looks)
        std::visit(wanted, look);
    std::string script;
    const auto add = [&script](std::string_view part, const Words& words) {
        if (!words.empty())
            script += fmt::format(fmt::runtime(part), words.text(), most_lines_of_file);
    };
    add(dpkg, wanted.dpkg_packages);
    add(rpm, wanted.rpm_packages);
    add(units, wanted.unit_names);
    add(paths, wanted.path_names);
    add(regular_files, wanted.mode_names);
    if (!wanted.mode_names.empty()) script += modes;
    add(regular_files, wanted.file_names);
    if (!wanted.file_names.empty()) script += digests;
    add(contents, wanted.content_names);
    if (wanted.name) script += host_name;
    if (wanted.configuration) script += cib;
    if (wanted.state) script += crm_mon;
    if (!script.empty()) script = "LC_ALL=C; export LC_ALL\n" + script;
    return {std::move(script), {}, Millis{20'000}};
}

} // namespace ovd
