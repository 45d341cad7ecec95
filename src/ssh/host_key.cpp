// SPDX-License-Identifier: Apache-2.0
#include "ssh/host_key.h"

#include "ssh/option.h"

#include <fmt/format.h>
#include <memory>

namespace ovd {
namespace {

std::string text_of(char* owned) {
    const std::unique_ptr<char, decltype(&ssh_string_free_char)> text(owned, ssh_string_free_char);
    return text ? std::string(text.get()) : std::string{};
}

/// The name under which known_hosts has the machine: a port other than 22 is part of it.
std::string known_name(ssh_session session) {
    unsigned port = 22;
    (void)ssh_options_get_port(session, &port);
    const auto host = option_of(session, SSH_OPTIONS_HOST);
    return port == 22 ? host : fmt::format("[{}]:{}", host, port);
}

Result<UnknownHostKey> key_of(ssh_session session, const SshTarget& target) {
    ssh_key raw = nullptr;
    if (ssh_get_server_publickey(session, &raw) != SSH_OK)
        return fail(ErrorKind::host_key, target.name + ": it showed no host key");
    const std::unique_ptr<std::remove_pointer_t<ssh_key>, decltype(&ssh_key_free)> key(
        raw, ssh_key_free);
    unsigned char* hash = nullptr;
    std::size_t size = 0;
    if (ssh_get_publickey_hash(raw, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != 0)
        return fail(ErrorKind::host_key, target.name + ": its host key has no fingerprint");
    auto print = text_of(ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size));
    ssh_clean_pubkey_hash(&hash);
    const char* type = ssh_key_type_to_char(ssh_key_type(raw));
    return UnknownHostKey{target.name, target.host, type ? type : "?", std::move(print)};
}

/// The file that has another key for this machine: the person's own or the system's.
std::string file_with_old_key(ssh_session session) {
    auto own = option_of(session, SSH_OPTIONS_KNOWNHOSTS);
    // Without the person's own file it is still changed only if the system's file says so.
    ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, "/dev/null");
    const auto without = ssh_session_is_known_server(session);
    ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, own.c_str());
    if (without != SSH_KNOWN_HOSTS_CHANGED && without != SSH_KNOWN_HOSTS_OTHER) return own;
    const auto global = option_of(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS);
    return global.empty() ? "/etc/ssh/ssh_known_hosts" : global;
}

tl::unexpected<Error> changed(ssh_session session, const UnknownHostKey& key) {
    const auto file = file_with_old_key(session);
    return fail(ErrorKind::host_key,
        fmt::format("{}: the host key of {} is not the one in {}. It now shows {} {}. Someone may "
                    "be in between, or the machine was reinstalled",
            key.node, key.host, file, key.type, key.fingerprint),
        fmt::format("Compare with the console of {}: ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub. "
                    "Only if it is right, remove the old key: ssh-keygen -f '{}' -R '{}'",
            key.node, file, known_name(session)));
}

tl::unexpected<Error> unknown(ssh_session session, const UnknownHostKey& key, bool refused) {
    unsigned port = 22;
    (void)ssh_options_get_port(session, &port);
    const auto what = fmt::format("{}: the host key of {} is not known: {} {}", key.node, key.host,
        key.type, key.fingerprint);
    if (refused)
        return fail(ErrorKind::host_key, what + ". You did not trust it",
            fmt::format("Compare with the console of {}: ssh-keygen -lf "
                        "/etc/ssh/ssh_host_*_key.pub, then run again",
                key.node));
    return fail(ErrorKind::host_key, what,
        fmt::format("Compare it and remember it: ssh{} {}",
            port == 22 ? std::string{} : fmt::format(" -p {}", port), key.host));
}

Status ask(ssh_session session, const UnknownHostKey& key, CredentialPrompter& person) {
    if (!person.judges_keys()) return unknown(session, key, false);
    if (!person.trusts(key)) return unknown(session, key, true);
    if (ssh_session_update_known_hosts(session) == SSH_OK) return {};
    return fail(ErrorKind::host_key,
        fmt::format("{}: its host key cannot be added to {}: {}", key.node,
            option_of(session, SSH_OPTIONS_KNOWNHOSTS), ssh_get_error(session)),
        "Make the file writable for you, or name another with known_hosts in farm.toml.");
}

} // namespace

Status check_host_key(
    ssh_session session, const SshTarget& target, KeyCheck how, CredentialPrompter& person) {
    auto key = key_of(session, target);
    if (!key) return tl::unexpected(key.error());
    // One node at a time: libssh reads and adds to the file without locking it.
    const std::scoped_lock lock(person.known_hosts_mutex());
    switch (ssh_session_is_known_server(session)) {
    case SSH_KNOWN_HOSTS_OK:
        return {};
    case SSH_KNOWN_HOSTS_CHANGED:
    case SSH_KNOWN_HOSTS_OTHER:
        return changed(session, *key);
    case SSH_KNOWN_HOSTS_UNKNOWN:
    case SSH_KNOWN_HOSTS_NOT_FOUND:
        if (how == KeyCheck::known_only) return unknown(session, *key, false);
        return ask(session, *key, person);
    case SSH_KNOWN_HOSTS_ERROR:
        break;
    }
    return fail(ErrorKind::host_key,
        fmt::format("{}: its host key cannot be checked: {}", target.name, ssh_get_error(session)),
        "Check " + option_of(session, SSH_OPTIONS_KNOWNHOSTS));
}

} // namespace ovd
