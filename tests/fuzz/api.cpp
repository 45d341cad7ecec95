// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "ovd/admin.h"

#include <algorithm>

namespace ovd::fuzz {
namespace {

void judge(const ReadResult& result, const std::vector<AdminCall>& calls) {
    const auto answers = curl_answers(result);
    const auto values = admin_answers(result, calls);
    if (!values) {
        must(values.error().kind == ErrorKind::unknown || values.error().kind == ErrorKind::refused,
            "what the API did is unknown or was refused, never a failure", values.error().message);
        must(!values.error().hint.empty(), "there is a way out", values.error().message);
        return;
    }
    must(values->size() == calls.size(), "each call has its answer");
    must(answers && answers->size() >= calls.size(), "no answer comes from nowhere");
    for (std::size_t i = 0; i < calls.size(); ++i)
        must(calls[i].may_be_unknown ||
                 ((*answers)[i].status == 200 && (*answers)[i].trouble.empty()),
            "only a whole answer with status 200 is a yes");
    if (calls.size() != overview_calls().size()) return;
    const auto overview = admin_overview(*values);
    if (!overview) {
        must(overview.error().kind == ErrorKind::unknown, "an answer of another shape is unknown");
        return;
    }
    for (const auto& server : overview->servers)
        (void)stale(server, 1'700'000'000);
}

} // namespace

/// The first byte is the status with which curl ended, and which calls were made.
void api(std::string_view bytes) {
    if (bytes.empty()) return;
    const auto first = static_cast<unsigned char>(bytes.front());
    const ReadResult result{first % 8 == 7 ? 127 : first % 8, false, std::string(bytes.substr(1))};
    judge(result, first < 128 ? overview_calls() : maintenance_calls(first % 2 == 0));
}

} // namespace ovd::fuzz
