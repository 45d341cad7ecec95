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

/// How a platform installs and asks, by its package manager (`apt`, `dnf`, `yum`).
struct Manager {
    std::string_view selector;
    std::string_view install;
    std::string_view installed; ///< exit 0 when {} is installed
};

// needrestart would restart services, or ask, in the middle of production: NEEDRESTART_MODE=l lists
// only. A configuration file that a person changed is kept.
constexpr Manager managers[] = {
    {"apt",
        "DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get -y -q "
        "-o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 install {}",
        "dpkg-query -W -f='${{Status}}' {} 2>/dev/null | grep -Eqx '(install|hold) ok installed' "
        "|| exit 1"},
    {"dnf", "dnf -y -q install {}", "rpm -q --quiet {} || exit 1"},
    {"yum", "yum -y -q install {}", "rpm -q --quiet {} || exit 1"},
};

Result<const Manager*> manager_of(const Context& context, const Fields& fields) {
    for (const auto& manager : managers)
        if (std::ranges::find(context.platform.selectors, manager.selector) !=
            context.platform.selectors.end())
            return &manager;
    return fail(ErrorKind::steps, fmt::format("{} names no package manager.", context.platform.id),
        "Add apt, dnf or yum to its selectors in steps/platforms.toml.", fields.where("package"));
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
    auto manager = manager_of(context, fields);
    if (!manager) return tl::unexpected(manager.error());
    auto packages = names_of(context, fields);
    if (!packages) return tl::unexpected(packages.error());
    return Operations{
        RunOp{fmt::format(fmt::runtime((*manager)->install), join(*packages, " ")), {}}};
}

Result<MaybeProbe> probe(const Context& context, const Fields& fields) {
    auto manager = manager_of(context, fields);
    if (!manager) return tl::unexpected(manager.error());
    auto packages = names_of(context, fields);
    if (!packages) return tl::unexpected(packages.error());
    std::vector<std::string> looks;
    for (const auto& package : *packages)
        looks.push_back(fmt::format(fmt::runtime((*manager)->installed), package));
    return Probe{join(looks, "\n"), {}};
}

} // namespace

const ActionKind package_action{
    "package", "installs packages, without questions", rules, plan, probe};

} // namespace ovd
