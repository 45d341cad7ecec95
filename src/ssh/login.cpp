// SPDX-License-Identifier: Apache-2.0
#include "ssh/login.h"

#include "base/printable.h"
#include "base/quote.h"
#include "base/text.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fmt/format.h>
#include <libssh/callbacks.h>
#include <memory>
#include <set>

namespace ovd {
namespace {

using Key = std::unique_ptr<std::remove_pointer_t<ssh_key>, decltype(&ssh_key_free)>;

constexpr int most_rounds = 8;
constexpr int most_prompts = 8;
constexpr std::size_t longest_question = 200;

class LoginTry {
public:
    LoginTry(ssh_session session, const SshTarget& target, std::string user,
        const SshOptions& options, CredentialPrompter& person, bool may_ask)
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

    Status go() {
        if (step(ssh_userauth_none(session_, nullptr))) return {};
        if (allowed(SSH_AUTH_METHOD_PUBLICKEY) && with_keys()) return {};
        for (int tries = 0; tries < 3 && alive(); ++tries) {
            const auto answer = with_password();
            if (answer == Answer::right) return {};
            if (answer == Answer::none) break;
        }
        // What was never judged is kept.
        if (!timed_out_)
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
        // The session waits by itself, as long as it may. What did not answer did not refuse.
        timed_out_ = timed_out_ || result == SSH_AUTH_AGAIN;
        partial_ = partial_ || result == SSH_AUTH_PARTIAL;
        return false;
    }

    /// Whether there is anybody to try anything with.
    bool alive() const { return !timed_out_ && ssh_is_connected(session_) == 1; }
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
        if (allowed(SSH_AUTH_METHOD_PASSWORD)) {
            auto password = ask(password_prompt());
            if (password.empty()) return Answer::none;
            const bool in = step(ssh_userauth_password(session_, nullptr, password.c_str()));
            wipe(password);
            if (in) return Answer::right;
        } else if (allowed(SSH_AUTH_METHOD_INTERACTIVE)) {
            const auto answer = answer_questions();
            if (answer != Answer::wrong) return answer;
        } else {
            return Answer::none;
        }
        if (alive()) person_.was_wrong(password_prompt());
        return Answer::wrong;
    }

    std::string password_prompt() const {
        return fmt::format("Password of {} on {} ({})", user_, target_.name, target_.host);
    }

    /// Keyboard-interactive. The first hidden question for a password gets the password. Whatever
    /// else is asked, a code or a new password, is put to the person word for word.
    Answer answer_questions() {
        bool password_given = false;
        int result = ssh_userauth_kbdint(session_, nullptr, nullptr);
        for (int round = 0; result == SSH_AUTH_INFO; ++round) {
            const int prompts = ssh_userauth_kbdint_getnprompts(session_);
            if (round >= most_rounds || prompts > most_prompts)
                return gave_up("it asks one question after another");
            for (int i = 0; i < prompts; ++i) {
                char echo = 0;
                const auto index = static_cast<unsigned>(i);
                const char* text = ssh_userauth_kbdint_getprompt(session_, index, &echo);
                const auto question = asked_as(text == nullptr ? "" : text);
                const bool password = echo == 0 && !password_given && is_for_password(question);
                password_given = password_given || password;
                auto answer = password
                                  ? ask(password_prompt())
                                  : person_.once(fmt::format("{} ({}) asks {}: {}", target_.name,
                                                     target_.host, user_, question),
                                        may_ask_);
                if (answer.empty()) return gave_up(fmt::format("it asks \"{}\"", question));
                (void)ssh_userauth_kbdint_setanswer(session_, index, answer.c_str());
                wipe(answer);
            }
            result = ssh_userauth_kbdint(session_, nullptr, nullptr);
        }
        return step(result) ? Answer::right : Answer::wrong;
    }

    /// A question as a person is shown it.
    static std::string asked_as(const std::string& text) {
        auto shown = trim(printable(text.substr(0, longest_question)));
        if (shown.ends_with(':')) shown.pop_back();
        return shown;
    }

    static bool is_for_password(std::string question) {
        std::ranges::transform(question, question.begin(),
            [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
        return question.find("password") != std::string::npos &&
               question.find("new ") == std::string::npos &&
               question.find("one-time") == std::string::npos;
    }

    /// The conversation stays without its end, so nothing else can be tried on this connection.
    Answer gave_up(const std::string& why) {
        unanswered_ = why;
        return Answer::none;
    }

    Status refused() {
        const auto command = ssh_command(session_, target_, user_, options_);
        if (timed_out_)
            return fail(ErrorKind::connect,
                fmt::format("{}: waited {} for its answer while logging in as {}", target_.name,
                    human_seconds(static_cast<double>(options_.connect_timeout.count()) / 1000),
                    user_),
                fmt::format("Try: {} - when that takes long too, check the node: its load, its "
                            "name servers, where it looks up its users.",
                    command));
        if (!alive())
            return fail(ErrorKind::connect,
                fmt::format("{}: the connection ended while logging in as {}: {}", target_.name,
                    user_, ssh_get_error(session_)),
                "Try: " + command);
        if (!unanswered_.empty())
            return fail(ErrorKind::connect,
                fmt::format("{}: it does not let {} in with any key, and {}", target_.name, user_,
                    unanswered_),
                fmt::format("Put your key there, so that nothing is asked: ssh-copy-id{}",
                    command.substr(3)));
        if (partial_)
            return fail(ErrorKind::connect,
                fmt::format("{}: it wants more than one proof from {}, and not all were there",
                    target_.name, user_),
                "Try: " + command);
        return fail(ErrorKind::connect,
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
    CredentialPrompter& person_;
    bool may_ask_;
    bool partial_ = false;
    bool timed_out_ = false;
    std::string unanswered_; ///< what it asked that got no answer
    std::set<std::string> used_;
    ssh_callbacks_struct callbacks_{};
};

} // namespace

Status log_in(ssh_session session, const SshTarget& target, const std::string& user,
    const SshOptions& options, CredentialPrompter& person, bool may_ask) {
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
