// SPDX-License-Identifier: Apache-2.0
// The verbs of the program: one file each beside this one, one row each in verbs.cpp.
#pragma once

#include "cli/signals.h"

#include "base/error.h"

#include <memory>
#include <span>
#include <string_view>

namespace CLI {
class App;
}

namespace ovd {

/// One verb of the command line, with what was typed for it.
class Verb {
public:
    virtual ~Verb() = default;
    virtual void add_options(CLI::App& app) = 0;
    /// The exit code, or the error that main shows and turns into one.
    [[nodiscard]] virtual Result<int> run(Signals& signals) = 0;
    /// Whether errors are to be JSON as well.
    [[nodiscard]] virtual bool json() const { return false; }
};

struct VerbRow {
    std::string_view name;
    std::string_view help;
    std::unique_ptr<Verb> (*make)();
};

[[nodiscard]] std::span<const VerbRow> verbs();

} // namespace ovd
