// SPDX-License-Identifier: Apache-2.0
#include "ui/terminal_prompter.h"

#include "base/printable.h"
#include "base/text.h"

#include <cerrno>
#include <cstdio>
#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace ovd {
namespace {

constexpr char ctrl_c = 3;

/// The terminal's mode while a question waits; restored at the end of its life. Ctrl-C ends the
/// line and is read like any character: the program's threads block the signal it would send, and
/// a read would never notice it.
class QuestionMode {
public:
    QuestionMode(bool terminal, bool echo) {
        changed_ = terminal && ::tcgetattr(STDIN_FILENO, &before_) == 0;
        if (!changed_) return;
        termios mode = before_;
        mode.c_lflag |= ICANON;
        mode.c_cc[VINTR] = _POSIX_VDISABLE;
        mode.c_cc[VEOL] = ctrl_c;
        if (!echo) {
            // No suspending either: the shell may come back with echo on.
            mode.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
            mode.c_lflag |= ECHONL;
        }
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode);
    }
    ~QuestionMode() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
    }
    QuestionMode(const QuestionMode&) = delete;
    QuestionMode& operator=(const QuestionMode&) = delete;

private:
    termios before_{};
    bool changed_ = false;
};

/// fmt::print throws when the terminal is gone; then the answer that does not come is what counts.
/// A question may quote a node, which gives the terminal no orders.
void show(const std::string& text) {
    (void)std::fputs(printable(text).c_str(), stderr);
}

} // namespace

TerminalPrompter::TerminalPrompter(bool may_ask, std::stop_token stop)
    : may_ask_(may_ask), terminal_(::isatty(STDIN_FILENO) == 1), stop_(std::move(stop)) {}

Result<std::optional<std::string>> TerminalPrompter::read_line(
    const std::string& question, bool echo, const std::function<bool()>& enough) {
    std::string about = lines(question).empty() ? "" : trim(lines(question).back());
    if (about.ends_with(':')) about.pop_back();
    if (!may_ask_)
        return fail(ErrorKind::refused, "Nobody may be asked: " + about, "Leave --no-input out.");
    const auto stopped = [&](const std::string& why) {
        show("\n");
        return fail(ErrorKind::stopped, fmt::format("{} at the question: {}", why, about),
            "Type the same command again to resume.");
    };
    if (stop_.stop_requested()) return stopped("Stopped"); // while another one was answered
    std::fflush(stdout);
    const QuestionMode mode(terminal_, echo); // drops what was typed before the question was seen
    show(question);
    // One byte at a time when it is a pipe: what comes after the line belongs to the next question.
    std::string line;
    for (;;) {
        if (stop_.stop_requested()) return stopped("Stopped");
        if (enough()) return std::nullopt;
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, 200) <= 0) continue;
        char byte = 0;
        const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return stopped("The input ended");
        if (terminal_ && byte == ctrl_c) return stopped("Stopped");
        if (byte == '\n') break;
        line += byte;
    }
    if (!terminal_) show("\n"); // nobody typed Enter there
    return line;
}

Result<std::string> TerminalPrompter::ask(
    const std::string& question, const std::string& default_value, const Validator& validator) {
    const std::scoped_lock one_question(mutex_);
    const std::string text =
        default_value.empty() ? question + ": " : fmt::format("{} [{}]: ", question, default_value);
    for (;;) {
        auto line = read_line(text, true);
        if (!line) return tl::unexpected(line.error());
        std::string answer = trim(**line);
        if (answer.empty()) answer = default_value;
        if (!validator) return answer;
        const Status good = validator(answer);
        if (good) return answer;
        show("  " + good.error().message + "\n");
        if (!good.error().hint.empty()) show("  " + good.error().hint + "\n");
    }
}

Result<bool> TerminalPrompter::confirm(const std::string& question, bool default_value) {
    const std::scoped_lock one_question(mutex_);
    for (;;) {
        auto line = read_line(question + (default_value ? " [Y/n]: " : " [y/N]: "), true);
        if (!line) return tl::unexpected(line.error());
        const std::string answer = trim(**line);
        if (answer.empty()) return default_value;
        if (answer == "y" || answer == "Y" || answer == "yes") return true;
        if (answer == "n" || answer == "N" || answer == "no") return false;
        show("  Type y or n.\n");
    }
}

Result<std::string> TerminalPrompter::secret(const std::string& question) {
    const std::scoped_lock one_question(mutex_);
    auto line = read_line(question + ": ", false);
    if (!line) return tl::unexpected(line.error());
    return **line;
}

Result<bool> TerminalPrompter::wait_for_enter(
    const std::string& text, const std::function<bool()>& enough) {
    const std::scoped_lock one_question(mutex_);
    std::string shown = text;
    for (;;) {
        auto line = read_line(shown, true, enough);
        if (!line) return tl::unexpected(line.error());
        if (!*line) {
            show("\n");
            return false;
        }
        if (trim(**line).empty()) return true;
        shown = "Press Enter alone when it is done, or Ctrl-C to stop here: ";
    }
}

} // namespace ovd
