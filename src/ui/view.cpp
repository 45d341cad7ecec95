// SPDX-License-Identifier: Apache-2.0
#include "ui/view.h"

#include "ui/json_view.h"
#include "ui/text_view.h"

namespace ovd {

std::unique_ptr<Events> make_view(
    const ViewOptions& options, std::function<std::string(std::string_view)> clean) {
    if (options.json) return std::make_unique<JsonView>(std::move(clean));
    return std::make_unique<TextView>(options, std::move(clean));
}

} // namespace ovd
