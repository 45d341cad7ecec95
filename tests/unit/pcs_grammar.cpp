// SPDX-License-Identifier: Apache-2.0
#include "pcs_grammar.h"

#include "base/pattern.h"
#include "base/text.h"

#include <cstdlib>
#include <fmt/format.h>
#include <optional>

namespace ovd {
namespace {

/// An option with its bounds: "--wait[=]>=0.9.150", "--node=<0.11". A name before the = takes a
/// value, [=] may;
/// "--name=!" must be there; "--query/-Q" has a short form.
struct Option {
    std::string name;
    std::string brief;
    enum class Value { none, may, must } value = Value::none;
    bool needed = false;
    std::string since;
    std::string before;
};

/// What follows a program or its subcommand, in versions from since to before.
struct Form {
    const char* program;
    const char* words;     ///< subcommand; empty: none
    const char* arguments; ///< what its other words look like when joined by blanks (see shape())
    const char* options;
    const char* since = "";
    const char* before = "";
};

// In arguments: N is a name (of a node, a resource ...), O is NAME=VALUE, $V a variable that holds
// such words.
constexpr Form forms[] = {
    {"pcs", "", "", "--version!"},

    {"pcs", "cluster auth", "N( N)*", "-u= -p= --force --local", "", "0.10"},
    {"pcs", "cluster auth", "", "-u= -p= --request-timeout=", "0.10"}, // only this node's pcsd
    {"pcs", "host auth", "N( addr=[^ ]+)?( N( addr=[^ ]+)?)*",
        "-u= -p= --request-timeout=", "0.10"},
    {"pcs", "cluster setup", "N( N)*",
        "--name=! --start --enable --local --force --wait[=]>=0.9.150", "", "0.10"},
    {"pcs", "cluster setup", "N( N( addr=[^ ]+)*)+", "--start --enable --force --wait[=]", "0.10"},
    {"pcs", "cluster start", "(N( N)*)?", "--all --wait[=]>=0.9.150 --request-timeout=>=0.9.164"},
    {"pcs", "cluster enable", "(N( N)*)?", "--all"},
    {"pcs", "cluster disable", "(N( N)*)?", "--all"},
    {"pcs", "cluster node add", "N", "--start --enable --force --wait[=]>=0.9.150", "", "0.10"},
    {"pcs", "cluster node add", "N( addr=[^ ]+)*", "--start --enable --force --wait[=]", "0.10"},
    {"pcs", "cluster node remove", "N", "--force", "", "0.10"},
    {"pcs", "cluster node remove", "N( N)*", "--force --skip-offline", "0.10"},
    {"pcs", "cluster standby", "N?", "--all", "", "0.10"},
    {"pcs", "cluster unstandby", "N?", "--all", "", "0.10"},
    {"pcs", "cluster sync", "", ""},
    {"pcs", "cluster destroy", "", "--all --force>=0.11 --yes>=0.12"},
    {"pcs", "node standby", "(N( N)*)?", "--all --wait[=]", "0.9.150"},
    {"pcs", "node unstandby", "(N( N)*)?", "--all --wait[=]", "0.9.150"},

    {"pcs", "property set", "O( O)*", "--force --node=<0.11"},
    {"pcs", "property unset", "N( N)*", "--force --node=<0.11"},
    {"pcs", "property show", "(N( N)*)?", "--all --defaults", "", "0.12"},
    {"pcs", "property config", "(N( N)*)?", "--all --defaults", "0.10.9"},

    {"pcs", "resource defaults", "O( O)*", "", "", "0.12"},
    {"pcs", "resource defaults update", "O( O)*", "", "0.10.7"},
    // A variable may hold one more option; operations and meta attributes follow their own word.
    {"pcs", "resource create", "N N(:N)+( O| $V)*( op( N( O)+)+)?( meta( O)+)?",
        "--disabled --no-default-ops --force --wait[=] --group=<0.11.7 --before=<0.11.7 "
        "--after=<0.11.7"},
    {"pcs", "resource enable", "N", "--wait[=]", "", "0.9.157"},
    {"pcs", "resource enable", "N( N)*", "--wait[=]", "0.9.157"},
    {"pcs", "resource disable", "N", "--wait[=]", "", "0.9.157"},
    {"pcs", "resource disable", "N( N)*", "--wait[=]", "0.9.157"},
    {"pcs", "resource restart", "N( N)?", "--wait[=]"},
    {"pcs", "resource move", "N( N)?( lifetime=[^ ]+)?",
        "--wait[=] --master --autodelete>=0.10.9 --strict>=0.10.9", "", "0.11"},
    // Without --wait it waits for ever, which nobody wants.
    {"pcs", "resource move", "N( N)?", "--wait[=]! --promoted --strict --autodelete<0.12", "0.11"},
    {"pcs", "resource move-with-constraint", "N( N)?( lifetime=[^ ]+)?", "--wait[=] --promoted",
        "0.11"},
    {"pcs", "resource clear", "N( N)?", "--wait[=] --expired>=0.9.168"},
    {"pcs", "resource cleanup", "N?", "--node=>=0.9.150", "", "0.10"},
    {"pcs", "resource cleanup", "N?( node=[^ ]+)?", "", "0.10"},
    {"pcs", "resource refresh", "N?", "", "0.9.162"},
    {"pcs", "resource manage", "N( N)*", ""},
    {"pcs", "resource unmanage", "N( N)*", ""},
    {"pcs", "resource show", "N?", "--full", "", "0.11"},
    {"pcs", "resource config", "(N( N)*)?", "", "0.10"},

    {"pcs", "constraint", "", "--full"},
    {"pcs", "constraint location", "N (avoids|prefers)( N(=[^ ]+)?)+", ""},
    {"pcs", "constraint location", "regexp%[^ ]+ (avoids|prefers)( N(=[^ ]+)?)+", "", "0.9.157"},
    {"pcs", "constraint colocation add", "N( with)? N( [+-]?[0-9A-Z]+)?( O)*", "", "", "0.10"},
    {"pcs", "constraint colocation add", "N with N( [+-]?[0-9A-Z]+)?( O)*", "", "0.10", "0.12"},
    {"pcs", "constraint colocation add", "N with N( O)*", "", "0.12"},
    {"pcs", "constraint order", "(N )?N then (N )?N( O)*", ""},

    {"pcs", "alert create", "path=[^ ]+( O)*", "", "0.9.153"},
    {"pcs", "alert remove", "N", "", "0.9.153", "0.9.157"},
    {"pcs", "alert remove", "N( N)*", "", "0.9.157"},

    {"pcs", "status", "", "--full"},
    {"pcs", "status xml", "", ""},

    {"crm_mon", "", "",
        "--one-shot/-1 --inactive/-r --failcounts/-f --as-xml/-X --output-as=>=2.0.3 "
        "--include=>=2.0.4 "
        "--exclude=>=2.0.4"},
    {"crm_resource", "", "",
        "--resource=/-r --locate/-W --query-xml/-q --meta/-m --get-parameter=/-g --wait "
        "--timeout=/-T --move/-M --ban/-B --clear/-U --node=/-N --cleanup/-C --refresh/-R "
        "--reprobe/-P<2.0.0 --quiet/-Q --list/-L --why>=1.1.18 --expired>=1.1.23"},
    {"crm_attribute", "", "",
        "--name=/-n --query/-G --update=/-v --delete/-D --node=/-N --type=/-t --quiet/-q"},
    {"crm_verify", "", "", "--live-check/-L --xml-file=/-x --verbose/-V"},
    {"crm_simulate", "", "",
        "--live-check/-L --xml-file=/-x --simulate/-S --run/-R --show-scores/-s --save-output=/-O"},
    {"crm_node", "", "", "--name/-n --list/-l --partition/-p --quorum/-q --cluster-id/-i"},
    {"cibadmin", "", "",
        "--query/-Q --xpath=/-A --replace/-R --xml-file=/-x --scope=/-o --local/-l"},
    {"pacemakerd", "", "", "--version/-$"},
    {"corosync-quorumtool", "", "", "--status/-s"},
    {"corosync-cfgtool", "", "", "--status/-s"},
};

/// Compares dotted versions; an empty bound is never reached from below and always from above.
bool older(const std::string& version, const std::string& bound) {
    const auto a = split(version, '.');
    const auto b = split(bound, '.');
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
        const int x = i < a.size() ? std::atoi(a[i].c_str()) : 0;
        const int y = i < b.size() ? std::atoi(b[i].c_str()) : 0;
        if (x != y) return x < y;
    }
    return false;
}

bool within(const std::string& version, const std::string& since, const std::string& before) {
    return (since.empty() || !older(version, since)) && (before.empty() || older(version, before));
}

std::vector<Option> options_of(const Form& form) {
    std::vector<Option> all;
    for (auto text : split(form.options, ' ')) {
        if (text.empty()) continue;
        Option option;
        if (const auto at = text.find(">="); at != std::string::npos) {
            option.since = text.substr(at + 2);
            text.resize(at);
        } else if (const auto below = text.find('<'); below != std::string::npos) {
            option.before = text.substr(below + 1);
            text.resize(below);
        }
        if (text.ends_with('!')) {
            option.needed = true;
            text.pop_back();
        }
        if (const auto slash = text.find('/'); slash != std::string::npos) {
            option.brief = text.substr(slash + 1);
            text.resize(slash);
        }
        if (text.ends_with("[=]")) {
            option.value = Option::Value::may;
            text.resize(text.size() - 3);
        } else if (text.ends_with('=')) {
            option.value = Option::Value::must;
            text.pop_back();
        }
        option.name = text;
        all.push_back(option);
    }
    return all;
}

/// The regular expression that a form's arguments stand for.
std::string shape(const std::string& arguments) {
    std::string pattern;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto two = arguments.substr(i, 2);
        if (two == "$V") {
            pattern += "[$][{]?[A-Za-z_]+[}]?";
            ++i;
        } else if (arguments[i] == 'N') {
            pattern += "[^ =:%]+";
        } else if (arguments[i] == 'O') {
            pattern += "[A-Za-z_-]+=[^ ]*";
        } else {
            pattern += arguments[i];
        }
    }
    return pattern;
}

