// SPDX-License-Identifier: Apache-2.0
#include "guide_maker.h"

#include "action/validate.h"
#include "base/file.h"

#include <catch2/catch.hpp>
#include <cstdlib>

namespace ovd {
namespace fs = std::filesystem;
namespace {

constexpr const char* platforms = R"(
[debian12]
selectors = ["debian12", "debian", "apt"]
pcs = "0.11.5"
web_user = "www-data"
[ubuntu18]
selectors = ["ubuntu18", "ubuntu", "apt"]
pcs = "0.9.164"
web_user = "www-data"
[rhel8]
selectors = ["rhel8", "rhel", "dnf"]
pcs = "0.10.18"
web_user = "apache"
[rhel7]
selectors = ["rhel7", "rhel", "yum"]
pcs = "0.9.169"
web_user = "apache"
)";

} // namespace

TempDir::TempDir() {
    // In memory where there is such a place: the tests write and sync thousands of times.
    const fs::path memory = "/dev/shm";
    std::error_code error;
    const auto base = fs::is_directory(memory, error) ? memory : fs::temp_directory_path();
    std::string name = (base / "ovd-unit-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
}

TempDir::~TempDir() {
    std::error_code error;
    fs::remove_all(path_, error);
}

std::string TempDir::operator/(const std::string& name) const {
    return (path_ / name).string();
}

void TempDir::write(const std::string& name, const std::string& text) const {
    const auto file = path_ / name;
    fs::create_directories(file.parent_path());
    REQUIRE(write_file(file, text));
}

Result<Guide> load_files(const Files& files) {
    const TempDir dir;
    dir.write("steps/platforms.toml", platforms);
    fs::create_directories(dir / "templates");
    for (const auto& [name, text] : files) {
        if (name.find('/') == std::string::npos) continue;
        const auto chapter = name.substr(0, name.find('/'));
        dir.write("steps/" + chapter + "/chapter.toml", "title = \"" + chapter + "\"\n");
    }
    for (const auto& [name, text] : files)
        dir.write("steps/" + name, text);
    auto guide = load_guide(dir / "steps", dir / "templates");
    if (!guide) return guide;
    if (auto ok = check_actions(*guide); !ok) return tl::unexpected(ok.error());
    return guide;
}

Guide guide_of(const Files& files) {
    auto guide = load_files(files);
    INFO((guide ? std::string() : guide.error().message));
    REQUIRE(guide);
    return *guide;
}

Farm small_farm() {
    Farm farm;
    farm.name = "Paris";
    farm.domain = "priv.example.com";
    farm.srv_subnet = "10.20.1.0/24";
    farm.vip = "10.20.1.100";
    farm.access = "ip";
    farm.snat_to = {"10.20.1.0/24", "10.20.2.0/24"};
    farm.priv_subnet = "10.20.9.0/24";
    farm.cluster_name = "ovd";
    farm.database_name = "ovd";
    farm.database_user = "ovd";
    farm.secrets["db_password"] = {SecretSource::From::env, "DB_PASSWORD", {}};
    int number = 11;
    for (const char* id : {"osm1", "osm2", "pcs3", "pcs4", "dbmy"}) {
        Node node;
        node.id = id;
        node.hostname = std::string("sm-") + id;
        node.platform = "debian12";
        node.nic = "ens192";
        node.address = "10.20.1." + std::to_string(number);
        node.priv_nic = "ens224";
        node.priv_address = "10.20.9." + std::to_string(number++);
        farm.nodes.push_back(node);
    }
    farm.servers.push_back({"oas1", "oas", "linux", {}, "10.20.1.51", false});
    farm.servers.push_back({"oas2", "oas", "windows", {}, "10.20.1.52", false});
    farm.servers.push_back({"ac1", "ac", "linux", {}, "10.20.1.53", false});
    return farm;
}

const PlatformList& platforms_of_steps() {
    static const auto list = [] {
        const std::string root = OVD_SOURCE_DIR;
        return load_guide(root + "/steps", root + "/templates").value().platform_list();
    }();
    return list;
}

} // namespace ovd
