// SPDX-License-Identifier: Apache-2.0
#include "ssh/login.h"

#include "base/quote.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <libssh/callbacks.h>
#include <memory>
#include <set>

namespace ovd {
namespace {

using Key = std::unique_ptr<std::remove_pointer_t<ssh_key>, decltype(&ssh_key_free)>;

class LoginTry {
public:
    LoginTry(ssh_session session, const SshTarget& target, std::string user,
        const SshOptions& options, Person& person, bool may_ask)
        : session_(session), target_(target), user_(std::move(user)), options_(options),
          person_(person), may_ask_(may_ask) {
        callbacks_.userdata = this;
        callbacks_.auth_function = &LoginTry::passphrase_asked;
        ssh_callbacks_init(&callbacks_);
        ssh_set_callbacks(session_, &callbacks_);
    }
    LoginTry(const LoginTry&) = delete;
    LoginTry& operator=(const LoginTry&) = delete;
    ~LoginTry() {
        // The session lives on and must not call us any more.
        static ssh_callbacks_struct none = [] {
            ssh_callbacks_struct empty{};
            ssh_callbacks_init(&empty);
            return empty;
        }();
        ssh_set_callbacks(session_, &none);
    }

    Done go() {
        if (step(ssh_userauth_none(session_, nullptr))) return {};
        if (allowed(SSH_AUTH_METHOD_PUBLICKEY) && with_keys()) return {};
        for (int tries = 0; tries < 3 && alive(); ++tries) {
            const auto answer = with_password();
            if (answer == Answer::right) return {};
            if (answer == Answer::none) break;
        }
        for (const auto& prompt : used_)
            person_.was_wrong(prompt);
        return refused();
    }

private:
    enum class Answer { right, wrong, none };

    static int passphrase_asked(
        const char*, char* buffer, std::size_t size, int, int, void* userdata) {
        return static_cast<LoginTry*>(userdata)->give_passphrase(buffer, size);
    }

    int give_passphrase(char* buffer, std::size_t size) {
        std::string file;
        char* current = nullptr;
        if (ssh_userauth_publickey_auto_get_current_identity(session_, &current) == SSH_OK) {
            file = current;
            ssh_string_free_char(current);
        }
        auto phrase = ask("Passphrase of the key " + (file.empty() ? "for " + user_ : file));
        if (phrase.empty() || phrase.size() + 1 > size) return -1;
        std::memcpy(buffer, phrase.c_str(), phrase.size() + 1);
        wipe(phrase);
        return 0;
    }

    std::string ask(const std::string& prompt) {
        used_.insert(prompt);
        return person_.secret(prompt, may_ask_);
    }

    /// True when that let us in.
    bool step(int result) {
        if (result == SSH_AUTH_SUCCESS) return true;
        partial_ = partial_ || result == SSH_AUTH_PARTIAL;
        return false;
    }

    bool alive() const { return ssh_is_connected(session_) == 1; }
    bool allowed(int method) const {
        return alive() && (ssh_userauth_list(session_, nullptr) & method) != 0;
    }

    bool with_keys() {
        // The key that was named comes first: an agent with many keys uses up the server's
        // patience.
        const auto& named = options_.identity;
        if (!named.empty() && with_file(named)) return true;
        return alive() && step(ssh_userauth_publickey_auto(session_, nullptr, nullptr));
    }

    /// Only without a passphrase: the agent may have it open, so nobody is asked for it yet.
    bool with_file(const std::string& file) {
        ssh_key raw = nullptr;
        if (ssh_pki_import_privkey_file(file.c_str(), nullptr, nullptr, nullptr, &raw) != SSH_OK)
            return false;
        const Key key(raw, ssh_key_free);
        return step(ssh_userauth_publickey(session_, nullptr, raw));
    }

    Answer with_password() {
        if (!person_.gives_secrets()) return Answer::none;
        const auto prompt =
            fmt::format("Password of {} on {} ({})", user_, target_.name, target_.host);
        const bool plain = allowed(SSH_AUTH_METHOD_PASSWORD);
        if (!plain && !allowed(SSH_AUTH_METHOD_INTERACTIVE)) return Answer::none;
        auto password = ask(prompt);
        if (password.empty()) return Answer::none;
        const bool in = plain ? step(ssh_userauth_password(session_, nullptr, password.c_str()))
                              : answer_questions(password);
        wipe(password);
        if (in) return Answer::right;
        person_.was_wrong(prompt);
        return Answer::wrong;
    }

    /// Keyboard-interactive: whatever is asked without echo is taken to be the password.
    bool answer_questions(const std::string& password) {
        int result = ssh_userauth_kbdint(session_, nullptr, nullptr);
        while (result == SSH_AUTH_INFO) {
            const int prompts = ssh_userauth_kbdint_getnprompts(session_);
            for (int i = 0; i < prompts; ++i) {
                char echo = 0;
                (void)ssh_userauth_kbdint_getprompt(session_, static_cast<unsigned>(i), &echo);
                (void)ssh_userauth_kbdint_setanswer(
                    session_, static_cast<unsigned>(i), echo ? "" : password.c_str());
            }
            result = ssh_userauth_kbdint(session_, nullptr, nullptr);
        }
        return step(result);
    }

    Done refused() {
        const auto command = ssh_command(session_, target_, user_, options_);
        if (!alive())
            return fail(Kind::connect,
                fmt::format("{}: the connection ended while logging in as {}: {}", target_.name,
                    user_, ssh_get_error(session_)),
                "Try: " + command);
        if (partial_)
            return fail(Kind::connect,
                fmt::format("{}: it wants more than one proof from {}, and not all were there",
                    target_.name, user_),
                "Try: " + command);
        return fail(Kind::connect,
            fmt::format("{}: it does not let {} in with any key{}", target_.name, user_,
                person_.gives_secrets() ? " or password" : " that is here"),
            fmt::format("Try: {} - and when that asks for a password, put your key there: "
                        "ssh-copy-id{}",
                command, command.substr(3)));
    }

    ssh_session session_;
    const SshTarget& target_;
    std::string user_;
    const SshOptions& options_;
    Person& person_;
    bool may_ask_;
    bool partial_ = false;
    std::set<std::string> used_;
    ssh_callbacks_struct callbacks_{};
};

} // namespace

Done log_in(ssh_session session, const SshTarget& target, const std::string& user,
    const SshOptions& options, Person& person, bool may_ask) {
    return LoginTry(session, target, user, options, person, may_ask).go();
}

std::string ssh_command(ssh_session session, const SshTarget& target, const std::string& user,
    const SshOptions& options) {
    unsigned port = 22;
    (void)ssh_options_get_port(session, &port);
    std::string command = "ssh";
    if (port != 22) command += fmt::format(" -p {}", port);
    if (!options.identity.empty()) command += " -i " + shell_quote(options.identity);
    return command + " " + shell_quote(user + "@" + target.host);
}

} // namespace ovd
