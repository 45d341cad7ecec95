// SPDX-License-Identifier: Apache-2.0
#include "node/collected.h"

#include "base/pattern.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <set>
#include <sstream>

namespace ovd {
namespace {

ReadResult yes(std::string why = {}) {
    return {0, false, std::move(why)};
}
ReadResult no(std::string why) {
    return {1, false, std::move(why)};
}
ReadResult unknown(std::string why) {
    return {2, false, std::move(why)};
}

/// The first word of a line and what follows it.
std::pair<std::string, std::string> word_and_rest(const std::string& line) {
    const auto blank = line.find(' ');
    if (blank == std::string::npos) return {line, ""};
    return {line.substr(0, blank), line.substr(blank + 1)};
}

} // namespace

/// Lines between "@name" and "@ended STATUS".
struct Collected::Part {
    std::string name;
    std::vector<std::string> lines;
    std::string status;
};

Collected Collected::parse(std::string_view output) {
    Collected collected;
    std::optional<Part> part;
    for (auto& line : lines(output)) {
        if (line.starts_with("@ended ") && part) {
            part->status = line.substr(7);
            collected.take(*part);
            part.reset();
        } else if (line.starts_with('@')) {
            part = Part{line.substr(1), {}, {}};
        } else if (part) {
            part->lines.push_back(std::move(line));
        }
    }
    return collected;
}

void Collected::take(const Part& part) {
    const bool good = part.status == "0";
    if (part.name == "packages") {
        // dpkg-query ends with 1 when it does not know one of them, and with 2 when it is broken.
        if (!good && part.status != "1") return;
        auto& packages = packages_ ? *packages_ : packages_.emplace();
        for (const auto& line : part.lines) {
            const auto words = split(line, '\t');
            if (words.size() == 3 &&
                (words[1] == "install ok installed" || words[1] == "hold ok installed"))
                packages[words[0]] = words[2];
            for (const auto& name : groups_in(line, "^package (.*) is not installed$"))
                not_installed_.insert(name);
        }
    } else if (part.name == "units" && good) {
        auto& units = units_.emplace();
        for (const auto& line : part.lines) {
            const auto words = split(line, ' ');
            if (words.size() >= 4)
                units[words[0]] = {words[1], words[2], words[3], words.size() > 4 ? words[4] : ""};
        }
    } else if (part.name == "paths" && good) {
        auto& paths = paths_.emplace();
        for (const auto& line : part.lines) {
            auto [flags, path] = word_and_rest(line);
            paths[path] = flags;
        }
    } else if (part.name == "modes" && good) {
        auto& files = files_.emplace();
        for (const auto& line : part.lines) {
            auto [owner, rest] = word_and_rest(line);
            auto [mode, path] = word_and_rest(rest);
            files[path] = {owner, mode, ""};
        }
    } else if (part.name == "digests" && files_) {
        for (const auto& line : part.lines) {
            auto [digest, path] = word_and_rest(line);
            if (!path.empty()) (*files_)[path.substr(1)].digest = digest;
        }
    } else if (part.name == "lines" && good) {
        auto& files = lines_.emplace();
        Lines* file = nullptr;
        for (const auto& line : part.lines) {
            auto [word, rest] = word_and_rest(line);
            if (word == "file")
                file = &files[rest];
            else if (file != nullptr && word == "long")
                file->cut = true;
            else if (file != nullptr && word == "line")
                file->lines.push_back(rest);
        }
    } else if (part.name == "hostname" && part.lines.size() >= 3) {
        host_names_ = part.lines;
    } else if (part.name == "cib") {
        asked_configuration_ = true;
        if (good) configuration_ = Xml::parse(join(part.lines, "\n"));
    } else if (part.name == "crm_mon") {
        asked_state_ = true;
        if (good) state_ = Xml::parse(join(part.lines, "\n"));
    }
}

/// One overload a kind of look.
struct Collected::Judge {
    const Collected& node;

    explicit Judge(const Collected& collected) : node(collected) {}

    ReadResult operator()(const Read&) const { return unknown("a command is not collected"); }

    ReadResult operator()(const PackageInstalled& look) const {
        if (!node.packages_) return unknown("the package database does not answer");
        const auto found = node.packages_->find(look.name);
        if (found != node.packages_->end()) return yes(found->second);
        if (look.database == PackageInstalled::Database::rpm &&
            !node.not_installed_.contains(look.name))
            return unknown("rpm says nothing about " + look.name);
        return no(look.name + " is not installed");
    }

    ReadResult operator()(const UnitState& look) const {
        if (!node.units_ || !node.units_->contains(look.unit))
            return unknown("systemd says nothing about " + look.unit);
        const auto& [load, active, stale, file] = node.units_->at(look.unit);
        const bool running = active == "active" || active == "reloading" || active == "refreshing";
        // What systemctl is-enabled calls so, see its manual.
        constexpr std::string_view enabled[] = {
            "enabled", "enabled-runtime", "static", "alias", "indirect", "generated", "transient"};
        const bool at_boot = std::ranges::find(enabled, file) != std::end(enabled);
        const auto told = fmt::format("{}: {}, {}", look.unit, active, file.empty() ? load : file);
        if (look.running && *look.running != running) return no(told);
        if (look.enabled && *look.enabled != at_boot) return no(told);
        if (look.loaded && *look.loaded != (load == "loaded" && stale == "no"))
            return no(told + (stale == "yes" ? ", changed on disk" : ""));
        return yes();
    }

