// SPDX-License-Identifier: Apache-2.0
#include "cli/session.h"

#include "action/validate.h"
#include "base/clock.h"
#include "base/quote.h"
#include "engine/facts.h"
#include "engine/inspect.h"
#include "engine/journal.h"
#include "engine/state.h"
#include "ui/terminal_prompter.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <pwd.h>
#include <set>
#include <sys/ioctl.h>
#include <unistd.h>

namespace ovd {
namespace fs = std::filesystem;
namespace {

/// steps/ and templates/ are found from where the program lies: two folders up in a build tree, in
/// share/ where it was installed. So both can be moved to another place or machine as a whole.
std::string data_folder(const std::string& chosen, const std::string& name) {
    if (!chosen.empty()) return chosen;
    std::error_code ignored; // an unknown place is told when the folder is not found there
    const auto program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    const auto tree = (program / "../..").lexically_normal();
    if (fs::exists(tree / "steps/platforms.toml", ignored)) return (tree / name).string();
    return (program / "../share/ovd-failover" / name).lexically_normal().string();
}

std::string run_folder_of(const Common& options) {
    return options.run_folder.empty() ? fs::path(options.farm).replace_extension(".run").string()
                                      : options.run_folder;
}

SshTarget target_of(const Node& node) {
    SshTarget target{node.id, node.login.user, node.login.host, node.login.port, {}};
    if (!node.priv_address.empty() && node.priv_address != node.login.host)
        target.prefer.push_back(node.priv_address);
    return target;
}

} // namespace

std::string who_we_are() {
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    const char* sudo = std::getenv("SUDO_USER");
    const auto* known = ::getpwuid(::getuid());
    const char* user = sudo != nullptr ? sudo : known != nullptr ? known->pw_name : nullptr;
    return fmt::format("{}@{}", user != nullptr ? user : std::to_string(::getuid()), host);
}

std::string again(const Common& options) {
    std::string line = "ovd-failover " + (options.called.empty() ? "run" : options.called);
    const auto add = [&](const char* name, const std::string& value, const std::string& usual) {
        if (value != usual) line += fmt::format(" {} {}", name, shell_quote(value));
    };
    const Common usual;
    if (options.called.empty()) add("--procedure", options.procedure, usual.procedure);
    add("--farm", options.farm, usual.farm);
    add("--run-folder", options.run_folder, usual.run_folder);
    add("--sheet", options.sheet, usual.sheet);
    add("--steps", options.steps, usual.steps);
    add("--templates", options.templates, usual.templates);
    return line;
}

std::string journal_folder_of(const Common& options) {
    const auto folder = run_folder_of(options);
    return options.procedure == "migration" ? folder
                                            : (fs::path(folder) / options.procedure).string();
}

ViewOptions view_options(const Common& options) {
    ViewOptions view;
    view.json = options.json;
    view.verbose = options.verbose;
    const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    const char* no_color = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    const bool dumb = term == nullptr || std::string_view(term) == "dumb";
    view.color = terminal && !dumb && (no_color == nullptr || *no_color == '\0');
    view.live = terminal && !dumb;
    winsize size{};
    if (terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        view.width = size.ws_col;
    return view;
}

std::string templates_folder(const Common& options) {
    return data_folder(options.templates, "templates");
}

Result<Guide> load_whole_guide(const Common& options) {
    auto guide = load_guide(data_folder(options.steps, "steps"), templates_folder(options));
    if (!guide) return guide;
    if (auto ok = check_actions(*guide); !ok) return tl::unexpected(ok.error());
    return guide;
}

Result<std::unique_ptr<Session>> Session::open(
    const Common& options, Plans plans, std::stop_token stop) {
    std::unique_ptr<Session> session(new Session);
    auto guide = load_whole_guide(options);
    if (!guide) return tl::unexpected(guide.error());
    for (const auto* step : guide->steps())
        if (std::ranges::any_of(step->actions, [](const ActionSpec& action) {
                return action.verb == "ask" || action.verb == "admin" || action.verb == "sheet";
            }))
            session->asking_.push_back(step->id);
    auto farm = load_farm(options.farm, guide->platform_list());
    if (!farm) return tl::unexpected(farm.error());
    auto chapters = only_procedure(std::move(*guide), options.procedure);
    if (!chapters) return tl::unexpected(chapters.error());
    session->guide_ = std::move(*chapters);
    session->farm_ = std::move(*farm);
    session->run_folder_ = run_folder_of(options);
    session->journal_folder_ = journal_folder_of(options);
    session->connect_later(options, std::move(stop));
    if (auto ok = session->plan_with(plans); !ok) return tl::unexpected(ok.error());
    session->inspector_ =
        std::make_unique<Inspector>(*session->plan_, *session->nodes_, session->runtime().threads,
            [self = session.get()](const std::string& name) { return self->secrets_->get(name); });
    return session;
}

Status Session::plan_with(Plans plans) {
    const auto make = [this]() -> Status {
        auto plan = make_plan(guide_, farm_);
        if (!plan) return tl::unexpected(plan.error());
        plan_ = std::make_unique<Plan>(std::move(*plan));
        return {};
    };
    const bool procedure = journal_folder_ != run_folder_;
    RunState before;
    if (plans != Plans::offline || procedure) {
        auto records = Journal::read(journal_folder_);
        if (!records) return tl::unexpected(records.error());
        before = replay(*records);
    }
    // Who was active when a procedure began stays so to its end, wherever the service is meanwhile.
    const bool under_way =
        (procedure || plans == Plans::recorded) && before.records > 0 && !before.finished;
    if (under_way) farm_.active = active_of(before.facts);
    // With a live plan they stand in for a node that does not answer; where the service is now,
    // only a node itself can tell.
    if (plans == Plans::live)
        for (auto& [node, facts] : before.facts)
            facts.erase("active");
    if (plans != Plans::offline) use_facts(farm_, before.facts);
    if (procedure) {
        const std::string began = under_way ? began_of(before.facts) : "";
        set_began(farm_, began.empty() ? iso_time(runtime().clock.wall()) : began);
    }
    // What is wrong with steps or farm is told before anybody is connected to; a plan that needs
    // to know who is active cannot be made yet.
    auto ok = make();
    if (plans != Plans::live || (!ok && ok.error().kind != ErrorKind::usage)) return ok;
    std::set<std::string> servers;
    if (ok)
        for (const auto task : tasks_to_look_at(*plan_))
            if (farm_.server(plan_->tasks[task].node) != nullptr &&
                !plan_->details[task].probes.empty())
                servers.insert(plan_->tasks[task].node);
    if (auto read =
            read_facts(farm_, guide_, *nodes_, runtime().threads, {servers.begin(), servers.end()});
        !read)
        return read;
    if (under_way)
        set_active(farm_, farm_.active);
    else
        farm_.active = active_of(facts_of(farm_));
    return make();
}

void Session::connect_later(const Common& options, std::stop_token stop) {
    view_ = make_view(
        view_options(options), [this](std::string_view text) { return redactor_.clean(text); });
    prompter_ = std::make_unique<TerminalPrompter>(!options.no_input, std::move(stop));
    secrets_ = std::make_unique<Secrets>(
        farm_, run_folder_,
        [this](const std::string&, const std::string& question) -> Result<std::string> {
            view_->pause();
            auto answer = prompter_->secret(question);
            view_->resume();
            return answer;
        },
        redactor_);
    std::vector<SshTarget> targets;
    for (const auto& node : farm_.nodes)
        if (!node.by_hand) targets.push_back(target_of(node));
    for (const auto& server : farm_.servers)
        if (!server.by_hand && server.os == "linux")
            targets.push_back(
                {server.name, server.login.user, server.login.host, server.login.port, {}});
    SshOptions ssh;
    ssh.identity = farm_.identity;
    ssh.known_hosts = farm_.known_hosts;
    if (prompter_->interactive()) {
        ssh.trust = [this](const UnknownHostKey& key) {
            view_->pause();
            auto yes = prompter_->confirm(
                fmt::format(
                    "{} ({}) has a host key that is not known yet: {} {}\nIs it the right one?",
                    key.node, key.host, key.type, key.fingerprint),
                false);
            view_->resume();
            return yes && *yes;
        };
        ssh.secret = [this](const std::string& question) {
            view_->pause();
            auto answer = prompter_->secret(question);
            view_->resume();
            return answer.value_or("");
        };
    }
    connect_ = ssh_maker(std::move(targets), std::move(ssh));
    nodes_ = connect_();
}

} // namespace ovd
