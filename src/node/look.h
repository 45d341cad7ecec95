// SPDX-License-Identifier: Apache-2.0
// What is asked of a node. Typed, so that one small program there answers for everything that is
// asked at once (collector.h), the answer is judged here, and a simulated node needs no shell.
#pragma once

#include "node/read.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ovd {

/// A package is installed, whatever its version; the answer's output is the version.
struct PackageInstalled {
    enum class Database { dpkg, rpm };
    Database database = Database::dpkg;
    std::string name;
};
/// A systemd unit is (or is not) running, is (or is not) started at boot, and systemd has read (or
/// has not) its file as it is, as far as asked.
struct UnitState {
    std::string unit;
    std::optional<bool> running = {};
    std::optional<bool> enabled = {};
    std::optional<bool> loaded = {};
};
/// Something is there under this path, or nothing, or a file that is not empty.
struct PathState {
    enum class State { exists, missing, filled };
    std::string path;
    State state = State::exists;
};
/// A regular file, not a link, with these bytes, owner and mode.
struct FileState {
    std::string path;
    std::string owner;  ///< user:group
    std::string mode;   ///< octal
    std::string sha256; ///< of its bytes, in hexadecimal
};
/// A regular file, not a link, with one of these modes.
struct FileMode {
    std::string path;
    std::vector<std::string> modes; ///< octal, without zeros before
};
/// The host is called so: now, at the next boot, and in its full name up to the first dot.
struct HostName {
    std::string name;
};
/// The file has this line once, and no other that `replaces` (POSIX extended; empty: none) matches.
struct HasLine {
    std::string path;
    std::string line;
    std::string replaces = {};
};
/// Some line of the file matches a POSIX extended regular expression, or none does; a file that is
/// missing has none, which or_missing takes for well too.
struct LineLike {
    std::string path;
    std::string pattern;
    bool wanted = true;
    bool or_missing = false; ///< or empty
};
/// A key of a section of an INI file has this value.
struct IniKey {
    std::string path;
    std::string section;
    std::string key;
    std::string value;
};
/// /etc/hosts gives this name that IPv4 address, and no other.
struct HostAddress {
    std::string name;
    std::string address;
};
/// The XPath finds something (or nothing) in the configuration of the cluster, or in its state; a
/// cluster that does not answer has neither.
struct ClusterHas {
    enum class Part {
        configuration, ///< <configuration> of the CIB
        state          ///< what crm_mon says
    };
    Part part = Part::configuration;
    std::string xpath;
    bool wanted = true;
};

/// What can be asked, where a command is a Command.
template <class Command>
using LookOr = std::variant<Command, PackageInstalled, UnitState, PathState, FileState, FileMode,
    HostName, HasLine, LineLike, IniKey, HostAddress, ClusterHas>;

/// All must be answered by looking alone: a Read's command too changes nothing.
using Look = LookOr<Read>;

/// One line that says all of a look, such as "unit mysql: running, enabled"; no two that differ say
/// the same. Not for a Read, whose command says it.
[[nodiscard]] std::string describe(const Look& look);

/// What a person may type on the node to see the same.
[[nodiscard]] std::string by_hand(const Look& look);

} // namespace ovd
