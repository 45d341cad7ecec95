// SPDX-License-Identifier: Apache-2.0
#include "odd_sshd.h"

#include "own_sshd.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>

namespace ovd::test {
namespace {

/// True when something is there to read within a tenth of a second.
bool ready(int file) {
    pollfd waiting{file, POLLIN, 0};
    return ::poll(&waiting, 1, 100) > 0;
}

} // namespace

OddSshd::OddSshd(std::vector<Round> rounds, bool endless)
    : rounds_(std::move(rounds)), endless_(endless), bind_(ssh_bind_new()) {
    const auto key = dir_ / "host_key";
    must_run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key});
    unsigned any = 0;
    ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_BINDADDR, "127.0.0.1");
    ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_BINDPORT, &any);
    ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_HOSTKEY, key.c_str());
    bool process_config = false;
    ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_PROCESS_CONFIG, &process_config);
    if (ssh_bind_listen(bind_) != SSH_OK) throw std::runtime_error(ssh_get_error(bind_));
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(ssh_bind_get_fd(bind_), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    server_ = std::jthread([this](std::stop_token stop) { serve(std::move(stop)); });
}

OddSshd::~OddSshd() {
    server_.request_stop();
    ::shutdown(connection_, SHUT_RDWR); // so that it waits for nobody
    server_.join();
    ssh_bind_free(bind_);
}

void OddSshd::serve(std::stop_token stop) {
    while (!stop.stop_requested()) {
        if (!ready(ssh_bind_get_fd(bind_))) continue;
        ssh_session session = ssh_new();
        if (ssh_bind_accept(bind_, session) == SSH_OK) {
            connection_ = ssh_get_fd(session);
            if (ssh_handle_key_exchange(session) == SSH_OK) serve_one(session, stop);
            connection_ = -1;
        }
        ssh_disconnect(session);
        ssh_free(session);
    }
}

void OddSshd::serve_one(ssh_session session, const std::stop_token& stop) {
    round_ = 0;
    while (!stop.stop_requested() && ssh_is_connected(session) == 1) {
        ssh_message message = ssh_message_get(session);
        if (message == nullptr) return;
        const bool asks = ssh_message_type(message) == SSH_REQUEST_AUTH;
        if (ssh_message_type(message) == SSH_REQUEST_SERVICE) {
            ssh_message_service_reply_success(message);
        } else if (asks && rounds_.empty()) {
            // It thinks about it.
        } else if (asks && ssh_message_subtype(message) == SSH_AUTH_METHOD_INTERACTIVE) {
            if (converse(session, message)) {
                let_in_ = true;
                ssh_message_auth_reply_success(message, 0);
            }
        } else {
            if (asks) ssh_message_auth_set_methods(message, SSH_AUTH_METHOD_INTERACTIVE);
            ssh_message_reply_default(message);
        }
        ssh_message_free(message);
    }
}

bool OddSshd::converse(ssh_session session, ssh_message message) {
    if (ssh_message_auth_kbdint_is_response(message) != 0) {
        const auto& wants = rounds_[round_].wants;
        const int count = ssh_userauth_kbdint_getnanswers(session);
        bool right = count == static_cast<int>(wants.size());
        for (std::size_t i = 0; right && i < wants.size(); ++i)
            right = wants[i] == ssh_userauth_kbdint_getanswer(session, static_cast<unsigned>(i));
        if (!right && !endless_) {
            round_ = 0;
            ssh_message_auth_set_methods(message, SSH_AUTH_METHOD_INTERACTIVE);
            ssh_message_reply_default(message);
            return false;
        }
        if (round_ + 1 < rounds_.size())
            ++round_;
        else if (!endless_)
            return true;
    }
    std::vector<const char*> asks;
    for (const auto& text : rounds_[round_].asks)
        asks.push_back(text.c_str());
    std::string hidden(asks.size(), '\0');
    ssh_message_auth_interactive_request(
        message, "", "", static_cast<unsigned>(asks.size()), asks.data(), hidden.data());
    return false;
}

} // namespace ovd::test
