// SPDX-License-Identifier: Apache-2.0
#include "engine/verdict.h"

#include "base/pattern.h"

namespace ovd {

Verdict judge(const Check& check, const ReadResult& result) {
    if (result.timed_out) return Verdict::not_made;
    if (result.status == 0)
        return found_in(result.output, check.expect) ? Verdict::holds : Verdict::violated;
    return result.status == 1 ? Verdict::violated : Verdict::not_made;
}

} // namespace ovd
