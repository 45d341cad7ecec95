// SPDX-License-Identifier: Apache-2.0
#include "farm/rules.h"

#include "base/pattern.h"
#include "base/text.h"
#include "farm/address.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

constexpr const char* lower_case = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr const char* letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

tl::unexpected<Error> bad(std::string message, std::string hint) {
    return fail(ErrorKind::farm, std::move(message), std::move(hint));
}

bool only(std::string_view text, const std::string& allowed) {
    return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_label(const std::string& text) {
    return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
           only(text, std::string(lower_case) + "-");
}

/// An error for a word that is none of a few.
Status one_of(
    const std::string& what, const std::string& text, const std::vector<std::string>& known) {
    if (std::find(known.begin(), known.end(), text) != known.end()) return {};
    const std::string near = nearest(text, known);
    return bad(fmt::format("\"{}\" is not {}.", text, what),
        near.empty() ? fmt::format("Write one of: {}", join(known, " "))
                     : fmt::format("Did you mean \"{}\"? There are: {}", near, join(known, " ")));
}

} // namespace

const std::vector<std::string>& node_ids() {
    static const std::vector<std::string> ids{"osm1", "osm2", "pcs3", "pcs4", "dbmy"};
    return ids;
}

const std::vector<std::string>& role_ids() {
    static const std::vector<std::string> ids{"oas", "ofs", "esg", "owa", "ac"};
    return ids;
}

Status check_address(const std::string& text) {
    const auto address = parse_ipv4(text);
    if (!address)
        return bad(fmt::format("\"{}\" is not an IPv4 address.", text),
            "Write four numbers from 0 to 255 without leading zeros: 10.20.1.11");
    const auto first = *address >> 24;
    if (first == 0 || first == 127 || first >= 224)
        return bad(fmt::format("{} is not an address that a machine of a farm can have.", text),
            "Write the address that the other machines reach it by: 10.20.1.11");
    return {};
}

Status check_range(const std::string& text) {
    if (parse_subnet(text)) return {};
    const auto slash = text.find('/');
    if (slash == std::string::npos && parse_ipv4(text))
        return bad(fmt::format("\"{}\" has no prefix length.", text),
            fmt::format("Write {0}/32 for one machine, {0}/24 for a subnet.", text));
    // Host bits are the likeliest slip; then the subnet that was meant is known.
    for (int prefix = 0; slash != std::string::npos && prefix <= 32; ++prefix) {
        const auto address = parse_ipv4(text.substr(0, slash));
        if (!address || text.substr(slash + 1) != std::to_string(prefix)) continue;
        const std::uint32_t mask = prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
        return bad(fmt::format("\"{}\" is a machine in a subnet, not a subnet.", text),
            fmt::format("Write {}/{}", ipv4_text(*address & mask), prefix));
    }
    return bad(fmt::format("\"{}\" is not a subnet.", text),
        "Write the network address and prefix length: 10.20.1.0/24");
}

Status check_subnet(const std::string& text) {
    if (auto good = check_range(text); !good) return good;
    const auto subnet = parse_subnet(text);
    if (subnet->prefix < 8 || subnet->prefix > 30)
        return bad(fmt::format("{} cannot be the subnet of a VLAN with these nodes.", text),
            "Write a prefix length from 8 to 30: 10.20.1.0/24");
    return {};
}

Status check_hostname(const std::string& text) {
    if (is_label(text)) return {};
    return bad(fmt::format("\"{}\" is not a host name.", text),
        "Write the short name: up to 63 lower-case letters, digits and hyphens, with no hyphen at "
        "either end, such as osm1");
}

Status check_domain(const std::string& text) {
    const auto labels = split(text, '.');
    if (!labels.empty() && text.size() <= 253 &&
        std::all_of(labels.begin(), labels.end(), is_label) && !parse_ipv4(text))
        return {};
    return bad(fmt::format("\"{}\" is not a domain name.", text),
        "Write lower-case letters, digits, hyphens and dots, such as priv or ovd.example.com");
}

Status check_interface(const std::string& text) {
    if (!text.empty() && text.size() <= 15 && only(text, std::string(letters) + "._-") &&
        text.front() != '-' && text.front() != '.')
        return {};
    return bad(fmt::format("\"{}\" is not the name of a network interface.", text),
        "Write the name that `ip -br link` shows on the node, at most 15 characters: eth0");
}

