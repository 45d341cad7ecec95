// SPDX-License-Identifier: Apache-2.0
#include "ui/view.h"

#include "ui/json_view.h"
#include "ui/text_view.h"

namespace ovd {

std::string_view to_string(Ended ended) {
    switch (ended) {
    case Ended::done:
        return "done";
    case Ended::already:
        return "already";
    case Ended::by_hand:
        return "by hand";
    case Ended::open:
        return "not yet";
    case Ended::failed:
        return "FAILED";
    case Ended::unknown:
        return "UNKNOWN";
    case Ended::stopped:
        return "stopped";
    case Ended::put_back:
        return "put back";
    }
    return "";
}

std::unique_ptr<View> make_view(
    const ViewOptions& options, std::function<std::string(std::string_view)> clean) {
    if (options.json) return std::make_unique<JsonView>(std::move(clean));
    return std::make_unique<TextView>(options, std::move(clean));
}

} // namespace ovd
