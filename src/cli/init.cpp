// SPDX-License-Identifier: Apache-2.0
#include "cli/init.h"
#include "cli/sheets.h"
#include "cli/verb.h"
#include "sheet/defaults.h"

#include "base/file.h"
#include "base/printable.h"
#include "cli/init_farm.h"
#include "farm/reading.h"
#include "farm/rules.h"
#include "ssh/ssh.h"
#include "ui/print.h"
#include "ui/terminal_prompter.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/format.h>

namespace ovd {
namespace {

/// Connections to the nodes of --from, for looking only.
std::unique_ptr<ChangingConnections> connect(
    const Logins& logins, const InitOptions& from, Prompter& prompter) {
    std::vector<SshTarget> targets;
    for (const auto& [id, login] : logins)
        targets.push_back({id, login.user, login.host, login.port, {}});
    SshOptions options;
    options.identity = from.identity;
    options.known_hosts = from.known_hosts;
    if (prompter.interactive()) {
        options.trust = [&prompter](const UnknownHostKey& key) {
            const auto yes = prompter.confirm(
                fmt::format(
                    "{} ({}) has a host key that is not known yet: {} {}\nIs it the right one?",
                    key.node, key.host, key.type, key.fingerprint),
                false);
            return yes && *yes;
        };
        options.secret = [&prompter](const std::string& question) {
            return prompter.secret(question).value_or("");
        };
    }
    return make_ssh(std::move(targets), std::move(options));
}

Result<Discovery> look_at(const Logins& logins, const InitOptions& options, Prompter& prompter,
    const std::stop_token& stop) {
    const auto nodes = connect(logins, options, prompter);
    Discovery found;
    for (const auto& [id, login] : logins) {
        if (stop.stop_requested()) return fail(ErrorKind::stopped, "Stopped; nothing was written.");
        auto node = discover(nodes->reader(id));
        if (!node) return tl::unexpected(node.error().during("Looking at " + id));
        print_text(printable(found_text(id, *node)));
        found[id] = std::move(*node);
    }
    return found;
}

Status may_write(const InitOptions& options) {
    std::error_code error;
    if (options.force || !std::filesystem::exists(options.output, error)) return {};
    return fail(ErrorKind::usage, options.output + " is there already; it is left as it is.",
        "Name another file with --output, or replace this one with --force");
}

Result<Farm> describe(const InitOptions& options, const PlatformList& platforms, Prompter& prompter,
    const std::stop_token& stop) {
    const auto logins = parse_from(options.from);
    if (!logins) return tl::unexpected(logins.error());
    const auto servers = parse_servers(options.servers);
    if (!servers) return tl::unexpected(servers.error());
    if (!options.vip.empty())
        if (auto good = check_address(options.vip); !good)
            return fail(ErrorKind::usage, "--vip: " + good.error().message, good.error().hint);
    const auto found = look_at(*logins, options, prompter, stop);
    if (!found) return tl::unexpected(found.error());
    Farm farm = propose_farm(*found, *logins);
    farm.identity = options.identity;
    farm.known_hosts = options.known_hosts;
    farm.vip = options.vip;
    farm.servers = *servers;
    farm.snat_to = default_snat_to(farm);
    farm.allow_outside_guide = options.allow_outside_guide;
    if (options.defaults) {
        if (auto good = complete(farm, platforms); !good) return tl::unexpected(good.error());
        return farm;
    }
    if (prompter.interactive())
        print("\nEnter takes what stands in [ ]. Nothing is written before the end.\n\n");
    return ask_farm(farm, platforms, prompter);
}

} // namespace

void add_init_options(CLI::App& verb, InitOptions& options) {
    verb.add_option("-o,--output", options.output, "the file to write")->capture_default_str();
    verb.add_flag("--force", options.force, "replace that file when it is there");
    verb.add_option(
        "--from", options.from, "discover a node over SSH, as osm1=root@10.20.1.11; for each node");
    verb.add_option("--identity", options.identity, "the SSH key to log in with");
    verb.add_option("--known-hosts", options.known_hosts, "the file of known SSH host keys");
    verb.add_option("--vip", options.vip, "the virtual IP");
    verb.add_option("--server", options.servers,
        "a farm server, as oas1:oas=root@10.20.1.31; roles: oas ofs esg owa ac");
    verb.add_flag("--allow-outside-guide", options.allow_outside_guide,
        "accept platforms that are not on the guide's list");
    verb.add_option("--steps", options.steps, "a folder of steps of your own");
    verb.add_flag("--defaults", options.defaults, "ask nothing; fail when something is not known");
}

Result<int> init_verb(const InitOptions& given, std::stop_token stop) {
    InitOptions options = given;
    for (std::string* path : {&options.identity, &options.known_hosts})
        if (!path->empty()) *path = std::filesystem::absolute(*path).lexically_normal().string();
    if (auto good = may_write(options); !good) return tl::unexpected(good.error());
    Common common;
    common.steps = options.steps;
    const auto guide = load_whole_guide(common);
    if (!guide) return tl::unexpected(guide.error());
    const auto platforms = guide->platform_list();
    TerminalPrompter prompter(!options.defaults, stop);
    auto farm = describe(options, platforms, prompter, stop);
    if (!farm) return tl::unexpected(farm.error());
    print("\n{}\n", printable(farm_summary(*farm)));
    if (!options.defaults) {
        const auto yes = prompter.confirm("Write this to " + options.output + "?", true);
        if (!yes) return tl::unexpected(yes.error());
        if (!*yes) return fail(ErrorKind::refused, "Nothing was written.", "Run init again");
    }
    if (auto done = write_file(options.output, farm_text(*farm)); !done)
        return tl::unexpected(done.error());
    // What was written must be what will be read.
    if (auto read = load_farm(options.output, platforms); !read)
        return tl::unexpected(read.error());
    print("Wrote {}. Read it through, then type: ovd-failover check\n", options.output);
    if (const auto sheet = sheet_beside(options.output); !std::filesystem::exists(sheet)) {
        if (auto done = write_file(sheet, default_sheet(*farm)); !done)
            return tl::unexpected(done.error());
        print("Wrote {}, the verification sheet: ovd-failover verify runs it.\n", sheet);
    }
    return 0;
}

namespace {

class InitVerb final : public Verb {
public:
    void add_options(CLI::App& app) override { add_init_options(app, options_); }
    Result<int> run(Signals& signals) override { return init_verb(options_, signals.token()); }

private:
    InitOptions options_;
};

} // namespace

std::unique_ptr<Verb> make_init_verb() {
    return std::make_unique<InitVerb>();
}

} // namespace ovd
