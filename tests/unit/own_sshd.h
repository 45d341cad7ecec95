// SPDX-License-Identifier: Apache-2.0
// A real sshd on loopback for one test: its own folder, keys and port, ended by its pid.
#pragma once

#include <csignal>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ovd::test {

/// Runs words without a shell and waits; throws when it fails.
void must_run(const std::vector<std::string>& words);

class OwnSshd {
public:
    /// sh: the shell that the node has as sh; empty: the machine's own.
    explicit OwnSshd(const std::string& sh = {});
    ~OwnSshd();
    OwnSshd(const OwnSshd&) = delete;
    OwnSshd& operator=(const OwnSshd&) = delete;

    void start();
    void stop();
    /// Another host key from the next start on.
    void change_host_key();
    /// Ends the processes that serve connections, as a cut does; how many there were.
    int cut() { return signal(SIGKILL); }
    /// From now on it says nothing, whoever is or will be connected; until its end.
    void freeze();

    [[nodiscard]] std::filesystem::path folder() const { return folder_; }
    [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
    [[nodiscard]] int port() const { return port_; }

private:
    /// Sends the processes that serve connections a signal; how many there were.
    int signal(int number);

    std::filesystem::path folder_;
    int port_ = 0;
    pid_t pid_ = -1;
};

} // namespace ovd::test