/// The options of a call, parted from its plain words, or what is wrong with them.
class Reading {
public:
    Reading(const Form& form, std::string version, std::string called)
        : options_(options_of(form)), version_(std::move(version)), called_(std::move(called)) {}

    std::string read(const std::vector<std::string>& words) {
        for (std::size_t i = 0; i < words.size(); ++i) {
            const auto& word = words[i];
            std::string wrong;
            if (word.starts_with("--"))
                wrong = long_option(words, i);
            else if (word.starts_with('-') && word.size() > 1)
                wrong = short_options(words, i);
            else
                plain_ += (plain_.empty() ? "" : " ") + one_word(word);
            if (!wrong.empty()) return wrong;
        }
        for (const auto& option : options_)
            if (option.needed && !seen_.contains(option.name))
                return fmt::format("{} needs {}", called_, option.name);
        return "";
    }
    [[nodiscard]] const std::string& plain() const { return plain_; }

private:
    static std::string one_word(std::string word) {
        for (auto& c : word)
            if (c == ' ') c = '_';
        return word.empty() ? "''" : word;
    }

    std::string take(const Option& option, std::string_view written,
        const std::optional<std::string>& value, const std::vector<std::string>& words,
        std::size_t& i) {
        if (!within(version_, option.since, option.before))
            return fmt::format("{} does not take {} (known {})", called_, written,
                option.since.empty() ? "before " + option.before : "since " + option.since);
        if (value && option.value == Option::Value::none)
            return fmt::format("{} takes no value for {}", called_, written);
        if (value && value->empty())
            return fmt::format("{} needs a value for {}", called_, written);
        if (!value && option.value == Option::Value::must && ++i >= words.size())
            return fmt::format("{} needs a value for {}", called_, written);
        seen_[option.name] = true;
        return "";
    }

