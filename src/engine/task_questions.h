// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/task_context.h"

namespace ovd {

/// What one task asks people, hooks and the verification sheet.
class TaskQuestions {
public:
    explicit TaskQuestions(TaskContext& context) : context_(context) {}

    /// Asks and journals the answer; false when it was "not yet".
    [[nodiscard]] Result<bool> ask(AskOp question);
    /// Runs the verification sheet. One that failed stops the run, unless somebody says in so many
    /// words to continue.
    [[nodiscard]] Status check_sheet(const SheetOp& op);
    /// Something was asked and answered.
    [[nodiscard]] bool asked() const { return asked_; }

private:
    [[nodiscard]] AskOp in_doubt(AskOp question);

    TaskContext& context_;
    bool asked_ = false;
};

} // namespace ovd