Status check_platform(
    const std::string& text, const PlatformList& platforms, bool allow_outside_guide) {
    if (auto good = one_of("a platform there are steps for", text, platforms.ids()); !good)
        return good;
    if (allow_outside_guide || platforms.is_in_guide(text)) return {};
    return bad(fmt::format("{} is not on the list of platforms that the guide supports.", text),
        "To continue anyway, write allow_outside_guide = true in [farm]");
}

Status check_role(const std::string& text) {
    return one_of("a role", text, role_ids());
}

Status check_os(const std::string& text) {
    return one_of("an operating system known here", text, {"linux", "windows"});
}

Status check_access(const std::string& text) {
    return one_of("a way for farm servers to name the Session Manager", text, {"ip", "dns"});
}

Status check_cluster_name(const std::string& text) {
    if (!text.empty() && text.size() <= 32 && only(text, std::string(letters) + "_-")) return {};
    return bad(fmt::format("\"{}\" is not a name for a cluster.", text),
        "Write up to 32 letters, digits, hyphens and underscores: ovd-sm");
}

Status check_database_word(const std::string& text) {
    // 32: the longest user name of MySQL. No hyphen: such a name must be quoted in every statement.
    if (!text.empty() && text.size() <= 32 && only(text, std::string(letters) + "_")) return {};
    return bad(fmt::format("\"{}\" is not a name for a database or its user here.", text),
        "Write up to 32 letters, digits and underscores: ovd");
}

Status check_server_name(const std::string& text) {
    if (!text.empty() && text.size() <= 63 && only(text, std::string(letters) + "._-") &&
        text.front() != '-' && text.front() != '.')
        return {};
    return bad(fmt::format("\"{}\" is not a name for a farm server.", text),
        "Write up to 63 letters, digits, hyphens, underscores and dots: oas1");
}

Status check_line(const std::string& text) {
    const bool printable = std::none_of(text.begin(), text.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (!trim(text).empty() && printable) return {};
    return bad(text.empty() ? "This is empty." : "This is not one line of text.",
        "Write one line of text.");
}

Status check_mail_hub(const std::string& text) {
    if (is_like(text, "[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?")) return {};
    return bad(fmt::format("\"{}\" is not a mail server.", text),
        "Write host or host:port: smtp.example.com:587");
}

Status check_mail_address(const std::string& text) {
    if (is_like(text, "[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"))
        return {};
    return bad(fmt::format("\"{}\" is not a mail address.", text), "Write name@example.com");
}

/// It stands in ssmtp's and msmtp's files, where a quote or a hash would end it.
Status check_mail_user(const std::string& text) {
    if (is_like(text, "[A-Za-z0-9._@+-]+")) return {};
    return bad(fmt::format("\"{}\" is not a login at a mail server.", text),
        "Letters, digits and . _ @ + - may be in it");
}

Result<Login> parse_login(const std::string& text) {
    const auto wrong = [&](const std::string& what) {
        return bad(
            fmt::format("\"{}\" {}.", text, what), "Write [user@]host[:port]: root@10.20.1.11");
    };
    Login login;
    std::string rest = text;
    if (const auto at = rest.rfind('@'); at != std::string::npos) {
        login.user = rest.substr(0, at);
        rest = rest.substr(at + 1);
        if (login.user.empty() || login.user.front() == '-' ||
            !only(login.user, std::string(letters) + "._-$"))
            return wrong("does not begin with the name of a user");
    }
    if (const auto colon = rest.find(':'); colon != std::string::npos) {
        const std::string port = rest.substr(colon + 1);
        rest = rest.substr(0, colon);
        if (port.empty() || port.size() > 5 || !only(port, "0123456789"))
            return wrong("has a bad port");
        login.port = std::stoi(port);
        if (login.port < 1 || login.port > 65535) return wrong("has a bad port");
    }
    // Names of ~/.ssh/config are good too, so this is wider than a host name.
    if (rest.empty() || rest.front() == '-' || rest.size() > 253 ||
        !only(rest, std::string(letters) + "._-"))
        return wrong("does not name a host to log in to");
    if (only(rest, "0123456789.") && !parse_ipv4(rest)) return wrong("has a bad address");
    login.host = rest;
    return login;
}

std::string login_text(const Login& login) {
    std::string text = login.user.empty() ? login.host : login.user + "@" + login.host;
    if (login.port != 0) text += ":" + std::to_string(login.port);
    return text;
}

} // namespace ovd