    std::string long_option(const std::vector<std::string>& words, std::size_t& i) {
        const auto word = words[i];
        const auto equals = word.find('=');
        const auto name = word.substr(0, equals);
        const auto value =
            equals == std::string::npos ? std::optional<std::string>() : word.substr(equals + 1);
        for (const auto& option : options_)
            if (option.name == name) return take(option, name, value, words, i);
        return fmt::format("{} does not take {}", called_, name);
    }

    /// -sL is -s -L; what takes a value is the last of them.
    std::string short_options(const std::vector<std::string>& words, std::size_t& i) {
        const auto word = words[i];
        for (std::size_t n = 1; n < word.size(); ++n) {
            const auto name = std::string("-") + word[n];
            const Option* found = nullptr;
            for (const auto& option : options_)
                if (option.name == name || option.brief == name) found = &option;
            if (found == nullptr) return fmt::format("{} does not take {}", called_, name);
            const bool takes = found->value == Option::Value::must;
            const auto rest = takes && n + 1 < word.size()
                                  ? std::optional<std::string>(word.substr(n + 1))
                                  : std::nullopt;
            if (auto wrong = take(*found, name, rest, words, i); !wrong.empty()) return wrong;
            if (takes) break;
        }
        return "";
    }

    std::vector<Option> options_;
    std::string version_;
    std::string called_;
    std::string plain_;
    std::map<std::string, bool> seen_;
};

/// Whose version a program has.
std::string family_of(const std::string& program) {
    if (program == "pcs") return "pcs";
    return program.starts_with("corosync") ? "corosync" : "pacemaker";
}

bool begins_with(const std::vector<std::string>& words, const std::vector<std::string>& with) {
    return words.size() >= with.size() && std::equal(with.begin(), with.end(), words.begin());
}

std::vector<std::string> subcommand(const Form& form) {
    return *form.words == '\0' ? std::vector<std::string>{} : split(form.words, ' ');
}

