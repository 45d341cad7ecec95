// SPDX-License-Identifier: Apache-2.0
#include "ssh/session.h"

#include "base/text.h"
#include "ssh/login.h"
#include "ssh/option.h"
#include "ssh/socket.h"

#include <fmt/format.h>

namespace ovd {
namespace {

using Steady = std::chrono::steady_clock;

constexpr Millis preferred_timeout{1'500};

/// Runs what follows as root, whoever logged in.
constexpr std::string_view root_prefix =
    "sh -c '[ \"$(id -u)\" = 0 ] && exec \"$@\"; exec sudo -n \"$@\"' ovd-root ";

} // namespace

SshSession::SshSession(const SshTarget& target, const SshOptions& options)
    : target_(target), options_(options), session_(ssh_new()) {}

SshSession::~SshSession() {
    if (session_ == nullptr) return;
    ssh_set_blocking(session_, 0);
    ssh_disconnect(session_);
    ssh_free(session_);
}

std::string SshSession::last_error() const {
    const std::string text = ssh_get_error(session_);
    return text.empty() ? "it was closed" : text;
}

bool SshSession::has_proxy() const {
    return !option_of(session_, SSH_OPTIONS_PROXYCOMMAND).empty();
}

/// What the farm file says wins over ~/.ssh/config, as on the command line of ssh.
Status SshSession::configure() {
    if (session_ == nullptr) return fail(ErrorKind::internal, target_.name + ": out of memory");
    (void)ssh_options_set(session_, SSH_OPTIONS_LOG_VERBOSITY_STR, "0");
    if (ssh_options_set(session_, SSH_OPTIONS_HOST, target_.host.c_str()) != SSH_OK)
        return fail(ErrorKind::farm,
            fmt::format("{}: {} is not a host name or address", target_.name, target_.host));
    if (!target_.user.empty())
        (void)ssh_options_set(session_, SSH_OPTIONS_USER, target_.user.c_str());
    if (target_.port != 0) (void)ssh_options_set(session_, SSH_OPTIONS_PORT, &target_.port);
    if (ssh_options_parse_config(session_, nullptr) != SSH_OK)
        return fail(ErrorKind::connect,
            fmt::format("{}: ~/.ssh/config cannot be used: {}", target_.name, last_error()),
            "Check it with: ssh -G " + target_.host);
    if (!options_.identity.empty())
        (void)ssh_options_set(session_, SSH_OPTIONS_ADD_IDENTITY, options_.identity.c_str());
    if (!options_.known_hosts.empty())
        (void)ssh_options_set(session_, SSH_OPTIONS_KNOWNHOSTS, options_.known_hosts.c_str());
    user_ = option_of(session_, SSH_OPTIONS_USER);
    if (user_.empty()) user_ = "root";
    (void)ssh_options_set(session_, SSH_OPTIONS_USER, user_.c_str());
    const long seconds = std::max<long>(
        1, static_cast<long>(std::chrono::ceil<Seconds>(options_.connect_timeout).count()));
    (void)ssh_options_set(session_, SSH_OPTIONS_TIMEOUT, &seconds);
    host_ = option_of(session_, SSH_OPTIONS_HOST);
    (void)ssh_options_get_port(session_, &port_);
    by_hand_ = ssh_command(session_, target_, user_, options_);
    return {};
}

/// Opens the TCP connection ourselves, so that its address can differ from the name the host key is
/// known under; and starts the proxy of ~/.ssh/config ourselves, so that it ends when we say so.
Result<int> SshSession::socket_to(const std::string& address, Millis timeout) {
    if (!has_proxy()) {
        auto fd = connect_tcp(address, static_cast<int>(port_), timeout);
        if (!fd) return tl::unexpected(fd.error());
        return fd->release();
    }
    auto proxy = Proxy::start(option_of(session_, SSH_OPTIONS_PROXYCOMMAND),
        {host_, std::to_string(port_), user_, target_.host});
    if (!proxy) return tl::unexpected(proxy.error());
    proxy_ = std::move(*proxy);
    return proxy_->take_socket();
}

Status SshSession::connect_over(const std::string& address, Millis timeout) {
    const auto fd = socket_to(address, timeout);
    if (!fd) return tl::unexpected(fd.error());
    const socket_t raw = *fd;
    (void)ssh_options_set(session_, SSH_OPTIONS_FD, &raw);
    if (ssh_connect(session_) == SSH_OK) return {};
    return fail(ErrorKind::connect, fmt::format("{} port {} does not speak SSH as it should: {}",
                                        address, port_, last_error()));
}

Status SshSession::connect_and_check_key(KeyCheck how, CredentialPrompter& person) {
    return check_host_key(session_, target_, how, person);
}

Result<std::unique_ptr<SshSession>> SshSession::open(
    const SshTarget& target, const SshOptions& options, CredentialPrompter& person, Way way) {
    std::vector<std::string> addresses;
    if (way.preferred) addresses = target.prefer;
    addresses.emplace_back(); // in the end the host itself
    std::optional<Error> impostor;
    for (const auto& address : addresses) {
        std::unique_ptr<SshSession> session(new SshSession(target, options));
        if (auto ok = session->configure(); !ok) return tl::unexpected(ok.error());
        const bool preferred = !address.empty();
        if (preferred && session->has_proxy()) continue;
        auto ok = preferred ? session->connect_over(address, preferred_timeout)
                            : session->connect_over(session->host_, options.connect_timeout);
        if (ok) {
            ok = session->connect_and_check_key(
                preferred ? KeyCheck::known_only : KeyCheck::ask_unknown, person);
            // Another machine has the preferred address, or the first look at the key is still
            // to come: both are for the next address to settle.
            if (!ok && preferred && !impostor)
                impostor = ok.error().during("at its address " + address);
        }
        if (ok) {
            session->over_preferred_ = preferred;
            ok = log_in(session->session_, target, session->user_, options, person, way.may_ask);
            if (!ok) return tl::unexpected(ok.error());
            ssh_set_blocking(session->session_, 0);
            return session;
        }
        if (preferred) continue;
        if (ok.error().kind == ErrorKind::host_key) return tl::unexpected(ok.error());
        if (impostor) return tl::unexpected(*impostor);
        auto error = ok.error().during(target.name);
        if (error.hint.empty()) error.hint = "Try: " + session->by_hand_;
        return tl::unexpected(std::move(error));
    }
    return fail(ErrorKind::internal, target.name + ": no address");
}

Result<std::unique_ptr<Channel>> SshSession::exec_as_root(
    const std::string& words, Millis timeout) {
    const auto deadline = Steady::now() + timeout;
    ssh_channel channel = ssh_channel_new(session_);
    int result = channel == nullptr ? SSH_ERROR : ssh_channel_open_session(channel);
    while (result == SSH_AGAIN && Steady::now() < deadline) {
        wait_socket(session_, Millis{250});
        result = ssh_channel_open_session(channel);
    }
    if (result == SSH_OK)
        return std::make_unique<Channel>(
            session_, channel, user_ == "root" ? words : std::string(root_prefix) + words);
    if (channel != nullptr) ssh_channel_free(channel);
    if (result == SSH_AGAIN)
        return fail(ErrorKind::connect,
            fmt::format("{}: waited {} for it to open a channel", target_.name,
                human_seconds(static_cast<double>(timeout.count()) / 1000)),
            "Try: " + by_hand_);
    return fail(ErrorKind::connect,
        fmt::format("{}: the connection was cut: {}", target_.name, last_error()),
        "Try: " + by_hand_);
}

} // namespace ovd
