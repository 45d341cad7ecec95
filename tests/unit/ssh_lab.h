// SPDX-License-Identifier: Apache-2.0
// What the tests of src/ssh share: a node on its own sshd, and shorthands to use it.
#pragma once

#include "base/file.h"
#include "base/text.h"
#include "own_sshd.h"
#include "ssh/ssh.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <thread>

namespace ovd::test {
namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

using Phase = JobState::Phase;

/// A node "n" on its own sshd, and what is needed to reach it.
struct Lab {
    explicit Lab(const std::string& sh = {}) : sshd(sh) {
        std::signal(SIGPIPE, SIG_IGN); // as the program does
        options.identity = sshd.path("id");
        options.known_hosts = sshd.path("known_hosts");
        options.run_dir = sshd.path("run");
        options.reconnect_deadline =
            Millis{60'000}; // a busy machine takes its time to start a shell
        options.trust = [this](const UnknownHostKey& key) {
            asked.push_back(key);
            return true;
        };
    }

    std::unique_ptr<ChangingConnections> open() {
        return make_ssh({{"n", "root", "127.0.0.1", sshd.port(), prefer}}, options);
    }
    std::string job_file(const std::string& id, const std::string& name) const {
        return options.run_dir + "/jobs/" + id + "/" + name;
    }

    OwnSshd sshd;
    SshOptions options;
    std::vector<std::string> prefer;
    std::vector<UnknownHostKey> asked;
};

inline ReadResult read_one(Reader& reader, const std::string& command,
    const std::string& input = {}, Millis timeout = Millis{20'000}) {
    const Read read{command, input, timeout};
    auto results = reader.read({&read, 1});
    if (!results) FAIL(results.error().message);
    return results->front();
}

inline JobState must(Result<JobState> state) {
    if (!state) FAIL(state.error().message);
    return *state;
}

inline double seconds_since(Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
}

/// Whether text stands in the arguments or the environment of any process.
inline bool in_any_process(const std::string& text) {
    for (const auto& process : fs::directory_iterator("/proc"))
        for (const auto* name : {"cmdline", "environ"}) {
            std::ifstream file(process.path() / name, std::ios::binary);
            // Read through the stream, which only fails when the process ends meanwhile.
            std::ostringstream read;
            read << file.rdbuf();
            const auto bytes = read.str();
            if (bytes.find(text) != std::string::npos) return true;
        }
    return false;
}

/// Looks until it is true, for a minute at most: a machine may be busy with much else.
inline bool wait_for(const std::function<bool()>& what) {
    for (int i = 0; i < 6000; ++i) {
        if (what()) return true;
        std::this_thread::sleep_for(Millis{10});
    }
    return false;
}

inline std::string every_byte(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<char>((i * 7 + i / 251) & 0xffU);
    return bytes;
}

} // namespace ovd::test
