// SPDX-License-Identifier: Apache-2.0
#include "action/step_probe.h"

#include "base/pattern.h"
#include "base/xml.h"

#include <array>
#include <fmt/format.h>

namespace ovd {
namespace {

constexpr std::array rules = {
    FieldRule{"command", FieldType::text, false,
        "a POSIX shell command that only looks: exit 0 yes, 1 no, anything else cannot be told"},
    FieldRule{"stdin", FieldType::text, false, "what the command reads; may hold secrets"},
    FieldRule{"exists", FieldType::text_or_list, false, "paths that must be there"},
    FieldRule{"missing", FieldType::text_or_list, false, "paths that must not be there"},
    FieldRule{"filled", FieldType::text_or_list, false, "files that must not be empty"},
    FieldRule{"installed", FieldType::text_or_list, false, "packages"},
    FieldRule{"running", FieldType::text_or_list, false, "systemd units"},
    FieldRule{"stopped", FieldType::text_or_list, false, "systemd units"},
    FieldRule{"enabled", FieldType::text_or_list, false, "systemd units that start at boot"},
    FieldRule{"disabled", FieldType::text_or_list, false, "systemd units that do not"},
    FieldRule{"loaded", FieldType::text_or_list, false,
        "systemd units that systemd knows as their files are now"},
    FieldRule{"file", FieldType::text, false, "the file without secrets that like and unlike mean"},
    FieldRule{"like", FieldType::text_or_list, false,
        "POSIX extended regular expressions, each of which some line must match"},
    FieldRule{"unlike", FieldType::text_or_list, false,
        "POSIX extended regular expressions, none of which a line may match"},
    FieldRule{"modes", FieldType::text_or_list, false, "what the file's mode may be, octal"},
    FieldRule{"host_name", FieldType::text, false, "what the host must be called"},
    FieldRule{"or_missing", FieldType::flag, false, "a file that is missing or empty is well too"},
    FieldRule{"hosts", FieldType::text_or_list, false,
        "NAME=ADDRESS: what /etc/hosts must give, and nothing else, for the name"},
    FieldRule{"cib", FieldType::text_or_list, false,
        "XPaths that must find something in the configuration of the cluster"},
    FieldRule{"no_cib", FieldType::text_or_list, false, "XPaths that must find nothing there"},
    FieldRule{"crm_mon", FieldType::text_or_list, false,
        "XPaths that must find something in the state of the cluster"},
};

/// The texts under a key with their names filled in.
Result<std::vector<std::string>> filled_list(
    const Context& context, const Fields& fields, const std::string& key, Encoding encoding) {
    auto texts = fields.list(key);
    if (!texts) return texts;
    for (auto& text : *texts) {
        const auto content = fill(text, context.names, encoding, fields.where(key));
        if (!content) return tl::unexpected(content.error());
        if (!content->plain())
            return fail(ErrorKind::steps, "A secret or fetched value may not stand here.",
                "Only stdin may hold them.", fields.where(key));
        text = content->display();
    }
    return texts;
}

/// What the keys of one probe ask for, gathered; the first error ends it.
class Gatherer {
public:
    Gatherer(const Context& context, const Fields& fields) : context_(context), fields_(fields) {}

    Result<Probes> probes() {
        paths();
        packages();
        units();
        lines();
        hosts();
        host_name();
        cluster();
        command();
        if (error_) return tl::unexpected(*error_);
        if (probes_.empty())
            return fail(ErrorKind::steps, "This probe asks nothing.",
                "Give it a key, see steps/README.md.", fields_.where(""));
        return std::move(probes_);
    }

private:
    template <class Make>
    void each(const std::string& key, const Make& make, Encoding encoding = Encoding::raw) {
        if (error_) return;
        const auto texts = filled_list(context_, fields_, key, encoding);
        if (!texts) {
            error_ = texts.error();
            return;
        }
        for (const auto& text : *texts)
            if (auto look = make(text))
                probes_.push_back(std::move(*look));
            else if (!error_)
                error_ = look.error();
    }

    void paths() {
        using State = PathState::State;
        struct Row {
            const char* key;
            State state;
        };
        for (const auto& row :
            {Row{"exists", State::exists}, {"missing", State::missing}, {"filled", State::filled}})
            each(row.key, [&](const std::string& path) -> Result<Probe> {
                if (auto ok = absolute(path, row.key); !ok) return tl::unexpected(ok.error());
                return PathState{path, row.state};
            });
    }

