// SPDX-License-Identifier: Apache-2.0
// What is watched: the sheet says it, and who watches asks for it.
#pragma once

#include "base/error.h"

#include <string>

namespace ovd {

/// The service as its users see it.
struct WatchTarget {
    std::string url;
    std::string method = "GET";
    std::string from;        ///< a node or server to ask from; empty: the operator's machine
    std::string up;          ///< extended regular expression: an answer that matches is service
    std::string maintenance; ///< likewise: no logins, but no fault either
    SourceLocation where = {};
};

} // namespace ovd