    ReadResult operator()(const PathState& look) const {
        if (!node.paths_ || !node.paths_->contains(look.path))
            return unknown("nothing was said about " + look.path);
        const auto& flags = node.paths_->at(look.path);
        const auto has = [&flags](char flag) { return flags.find(flag) != std::string::npos; };
        switch (look.state) {
        case PathState::State::exists:
            return has('e') ? yes() : no(look.path + " is missing");
        case PathState::State::filled:
            return has('s') ? yes() : no(look.path + (has('e') ? " is empty" : " is missing"));
        case PathState::State::missing:
            return has('e') || has('l') ? no(look.path + " exists") : yes();
        }
        return unknown("");
    }

    ReadResult operator()(const FileState& look) const {
        if (!node.files_) return unknown("nothing was said about " + look.path);
        const auto found = node.files_->find(look.path);
        if (found == node.files_->end()) return no(look.path + " is missing, or no regular file");
        const auto& [owner, mode, digest] = found->second;
        if (digest.empty()) return unknown(look.path + " cannot be read");
        const auto wanted_mode = look.mode.substr(look.mode.find_first_not_of('0'));
        if (owner != look.owner || mode != wanted_mode)
            return no(fmt::format(
                "{} is {} {}, not {} {}", look.path, owner, mode, look.owner, wanted_mode));
        return digest == look.sha256 ? yes() : no(look.path + " has other contents");
    }

    ReadResult operator()(const FileMode& look) const {
        if (!node.files_) return unknown("nothing was said about " + look.path);
        const auto found = node.files_->find(look.path);
        if (found == node.files_->end()) return no(look.path + " is missing, or no regular file");
        const auto& mode = found->second.mode;
        if (std::ranges::find(look.modes, mode) != look.modes.end()) return yes();
        return no(fmt::format("{} has mode {}", look.path, mode));
    }

    ReadResult operator()(const HostName& look) const {
        if (!node.host_names_) return unknown("the host name cannot be read");
        const auto& names = *node.host_names_;
        if (names[0] == look.name && names[1] == look.name &&
            names[2].substr(0, names[2].find('.')) == look.name)
            return yes();
        return no(fmt::format("it is {}, at boot {}, in full {}", names[0], names[1], names[2]));
    }

    ReadResult operator()(const HasLine& look) const {
        return over_lines(look.path, [&](const std::vector<std::string>& lines) {
            if (std::ranges::count(lines, look.line) != 1)
                return no(look.path + " does not have the line once");
            const bool stale =
                !look.replaces.empty() && std::ranges::any_of(lines, [&](const auto& line) {
                    return line != look.line && found_in(line, look.replaces);
                });
            return stale ? no(look.path + " has another such line") : yes();
        });
    }

    ReadResult operator()(const LineLike& look) const {
        return over_lines(look.path, [&](const std::vector<std::string>& lines) {
            const bool has = std::ranges::any_of(
                lines, [&](const auto& line) { return found_in(line, look.pattern); });
            if (has == look.wanted || (look.or_missing && lines.empty())) return yes();
            return no(
                fmt::format("{} has {} line like {}", look.path, has ? "a" : "no", look.pattern));
        });
    }

    ReadResult operator()(const IniKey& look) const {
        return over_lines(look.path, [&](const std::vector<std::string>& lines) {
            bool inside = false;
            bool good = false;
            for (const auto& line : lines) {
                if (line.starts_with('[')) inside = line == "[" + look.section + "]";
                const auto equals = line.find('=');
                if (!inside || equals == std::string::npos) continue;
                if (trim("x" + line.substr(0, equals)) == "x" + look.key)
                    good = trim(line.substr(equals + 1)) == look.value;
            }
            return good ? yes()
                        : no(fmt::format("{}: {} is not {}", look.path, look.key, look.value));
        });
    }

    ReadResult operator()(const HostAddress& look) const {
        return over_lines("/etc/hosts", [&](const std::vector<std::string>& lines) {
            std::set<std::string> addresses;
            for (const auto& line : lines) {
                std::istringstream words(line.substr(0, line.find('#')));
                std::string address;
                words >> address;
                const bool is_ipv4 = address.find(':') == std::string::npos;
                for (std::string name; is_ipv4 && words >> name;)
                    if (name == look.name) addresses.insert(address);
            }
            if (addresses == std::set{look.address}) return yes();
            return no(fmt::format("/etc/hosts: {} is {}", look.name,
                addresses.empty() ? "missing" : fmt::format("{}", fmt::join(addresses, ", "))));
        });
    }

    ReadResult operator()(const ClusterHas& look) const {
        const bool configuration = look.part == ClusterHas::Part::configuration;
        if (configuration ? !node.asked_configuration_ : !node.asked_state_)
            return unknown("the cluster was not asked");
        const auto& xml = configuration ? node.configuration_ : node.state_;
        if (!xml) return no("no cluster answers");
        if (xml->has(look.xpath) == look.wanted) return yes();
        return no(fmt::format("{} has {}{}", configuration ? "the CIB" : "crm_mon",
            look.wanted ? "no " : "", look.xpath));
    }

private:
    template <class Of>
    ReadResult over_lines(const std::string& path, const Of& of) const {
        if (!node.lines_) return unknown("the lines of " + path + " cannot be read");
        const auto found = node.lines_->find(path);
        if (found == node.lines_->end()) return of({});
        if (found->second.cut) return unknown(path + " is too long to be looked through");
        return of(found->second.lines);
    }
};

ReadResult Collected::judge(const Look& look) const {
    return std::visit(Judge(*this), look);
}

} // namespace ovd
