// SPDX-License-Identifier: Apache-2.0
#include "ssh/session.h"

#include "ssh/socket.h"

#include <cstring>
#include <fmt/format.h>
#include <libssh/callbacks.h>

namespace ovd {
namespace {

constexpr Millis preferred_timeout{1'500};

std::string option_of(ssh_session session, ssh_options_e option) {
    char* value = nullptr;
    if (ssh_options_get(session, option, &value) != SSH_OK || value == nullptr) return {};
    std::string text = value;
    ssh_string_free_char(value);
    return text;
}

/// SHA256:... of the server's key, as ssh prints it, and the key's type.
std::pair<std::string, std::string> fingerprint_of(ssh_session session) {
    ssh_key key = nullptr;
    if (ssh_get_server_publickey(session, &key) != SSH_OK) return {"unknown", "unknown"};
    unsigned char* hash = nullptr;
    std::size_t size = 0;
    std::string print = "unknown";
    if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) == SSH_OK) {
        char* text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size);
        print = text;
        ssh_string_free_char(text);
        ssh_clean_pubkey_hash(&hash);
    }
    std::string type = ssh_key_type_to_char(ssh_key_type(key));
    ssh_key_free(key);
    return {print, type};
}

} // namespace

SshSession::~SshSession() {
    if (session_ == nullptr) return;
    ssh_disconnect(session_);
    ssh_free(session_);
}

std::string SshSession::root_prefix() const {
    return user_ == "root" ? "" : "sudo -n -- ";
}

std::string SshSession::last_error() const {
    return ssh_get_error(session_);
}

Result<std::unique_ptr<SshSession>> SshSession::open(
    const SshTarget& target, const SshOptions& options) {
    for (const auto& address : target.prefer)
        if (auto session = open_at(target, options, address, false); session) return session;
    return open_at(target, options, {}, true);
}

Result<std::unique_ptr<SshSession>> SshSession::open_at(
    const SshTarget& target, const SshOptions& options, const std::string& address, bool last) {
    std::unique_ptr<SshSession> session(new SshSession);
    if (auto ok = session->configure(target, options); !ok) return tl::unexpected(ok.error());
    const auto timeout = last ? options.connect_timeout : preferred_timeout;
    if (auto ok = session->dial(target, address, timeout); !ok) return tl::unexpected(ok.error());
    // Another address of the same machine is used only when it shows the key that is known already.
    if (auto ok = session->prove_host(target, options, last); !ok)
        return tl::unexpected(ok.error());
    if (auto ok = session->log_in(target, options); !ok) return tl::unexpected(ok.error());
    return session;
}

