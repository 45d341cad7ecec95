// SPDX-License-Identifier: Apache-2.0
#include "cli/signals.h"

#include "base/error.h"
#include "ui/print.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

namespace ovd {

Signals::Signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    // Whoever said nohup meant it.
    struct sigaction hangup{};
    sigaction(SIGHUP, nullptr, &hangup);
    if (hangup.sa_handler != SIG_IGN) sigaddset(&set_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    signals_.reset(::signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK));
    end_.reset(::eventfd(0, EFD_CLOEXEC));
    if (!signals_ || !end_)
        throw std::system_error(errno, std::generic_category(), "no signals can be waited for");
    waiter_ = std::jthread([this] { wait(); });
}

Signals::~Signals() {
    ending_ = true;
    const std::uint64_t one = 1;
    (void)!::write(end_.get(), &one, sizeof one);
    waiter_.join();
}

int Signals::next(int milliseconds) const {
    std::array<pollfd, 2> ready{{{signals_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}}};
    for (;;) {
        const int count = ::poll(ready.data(), ready.size(), milliseconds);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0 || (ready[1].revents & POLLIN) != 0) return 0;
        signalfd_siginfo seen{};
        if (::read(signals_.get(), &seen, sizeof seen) == static_cast<ssize_t>(sizeof seen))
            return static_cast<int>(seen.ssi_signo);
    }
}

void Signals::wait() const {
    for (int seen = 0; next() != 0;) {
        if (++seen >= 3) _exit(exit_code(ErrorKind::stopped));
        source_.request_stop();
        if (seen > 1) continue;
        // The terminal may be gone; the next signal counts all the same.
        print_error_text(only_looks_
                             ? "\nStopping; nothing was changed.\n"
                             : "\nStopping: what is running on a node is left to end there.\n");
        if (!only_looks_) continue;
        (void)next(1000); // a question puts its terminal back
        if (!ending_) _exit(exit_code(ErrorKind::stopped));
    }
}

} // namespace ovd
