// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ovd {

/// One function for each alternative of a variant: std::visit(Overloaded{...}, value) does not
/// compile until each has one.
template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

} // namespace ovd
