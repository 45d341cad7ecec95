// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "guide/step.h"

#include <optional>
#include <string>

namespace ovd {

/// The service as its users see it, while something disruptive runs. Safe from any thread.
class ServiceWatch {
public:
    virtual ~ServiceWatch() = default;
    /// A disruptive task begins; what goes away from now on is put down to it.
    virtual void begins(const std::string& task, const Step& step) = 0;
    /// It has ended. Watching goes on until the service is there again.
    virtual void ends(const std::string& task) = 0;
    /// Once, when the service is down longer than the step's limit: the section it belongs to.
    [[nodiscard]] virtual std::optional<std::string> crossed() = 0;
};

} // namespace ovd