/// As against prose that begins with the program's name.
bool is_command(const std::vector<std::string>& words) {
    if (words[0] == "pcs")
        for (const auto& form : forms)
            if (std::string_view(form.program) == "pcs" && *form.words != '\0' &&
                split(form.words, ' ').front() == words[1])
                return true;
    return words[1].starts_with('-');
}

std::string span_of(const Form& form) {
    std::vector<std::string> parts;
    if (*form.since != '\0') parts.push_back(std::string("since ") + form.since);
    if (*form.before != '\0') parts.push_back(std::string("before ") + form.before);
    return join(parts, ", ");
}

} // namespace

bool is_cluster_program(const std::string& program) {
    return program == "pcs" || program == "cibadmin" || program == "stonith_admin" ||
           program == "attrd_updater" || program.starts_with("crm_") ||
           program.starts_with("pacemaker") || program.starts_with("corosync");
}

std::string refused(const std::vector<std::string>& words, const Versions& versions) {
    const auto& program = words.front();
    const auto family = versions.find(family_of(program));
    if (family == versions.end())
        return fmt::format("nobody says which version of {} is there", program);
    const auto called = fmt::format("{} ({} {})", program, family->first, family->second);
    const std::vector<std::string> rest(words.begin() + 1, words.end());
    // Of all subcommands that the words begin with, the longest that this version has.
    std::size_t length = 0;
    std::string elsewhere;
    std::vector<const Form*> candidates;
    for (const auto& form : forms) {
        const auto verb = subcommand(form);
        if (program != form.program || !begins_with(rest, verb)) continue;
        if (!within(family->second, form.since, form.before)) {
            if (!verb.empty()) elsewhere = fmt::format("{}: {}", form.words, span_of(form));
            continue;
        }
        if (verb.size() < length) continue;
        if (verb.size() > length) candidates.clear();
        length = verb.size();
        candidates.push_back(&form);
    }
    std::string wrong;
    for (const auto* form : candidates) {
        const auto verb = subcommand(*form);
        const auto its = *form->words == '\0' ? called : called + " " + form->words;
        Reading reading(*form, family->second, its);
        wrong = reading.read({rest.begin() + static_cast<std::ptrdiff_t>(verb.size()), rest.end()});
        if (!wrong.empty()) continue;
        if (is_like(reading.plain(), shape(form->arguments))) return "";
        wrong = fmt::format("{} does not take the words: {}", its, reading.plain());
    }
    const bool no_such_verb =
        length == 0 && program == "pcs" && !rest.empty() && rest.front()[0] != '-';
    if (candidates.empty() || no_such_verb)
        return fmt::format("{} does not know: {}{}", called, join(rest, " "),
            elsewhere.empty() ? "" : " (" + elsewhere + ")");
    return wrong;
}

std::vector<std::string> refused_in(std::string_view text, const Versions& versions) {
    std::vector<std::string> all;
    const auto calls = shell_calls(text);
    for (std::size_t i = 0; i < calls.size();) {
        // A || B of one program: two ways to ask it.
        std::size_t end = i + 1;
        while (end < calls.size() && calls[end].otherwise &&
               calls[end].words.front() == calls[i].words.front())
            ++end;
        std::vector<std::string> wrong;
        if (is_cluster_program(calls[i].words.front()))
            for (std::size_t n = i; n < end; ++n)
                if (auto why = refused(calls[n].words, versions); !why.empty())
                    wrong.push_back(std::move(why));
        if (wrong.size() == end - i) all.insert(all.end(), wrong.begin(), wrong.end());
        i = end;
    }
    return all;
}

std::vector<std::string> refused_in_prose(const std::string& text, const Versions& versions) {
    std::vector<std::string> all;
    std::string flat = text;
    for (auto& c : flat)
        if (c == '\n' || c == '"' || c == '(') c = ' ';
    const auto tokens = split(flat, ' ');
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (!is_cluster_program(tokens[i])) continue;
        std::vector<std::string> words{tokens[i]};
        for (std::size_t n = i + 1; n < tokens.size(); ++n) {
            auto word = tokens[n];
            const auto end = word.find_last_not_of(".,;:)");
            const bool last = end + 1 != word.size();
            word.resize(end + 1);
            if (!word.empty()) words.push_back(word);
            if (last) break;
        }
        if (words.size() < 2 || !is_command(words)) continue;
        // The longest beginning that is a command; what follows it must be prose.
        std::string wrong = refused(words, versions);
        for (auto some = words; !wrong.empty() && some.size() > 2;) {
            const auto dropped = some.back();
            some.pop_back();
            if (dropped.starts_with('-')) break;
            if (refused(some, versions).empty()) wrong.clear();
        }
        if (!wrong.empty()) all.push_back(std::move(wrong));
    }
    return all;
}

} // namespace ovd
