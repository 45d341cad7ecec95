// SPDX-License-Identifier: Apache-2.0
#include "action/kinds.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

constexpr FieldRule rules[] = {
    {"package", FieldType::text_or_list, true, "packages that must be installed"},
};

/// How a platform installs, and where it keeps what is installed, by its package manager.
struct Manager {
    std::string_view selector;
    std::string_view install;
    PackageInstalled::Database database;
};

// needrestart would restart services, or ask, in the middle of production: NEEDRESTART_MODE=l lists
// only. A configuration file that a person changed is kept.
constexpr Manager managers[] = {
    {"apt",
        "DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get -y -q "
        "-o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 install {}",
        PackageInstalled::Database::dpkg},
    {"dnf", "dnf -y -q install {}", PackageInstalled::Database::rpm},
    {"yum", "yum -y -q install {}", PackageInstalled::Database::rpm},
};

Result<const Manager*> manager_of(const Platform& platform, const SourceLocation& where) {
    for (const auto& manager : managers)
        if (std::ranges::find(platform.selectors, manager.selector) != platform.selectors.end())
            return &manager;
    return fail(ErrorKind::steps, fmt::format("{} names no package manager.", platform.id),
        "Add apt, dnf or yum to its selectors in steps/platforms.toml.", where);
}

Result<std::vector<std::string>> names_of(const Context& context, const Fields& fields) {
    auto packages = fields.list("package");
    if (!packages) return packages;
    for (auto& package : *packages) {
        auto name = fill_command(package, context.names, fields.where("package"));
        if (!name) return tl::unexpected(name.error());
        package = *name;
    }
    return packages;
}

Result<Operations> plan(const Context& context, const Fields& fields) {
    auto manager = manager_of(context.platform, fields.where("package"));
    if (!manager) return tl::unexpected(manager.error());
    auto packages = names_of(context, fields);
    if (!packages) return tl::unexpected(packages.error());
    return Operations{
        RunOp{fmt::format(fmt::runtime((*manager)->install), join(*packages, " ")), {}}};
}

Result<Probes> probe(const Context& context, const Fields& fields) {
    auto manager = manager_of(context.platform, fields.where("package"));
    if (!manager) return tl::unexpected(manager.error());
    auto packages = names_of(context, fields);
    if (!packages) return tl::unexpected(packages.error());
    Probes probes;
    for (const auto& package : *packages)
        probes.push_back(PackageInstalled{(*manager)->database, package});
    return probes;
}

} // namespace

Result<PackageInstalled::Database> package_database(
    const Platform& platform, const SourceLocation& where) {
    const auto manager = manager_of(platform, where);
    if (!manager) return tl::unexpected(manager.error());
    return (*manager)->database;
}

const ActionKind package_action{
    "package", "installs packages, without questions", rules, plan, probe};

} // namespace ovd
