// SPDX-License-Identifier: Apache-2.0
#include "own_sshd.h"

#include "base/clock.h"
#include "base/file.h"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <netinet/in.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace ovd::test {
namespace fs = std::filesystem;
namespace {

constexpr const char* sshd = "/usr/sbin/sshd"; // it wants to be started by its full name

pid_t start_program(const std::vector<std::string>& words) {
    std::vector<char*> argv;
    for (const auto& word : words)
        argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, 1, 2);
    pid_t pid = -1;
    const int failed = ::posix_spawnp(&pid, argv[0], &files, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    if (failed != 0)
        throw std::runtime_error(fmt::format("{}: {}", words.front(), std::strerror(failed)));
    return pid;
}

/// Tries to do something with a loopback port on a socket of its own; the port, or -1.
int on_loopback(int port, int (*call)(int, const sockaddr*, socklen_t)) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* where = reinterpret_cast<sockaddr*>(&address);
    const bool good = call(fd, where, size) == 0 && ::getsockname(fd, where, &size) == 0;
    ::close(fd);
    return good ? ntohs(address.sin_port) : -1;
}

int free_port() {
    const int port = on_loopback(0, ::bind);
    if (port < 0) throw std::runtime_error("no port is free");
    return port;
}

void make_key(const std::string& file) {
    fs::remove(file);
    fs::remove(file + ".pub");
    must_run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file});
}

pid_t parent_of(const fs::path& process) {
    std::ifstream file(process / "stat");
    std::string text;
    std::getline(file, text);
    const auto after_name = text.rfind(") ");
    return after_name == std::string::npos ? -1 : std::atoi(text.c_str() + after_name + 4);
}

} // namespace

void must_run(const std::vector<std::string>& words) {
    int status = 0;
    ::waitpid(start_program(words), &status, 0);
    if (status != 0) throw std::runtime_error(words.front() + " failed");
}

OwnSshd::OwnSshd(const std::string& sh) {
    if (!fs::exists(sshd))
        throw std::runtime_error("no sshd here. Type: scripts/install-dependencies check");
    std::string name = fs::temp_directory_path() / "ovd-sshd.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for sshd");
    folder_ = name;
    fs::create_directories("/run/sshd"); // sshd's own, made by its service elsewhere
    make_key(path("host_key"));
    make_key(path("id"));
    port_ = free_port();
    fs::create_directory(path("bin"));
    if (!sh.empty()) fs::create_symlink(sh, path("bin/sh"));
    std::ofstream(path("config")) << fmt::format("ListenAddress 127.0.0.1\n"
                                                 "Port {0}\n"
                                                 "HostKey {1}/host_key\n"
                                                 "AuthorizedKeysFile {1}/id.pub\n"
                                                 "PasswordAuthentication no\n"
                                                 "KbdInteractiveAuthentication no\n"
                                                 "PermitRootLogin yes\n"
                                                 "StrictModes no\n"
                                                 "UsePAM no\n"
                                                 "UseDNS no\n"
                                                 "PidFile none\n"
                                                 "MaxStartups 100\n"
                                                 "SetEnv PATH={1}/bin:/usr/bin:/bin\n",
        port_, folder_.string());
    start();
}

OwnSshd::~OwnSshd() {
    stop();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

void OwnSshd::start() {
    pid_ = start_program({sshd, "-D", "-f", path("config"), "-E", path("log")});
    for (int i = 0; i < 200; ++i) {
        if (on_loopback(port_, ::connect) >= 0) return;
        std::this_thread::sleep_for(Millis{20});
    }
    throw std::runtime_error("sshd does not start: " + read_file(path("log")).value_or(""));
}

void OwnSshd::stop() {
    if (pid_ < 0) return;
    cut();
    ::kill(pid_, SIGTERM);
    ::kill(pid_, SIGCONT); // it may be frozen
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

void OwnSshd::change_host_key() {
    make_key(path("host_key"));
}

void OwnSshd::freeze() {
    ::kill(pid_, SIGSTOP);
    signal(SIGSTOP);
}

int OwnSshd::signal(int number) {
    int count = 0;
    for (const auto& process : fs::directory_iterator("/proc")) {
        const auto name = process.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        if (parent_of(process.path()) != pid_) continue;
        ::kill(std::atoi(name.c_str()), number);
        ++count;
    }
    return count;
}

} // namespace ovd::test
