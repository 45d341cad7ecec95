// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/file.h"
#include "node/connections.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <map>
#include <unistd.h>

namespace ovd {

namespace fs = std::filesystem;

constexpr const char* config_path = "/var/spool/ovd/session-manager/config";

/// A node made of what its commands print. The look at the configuration really runs, on a file
/// here, because what matters is what does not come out of it.
class FakeNode final : public Reader {
public:
    std::map<std::string, std::string> says; ///< beginning of a command -> output
    std::string config;

    Result<std::vector<ReadResult>> read(std::span<const Read> reads) override {
        std::vector<ReadResult> results;
        for (const auto& one : reads) {
            ReadResult result{127, false, "not found"};
            for (const auto& [command, output] : says)
                if (one.command.find(command) != std::string::npos) result = {0, false, output};
            if (one.command.find(config_path) != std::string::npos) result = run(one.command);
            results.push_back(result);
        }
        ++round_trips;
        return results;
    }
    Result<std::string> get(const std::string&) override {
        return fail(ErrorKind::io, "not asked for");
    }
    int round_trips = 0;

    std::string seen; ///< all that left the node

private:
    ReadResult run(std::string command) {
        const fs::path file = fs::temp_directory_path() / ("config-" + std::to_string(::getpid()));
        REQUIRE(write_file(file, config));
        command.replace(command.find(config_path), std::string(config_path).size(), file.string());
        FILE* pipe = ::popen(command.c_str(), "r");
        std::string output;
        std::array<char, 256> buffer{};
        while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
            output.append(buffer.data(), count);
        const int status = ::pclose(pipe);
        fs::remove(file);
        seen += output;
        return {status, false, output};
    }
};

inline FakeNode session_manager() {
    FakeNode node;
    node.says["os-release"] = "PRETTY_NAME=\"Ubuntu 22.04.4 LTS\"\nID=ubuntu\nID_LIKE=debian\n"
                              "VERSION_ID=\"22.04\"\n";
    node.says["hostname"] = "sm-paris.example.com\n";
    node.says["addr show"] =
        "2: ens192    inet 10.20.1.11/24 brd 10.20.1.255 scope global dynamic ens192\\ valid_lft "
        "9\n"
        "2: ens192    inet 10.20.1.99/24 scope global secondary ens192\\ valid_lft forever\n"
        "4: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0\\ valid_lft 9\n";
    node.says["route show default"] = "default via 10.20.1.1 dev ens192 proto dhcp metric 100\n";
    node.says["link show"] =
        "1: lo: <LOOPBACK,UP> mtu 65536 \\    link/loopback 00:00:00:00:00:00\n"
        "2: ens192: <UP> mtu 1500 \\    link/ether 00:50:56:00:00:01 brd ff:ff:ff:ff:ff:ff\n"
        "3: ens224@if9: <BROADCAST> mtu 1500 \\    link/ether 00:50:56:00:00:02\n"
        "5: veth1: <UP> mtu 1500 \\    link/ether 00:50:56:00:00:03\n";
    node.says["dpkg-query"] = "3.3.1-1";
    node.config = "{\n  \"general.sql.user\": \"ovd_app\",\n  \"general.sql.password\": "
                  "\"s3same-open\",\n  \"general.sql.database\": \"ovd_prod\"\n}\n";
    return node;
}

} // namespace ovd
