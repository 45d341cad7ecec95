// SPDX-License-Identifier: Apache-2.0
#include "farm/discover.h"

#include "base/json.h"
#include "base/text.h"
#include "farm/address.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

namespace ovd {
namespace {

/// Only these keys leave the node: the configuration holds the database's password as well. It is
/// a flat JSON object with dotted keys, or an older nested one; both are cut down by text.
constexpr const char* database_look =
    R"sh(f=/var/spool/ovd/session-manager/config
[ -r "$f" ] || exit 0
{ grep -oE '"general\.sql\.(host|user|database)"[[:space:]]*:[[:space:]]*"[^"\\]*"' "$f" ||
  tr -d '\n' < "$f" | grep -oE '"sql"[[:space:]]*:[[:space:]]*\{[^}]*\}' |
    grep -oE '"(host|user|database)"[[:space:]]*:[[:space:]]*"[^"\\]*"'; } || exit 0)sh";

constexpr const char* version_look =
    R"sh(p=inuvika-ovd-session-manager
if command -v dpkg-query >/dev/null; then dpkg-query -W -f '${Version}' "$p" 2>/dev/null
else rpm -q --qf '%{VERSION}-%{RELEASE}' "$p" 2>/dev/null; fi || true)sh";

std::vector<Read> looks() {
    return {{"cat /etc/os-release", "", Millis{20'000}}, {"hostname", "", Millis{20'000}},
        {"ip -o -4 addr show scope global", "", Millis{20'000}},
        {"ip -4 route show default", "", Millis{20'000}}, {"ip -o link show", "", Millis{20'000}},
        {version_look, "", Millis{20'000}}, {database_look, "", Millis{20'000}}};
}

std::vector<std::string> words(const std::string& line) {
    std::istringstream in(line);
    std::vector<std::string> all;
    for (std::string word; in >> word;)
        all.push_back(word);
    return all;
}

/// The word after a word, or nothing.
std::string after(const std::vector<std::string>& all, const std::string& word) {
    const auto found = std::find(all.begin(), all.end(), word);
    return found == all.end() || found + 1 == all.end() ? "" : *(found + 1);
}

std::string unquoted(std::string value) {
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
        value.back() == value.front())
        return value.substr(1, value.size() - 2);
    return value;
}

void read_os(FoundNode& node, const std::string& text) {
    std::map<std::string, std::string> values;
    for (const auto& line : lines(text))
        if (const auto equals = line.find('='); equals != std::string::npos)
            values[line.substr(0, equals)] = unquoted(trim(line.substr(equals + 1)));
    node.distribution = values["PRETTY_NAME"];
    std::string id = values["ID"];
    const auto like = words(values["ID_LIKE"]);
    // And its rebuilds; Oracle Linux calls itself ol, like fedora alone.
    if (id == "ol" || std::find(like.begin(), like.end(), "rhel") != like.end()) id = "rhel";
    const std::string version = values["VERSION_ID"];
    if (!id.empty() && !version.empty()) node.platform = id + split(version, '.').front();
}

/// "2: eth0    inet 10.20.1.11/24 brd 10.20.1.255 scope global eth0". Secondary addresses may move.
void read_addresses(FoundNode& node, const std::string& text) {
    for (const auto& line : lines(text)) {
        const auto all = words(line);
        const auto cidr = split(after(all, "inet"), '/');
        if (cidr.size() != 2 || all.size() < 2) continue;
        if (std::find(all.begin(), all.end(), "secondary") != all.end()) continue;
        const auto address = parse_ipv4(cidr[0]);
        if (!address || cidr[1].empty() || cidr[1].size() > 2) continue;
        const int prefix = std::atoi(cidr[1].c_str());
        if (prefix < 1 || prefix > 32) continue;
        const std::uint32_t mask = ~std::uint32_t{0} << (32 - prefix);
        node.nics.push_back(
            {all[1], cidr[0], ipv4_text(*address & mask) + "/" + std::to_string(prefix)});
    }
}

/// "3: eth1@if7: <BROADCAST...> ... link/ether ...": network cards without an address.
void read_links(FoundNode& node, const std::string& text) {
    for (const auto& line : lines(text)) {
        const auto all = words(line);
        if (all.size() < 2 || line.find("link/ether") == std::string::npos) continue;
        std::string name = split(all[1], ':').front();
        name = split(name, '@').front();
        const bool made_up = name.starts_with("docker") || name.starts_with("veth") ||
                             name.starts_with("virbr") || name.starts_with("br-");
        const bool known = std::any_of(node.nics.begin(), node.nics.end(),
            [&](const FoundNic& nic) { return nic.name == name; });
        if (!made_up && !known) node.more_nics.push_back(name);
    }
}

void read_database(FoundNode& node, const std::string& text) {
    for (const auto& line : lines(text)) {
        const auto entry = parse_foreign_json("{" + line + "}");
        if (!entry.is_object() || entry.empty() || !entry.begin()->is_string()) continue;
        const std::string key = split(entry.begin().key(), '.').back();
        const std::string value = entry.begin()->get<std::string>();
        if (key == "database") node.database_name = value;
        if (key == "user") node.database_user = value;
        if (key == "host") node.database_host = value;
    }
}

} // namespace

Result<FoundNode> discover(Reader& reader) {
    const auto asked = looks();
    auto results = reader.read(asked);
    if (!results) return tl::unexpected(results.error());
    if (results->size() != asked.size())
        return fail(ErrorKind::internal, "The node gave another number of answers than questions.");
    const auto said = [&](std::size_t index) {
        const ReadResult& result = (*results)[index];
        return result.status == 0 && !result.timed_out ? result.output : std::string();
    };
    FoundNode node;
    read_os(node, said(0));
    const auto name = split(trim(said(1)), '.');
    if (!name.empty()) node.hostname = name.front();
    read_addresses(node, said(2));
    node.default_nic = after(words(said(3)), "dev");
    read_links(node, said(4));
    node.ovd_version = trim(said(5));
    read_database(node, said(6));
    return node;
}

} // namespace ovd
