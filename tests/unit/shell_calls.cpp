// SPDX-License-Identifier: Apache-2.0
#include "shell_calls.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace ovd {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t';
}

bool is_assignment(const std::string& word) {
    const auto equals = word.find('=');
    return equals != std::string::npos && equals > 0 && std::isdigit(word[0]) == 0 &&
           std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
               [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

/// Drops what stands before the program itself.
void strip(std::vector<std::string>& words) {
    static const std::set<std::string> reserved{
        "if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "exec"};
    const auto drop = [&words](std::size_t count) {
        const auto n = static_cast<std::ptrdiff_t>(std::min(count, words.size()));
        words.erase(words.begin(), words.begin() + n);
    };
    while (!words.empty()) {
        const auto first = words.front();
        if (reserved.contains(first) || is_assignment(first)) {
            drop(1);
        } else if (first == "timeout" || first == "nice") {
            drop(1);
            while (!words.empty() && words.front().starts_with('-'))
                drop(words.front() == "-k" || words.front() == "-s" || words.front() == "-n" ? 2
                                                                                             : 1);
            if (first == "timeout" || words.empty()) drop(1);
        } else if (first == "env") {
            drop(1);
        } else if (first == "runuser" || first == "sudo") {
            const auto end = std::ranges::find(words, std::string("--"));
            drop(end == words.end() ? words.size()
                                    : static_cast<std::size_t>(end - words.begin()) + 1);
        } else {
            return;
        }
    }
}

class Walker {
public:
    Walker(std::string_view text, std::vector<ShellCall>& calls) : text_(text), calls_(calls) {}

    /// Reads to the end, or to the `)` that ends a substitution.
    void commands(bool in_substitution) {
        int depth = 0;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (is_space(c)) {
                end_word();
                ++at_;
            } else if (c == '\n') {
                end_command(false);
                ++at_;
                skip_documents();
            } else if (c == '#' && !in_word_) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (c == ';' || c == '&' || c == '|') {
                separator();
            } else if (c == '<' || c == '>') {
                redirection();
            } else if (c == '(') {
                end_word();
                if (words_.size() == 1 && next_is(1, ')')) { // name(): a function
                    words_.clear();
                    at_ += 2;
                    continue;
                }
                end_command(false);
                ++depth;
                ++at_;
            } else if (c == ')') {
                ++at_;
                if (pattern_) { // of case
                    end_word();
                    words_.clear();
                    pattern_ = false;
                    continue;
                }
                end_command(false);
                if (depth == 0 && in_substitution) return;
                --depth;
            } else {
                part_of_word();
            }
        }
        end_command(false);
    }

    [[nodiscard]] std::size_t at() const { return at_; }
    void start(std::size_t at) { at_ = at; }

private:
    [[nodiscard]] bool next_is(std::size_t ahead, char c) const {
        return at_ + ahead < text_.size() && text_[at_ + ahead] == c;
    }

    void add(char c) {
        word_ += c;
        in_word_ = true;
    }

    void end_word() {
        if (!in_word_) return;
        in_word_ = false;
        auto word = std::move(word_);
        word_.clear();
        if (target_) { // of a redirection
            if (document_) documents_.push_back(word);
            target_ = document_ = false;
            return;
        }
        words_.push_back(word);
        if (word == "in" && words_.size() >= 3 && words_[words_.size() - 3] == "case") {
            ++cases_;
            pattern_ = true;
            words_.clear();
        } else if (word == "esac" && (pattern_ || words_.size() == 1) && cases_ > 0) {
            --cases_;
            pattern_ = false;
        }
    }

    void end_command(bool next_is_otherwise) {
        end_word();
        strip(words_);
        if (!words_.empty() && !pattern_) calls_.push_back({words_, otherwise_});
        words_.clear();
        otherwise_ = next_is_otherwise;
    }

    void separator() {
        const char c = text_[at_];
        const bool twice = next_is(1, c);
        if (pattern_ && c == '|') { // one pattern or another
            end_word();
            words_.clear();
            ++at_;
            return;
        }
        end_command(c == '|' && twice);
        at_ += twice ? 2 : 1;
        if (c == ';' && twice && cases_ > 0) pattern_ = true;
        if (c == '|' && twice) { // the command may stand on the next line
            while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0)
                ++at_;
        }
    }

    void redirection() {
        // 2> is no word of its own.
        if (in_word_ && std::all_of(word_.begin(), word_.end(),
                            [](unsigned char c) { return std::isdigit(c) != 0; })) {
            word_.clear();
            in_word_ = false;
        }
        end_word();
        document_ = text_.substr(at_, 2) == "<<";
        while (at_ < text_.size() && (text_[at_] == '<' || text_[at_] == '>'))
            ++at_;
        if (next_is(0, '&') || (document_ && next_is(0, '-'))) ++at_;
        while (at_ < text_.size() && is_space(text_[at_]))
            ++at_;
        target_ = true;
    }

    void skip_documents() {
        for (const auto& end : documents_)
            while (at_ < text_.size()) {
                const auto stop = std::min(text_.find('\n', at_), text_.size());
                auto line = text_.substr(at_, stop - at_);
                at_ = std::min(stop + 1, text_.size());
                while (line.starts_with('\t'))
                    line.remove_prefix(1);
                if (line == end) break;
            }
        documents_.clear();
    }

    void part_of_word() {
        const char c = text_[at_];
        if (c == '\\') {
            if (!next_is(1, '\n') && at_ + 1 < text_.size()) add(text_[at_ + 1]);
            at_ += 2;
        } else if (c == '\'') {
            in_word_ = true;
            for (++at_; at_ < text_.size() && text_[at_] != '\''; ++at_)
                add(text_[at_]);
            ++at_;
        } else if (c == '"') {
            in_word_ = true;
            for (++at_; at_ < text_.size() && text_[at_] != '"';) {
                if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
                    add(text_[at_ + 1]);
                    at_ += 2;
                } else {
                    expansion_or_char();
                }
            }
            ++at_;
        } else {
            expansion_or_char();
        }
    }

    void expansion_or_char() {
        const char c = text_[at_];
        if (c == '`') {
            const auto end = std::min(text_.find('`', at_ + 1), text_.size());
            Walker(text_.substr(at_ + 1, end - at_ - 1), calls_).commands(false);
            word_ += "$(...)";
            in_word_ = true;
            at_ = end + 1;
        } else if (c == '$' && next_is(1, '(') && next_is(2, '(')) {
            const auto end = text_.find("))", at_);
            word_ += "$((...))";
            in_word_ = true;
            at_ = end == std::string_view::npos ? text_.size() : end + 2;
        } else if (c == '$' && next_is(1, '(')) {
            Walker inside(text_, calls_);
            inside.start(at_ + 2);
            inside.commands(true);
            at_ = inside.at();
            word_ += "$(...)";
            in_word_ = true;
        } else if (c == '$' && next_is(1, '{')) {
            const auto end = std::min(text_.find('}', at_), text_.size() - 1);
            word_ += text_.substr(at_, end + 1 - at_);
            in_word_ = true;
            at_ = end + 1;
        } else {
            add(c);
            ++at_;
        }
    }

    std::string_view text_;
    std::vector<ShellCall>& calls_;
    std::size_t at_ = 0;
    std::string word_;
    bool in_word_ = false;
    std::vector<std::string> words_;
    bool otherwise_ = false;             // the command that is being read follows ||
    bool target_ = false;                // the word that is being read is where a redirection goes
    bool document_ = false;              // ... or what ends a here-document
    std::vector<std::string> documents_; // that begin on the next line
    int cases_ = 0;
    bool pattern_ = false; // a pattern of case is being read
};

} // namespace

std::vector<ShellCall> shell_calls(std::string_view text) {
    std::vector<ShellCall> calls;
    Walker(text, calls).commands(false);
    return calls;
}

} // namespace ovd
