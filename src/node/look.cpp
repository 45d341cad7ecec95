// SPDX-License-Identifier: Apache-2.0
#include "node/look.h"

#include "base/overloaded.h"
#include "base/quote.h"
#include "base/text.h"

#include <fmt/format.h>

namespace ovd {
namespace {

std::string flag(const std::optional<bool>& wanted, std::string_view word) {
    if (!wanted) return "";
    return fmt::format(" {}{}", *wanted ? "" : "not ", word);
}

} // namespace

std::string describe(const Look& look) {
    return std::visit(
        Overloaded{
            [](const Read& each) { return each.command; },
            [](const PackageInstalled& each) {
                return fmt::format("package {} installed, says {}", each.name,
                    each.database == PackageInstalled::Database::dpkg ? "dpkg" : "rpm");
            },
            [](const UnitState& each) {
                return fmt::format("unit {}:{}{}{}", each.unit, flag(each.running, "running"),
                    flag(each.enabled, "enabled"), flag(each.loaded, "loaded"));
            },
            [](const PathState& each) {
                return fmt::format("path {} {}", each.path,
                    each.state == PathState::State::exists    ? "exists"
                    : each.state == PathState::State::missing ? "is missing"
                                                              : "is not empty");
            },
            [](const FileState& each) {
                return fmt::format(
                    "file {}: {} {} {}", each.path, each.owner, each.mode, each.sha256);
            },
            [](const FileMode& each) {
                return fmt::format("file {}: mode {}", each.path, join(each.modes, " or "));
            },
            [](const HostName& each) { return "host name " + each.name; },
            [](const HasLine& each) {
                return fmt::format("file {} has the line '{}' in place of /{}/", each.path,
                    each.line, each.replaces);
            },
            [](const LineLike& each) {
                return fmt::format("file {} {} {} line like /{}/", each.path,
                    each.or_missing ? "is missing or has" : "has", each.wanted ? "a" : "no",
                    each.pattern);
            },
            [](const IniKey& each) {
                return fmt::format(
                    "file {}: [{}] {} = {}", each.path, each.section, each.key, each.value);
            },
            [](const HostAddress& each) {
                return fmt::format("/etc/hosts: {} is {}", each.name, each.address);
            },
            [](const ClusterHas& each) {
                return fmt::format("{} has {}{}",
                    each.part == ClusterHas::Part::configuration ? "the CIB" : "crm_mon",
                    each.wanted ? "" : "no ", each.xpath);
            },
        },
        look);
}

std::string by_hand(const Look& look) {
    return std::visit(
        Overloaded{
            [](const Read& each) { return each.command; },
            [](const PackageInstalled& each) {
                return (each.database == PackageInstalled::Database::dpkg ? "dpkg -s "
                                                                          : "rpm -q ") +
                       shell_quote(each.name);
            },
            [](const UnitState& each) { return "systemctl status " + shell_quote(each.unit); },
            [](const PathState& each) { return "ls -ld " + shell_quote(each.path); },
            [](const FileState& each) {
                return fmt::format("ls -l {0}; echo {1} | sha256sum -c", shell_quote(each.path),
                    shell_quote(each.sha256 + "  " + each.path));
            },
            [](const FileMode& each) { return "ls -l " + shell_quote(each.path); },
            [](const HostName&) { return std::string("hostname; cat /etc/hostname; hostname -f"); },
            [](const HasLine& each) {
                return fmt::format(
                    "grep -nxF -e {} {}", shell_quote(each.line), shell_quote(each.path));
            },
            [](const LineLike& each) {
                return fmt::format(
                    "grep -nE -e {} {}", shell_quote(each.pattern), shell_quote(each.path));
            },
            [](const IniKey& each) {
                return fmt::format(
                    "grep -n -e '^\\[' -e {} {}", shell_quote(each.key), shell_quote(each.path));
            },
            [](const HostAddress& each) {
                return fmt::format("getent -s hosts:files ahostsv4 {}", shell_quote(each.name));
            },
            [](const ClusterHas& each) {
                return each.part == ClusterHas::Part::configuration
                           ? "cibadmin --query --xpath " + shell_quote(each.xpath)
                           : std::string("crm_mon -1");
            },
        },
        look);
}

} // namespace ovd