    void packages() {
        each("installed", [&](const std::string& name) -> Result<Probe> {
            const auto database = package_database(context_.platform, fields_.where("installed"));
            if (!database) return tl::unexpected(database.error());
            return PackageInstalled{*database, name};
        });
    }

    void units() {
        struct Row {
            const char* key;
            std::optional<bool> running, enabled, loaded;
        };
        for (const auto& row : {Row{"running", true, {}, {}}, {"stopped", false, {}, {}},
                 {"enabled", {}, true, {}}, {"disabled", {}, false, {}}, {"loaded", {}, {}, true}})
            each(row.key, [&](const std::string& unit) -> Result<Probe> {
                return UnitState{unit, row.running, row.enabled, row.loaded};
            });
    }

    void lines() {
        const bool says = fields_.has("like") || fields_.has("unlike") || fields_.has("modes");
        if (fields_.has("file") != says) {
            error_ = Error{ErrorKind::steps, "file goes with like, unlike or modes.",
                "Name the file, and what its lines are like.", fields_.where("file")};
            return;
        }
        if (!fields_.has("file")) return;
        const auto path = filled_word(context_, fields_, "file");
        if (!path) error_ = path.error();
        if (auto ok = absolute(path.value_or(""), "file"); !ok && !error_) error_ = ok.error();
        if (!error_ && fields_.has("modes")) {
            const auto modes = filled_list(context_, fields_, "modes", Encoding::raw);
            if (modes)
                probes_.emplace_back(FileMode{*path, *modes});
            else
                error_ = modes.error();
        }
        const bool or_missing = fields_.flag("or_missing", false);
        for (const bool wanted : {true, false}) {
            const std::string key = wanted ? "like" : "unlike";
            each(
                key,
                [&](const std::string& pattern) -> Result<Probe> {
                    if (auto ok = check_pattern(pattern, fields_.where(key)); !ok)
                        return tl::unexpected(ok.error());
                    return LineLike{*path, pattern, wanted, or_missing};
                },
                Encoding::pattern);
        }
    }

    void hosts() {
        each("hosts", [&](const std::string& text) -> Result<Probe> {
            const auto equals = text.find('=');
            if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
                return fail(ErrorKind::steps, fmt::format("'{}' is not NAME=ADDRESS.", text),
                    "Write sm-osm1.priv=192.168.100.11.", fields_.where("hosts"));
            return HostAddress{text.substr(0, equals), text.substr(equals + 1)};
        });
    }

    void host_name() {
        each("host_name", [](const std::string& name) -> Result<Probe> { return HostName{name}; });
    }

    void cluster() {
        using Part = ClusterHas::Part;
        struct Row {
            const char* key;
            Part part;
            bool wanted;
        };
        for (const auto& row : {Row{"cib", Part::configuration, true},
                 Row{"no_cib", Part::configuration, false}, Row{"crm_mon", Part::state, true}})
            each(row.key, [&](const std::string& xpath) -> Result<Probe> {
                if (auto ok = check_xpath(xpath, fields_.where(row.key)); !ok)
                    return tl::unexpected(ok.error());
                return ClusterHas{row.part, xpath, row.wanted};
            });
    }

    void command() {
        if (error_ || !fields_.has("command")) return;
        const auto text = fields_.text("command");
        if (!text) error_ = text.error();
        const auto filled =
            fill_command(text.value_or(""), context_.names, fields_.where("command"));
        if (!filled && !error_) error_ = filled.error();
        const auto input = fields_.text("stdin");
        if (!input && !error_) error_ = input.error();
        auto content =
            fill(input.value_or(""), context_.names, Encoding::raw, fields_.where("stdin"));
        if (!content && !error_) error_ = content.error();
        if (!error_) probes_.emplace_back(ShellProbe{*filled, std::move(*content)});
    }

    [[nodiscard]] Status absolute(const std::string& path, const std::string& key) const {
        if (path.starts_with('/') && path.find('\n') == std::string::npos) return {};
        return fail(ErrorKind::steps, fmt::format("'{}' is no absolute path.", path),
            "Begin it with a slash.", fields_.where(key));
    }

    const Context& context_;
    const Fields& fields_;
    Probes probes_;
    std::optional<Error> error_;
};

} // namespace

std::span<const FieldRule> probe_keys() {
    return rules;
}

Result<Probes> step_probe(const Context& context, const Fields& fields) {
    return Gatherer(context, fields).probes();
}

} // namespace ovd