Done SshSession::configure(const SshTarget& target, const SshOptions& options) {
    session_ = ssh_new();
    if (session_ == nullptr) return fail(Kind::internal, "libssh gives no session.");
    ssh_options_set(session_, SSH_OPTIONS_HOST, target.host.c_str());
    (void)ssh_options_parse_config(session_, nullptr); // no ~/.ssh/config is fine
    if (!target.user.empty()) ssh_options_set(session_, SSH_OPTIONS_USER, target.user.c_str());
    if (target.port != 0) ssh_options_set(session_, SSH_OPTIONS_PORT, &target.port);
    if (!options.identity.empty())
        ssh_options_set(session_, SSH_OPTIONS_ADD_IDENTITY, options.identity.c_str());
    if (!options.known_hosts.empty()) {
        ssh_options_set(session_, SSH_OPTIONS_KNOWNHOSTS, options.known_hosts.c_str());
        // A farm with a file of its own trusts that file alone.
        ssh_options_set(session_, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
    }
    const long seconds = std::max<long>(1, options.connect_timeout.count() / 1000);
    ssh_options_set(session_, SSH_OPTIONS_TIMEOUT, &seconds);
    user_ = option_of(session_, SSH_OPTIONS_USER);
    if (user_.empty()) {
        user_ = "root";
        ssh_options_set(session_, SSH_OPTIONS_USER, user_.c_str());
    }
    return {};
}

Done SshSession::dial(const SshTarget& target, const std::string& address, Millis timeout) {
    const bool proxied = !option_of(session_, SSH_OPTIONS_PROXYCOMMAND).empty();
    if (proxied && !address.empty())
        return fail(Kind::connect, "a jump host decides the way to " + target.name);
    if (!proxied) {
        unsigned int port = 22;
        ssh_options_get_port(session_, &port);
        const auto host = address.empty() ? option_of(session_, SSH_OPTIONS_HOST) : address;
        auto file = tcp_connect(host, static_cast<int>(port), timeout);
        if (!file) return tl::unexpected(file.error().during(target.name));
        ssh_options_set(session_, SSH_OPTIONS_FD, &*file);
    }
    if (ssh_connect(session_) != SSH_OK)
        return fail(Kind::connect,
            fmt::format("{}: no SSH connection to {}: {}", target.name, target.host, last_error()),
            fmt::format("Try: ssh {}@{}", user_, target.host));
    return {};
}

Done SshSession::prove_host(const SshTarget& target, const SshOptions& options, bool may_ask) {
    const auto state = ssh_session_is_known_server(session_);
    if (state == SSH_KNOWN_HOSTS_OK) return {};
    const auto [print, type] = fingerprint_of(session_);
    auto file = options.known_hosts;
    if (file.empty()) file = "~/.ssh/known_hosts";
    if (state == SSH_KNOWN_HOSTS_CHANGED || state == SSH_KNOWN_HOSTS_OTHER)
        return fail(Kind::host_key,
            fmt::format("{}: the host key of {} is not the one in {}. Now it is {} {}. This may be "
                        "another machine, or someone between you and it.",
                target.name, target.host, file, type, print),
            fmt::format("If the machine was installed anew, type: ssh-keygen -f {} -R {}", file,
                target.host));
    if (state == SSH_KNOWN_HOSTS_ERROR)
        return fail(Kind::host_key, fmt::format("{}: {}", target.name, last_error()),
            fmt::format("Check {}.", file));
    const bool trusted =
        may_ask && options.trust && options.trust({target.name, target.host, type, print});
    if (!trusted)
        return fail(Kind::host_key,
            fmt::format("{}: the host key of {} is not known: {} {}", target.name, target.host,
                type, print),
            fmt::format("Compare it with the machine's own (ssh-keygen -lf /etc/ssh/ssh_host_*.pub "
                        "there), then log in once with: ssh {}@{}",
                user_, target.host));
    if (ssh_session_update_known_hosts(session_) != SSH_OK)
        return fail(Kind::host_key,
            fmt::format("{}: the key cannot be kept in {}: {}", target.name, file, last_error()),
            "Check who owns the file.");
    return {};
}

Done SshSession::log_in(const SshTarget& target, const SshOptions& options) {
    (void)ssh_userauth_none(session_, nullptr); // fetches what the server accepts
    auto result = ssh_userauth_publickey_auto(session_, nullptr, nullptr);
    if (result != SSH_AUTH_SUCCESS && options.secret && !options.identity.empty()) {
        const auto phrase = options.secret(fmt::format("Passphrase of {}", options.identity));
        if (!phrase.empty())
            result = ssh_userauth_publickey_auto(session_, nullptr, phrase.c_str());
    }
    if (result != SSH_AUTH_SUCCESS && options.secret &&
        (ssh_userauth_list(session_, nullptr) & SSH_AUTH_METHOD_PASSWORD) != 0) {
        const auto word = options.secret(fmt::format("Password of {}@{}", user_, target.host));
        if (!word.empty()) result = ssh_userauth_password(session_, nullptr, word.c_str());
    }
    if (result == SSH_AUTH_SUCCESS) return {};
    return fail(Kind::connect,
        fmt::format("{}: {} does not let {} in: {}", target.name, target.host, user_, last_error()),
        fmt::format("Try: ssh {}@{}. Put a key there with ssh-copy-id, or start an agent.", user_,
            target.host));
}

Result<std::unique_ptr<SshChannel>> SshChannel::exec(
    const SshSession& session, const std::string& command) {
    ssh_channel channel = ssh_channel_new(session.raw());
    if (channel == nullptr) return fail(Kind::connect, "no channel: " + session.last_error());
    std::unique_ptr<SshChannel> made(new SshChannel(channel));
    if (ssh_channel_open_session(channel) != SSH_OK ||
        ssh_channel_request_exec(channel, command.c_str()) != SSH_OK)
        return fail(Kind::connect, "no channel: " + session.last_error());
    return made;
}

SshChannel::~SshChannel() {
    ssh_channel_close(channel_);
    ssh_channel_free(channel_);
}

bool SshChannel::write(std::string_view bytes) {
    constexpr std::size_t piece = 32'768;
    while (!bytes.empty()) {
        const auto part = bytes.substr(0, piece);
        const int written =
            ssh_channel_write(channel_, part.data(), static_cast<std::uint32_t>(part.size()));
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

void SshChannel::end_input() {
    ssh_channel_send_eof(channel_);
}

bool SshChannel::read(std::string& into, Millis timeout) {
    char buffer[65'536];
    const int got = ssh_channel_read_timeout(
        channel_, buffer, sizeof buffer, 0, static_cast<int>(timeout.count()));
    if (got > 0) {
        into.append(buffer, static_cast<std::size_t>(got));
        return true;
    }
    return got != SSH_ERROR && ssh_channel_is_eof(channel_) == 0 &&
           ssh_channel_is_open(channel_) != 0;
}

std::string SshChannel::complaints() {
    std::string text;
    char buffer[4096];
    for (;;) {
        const int got = ssh_channel_read_nonblocking(channel_, buffer, sizeof buffer, 1);
        if (got <= 0) return text;
        text.append(buffer, static_cast<std::size_t>(got));
    }
}

} // namespace ovd
