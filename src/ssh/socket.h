// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/error.h"

#include <string>

namespace ovd {

/// Opens a TCP connection within timeout, trying each address of host in turn. It is non-blocking,
/// and set so that a peer that went silent is noticed within 15 seconds.
[[nodiscard]] Result<Descriptor> connect_tcp(const std::string& host, int port, Millis timeout);

} // namespace ovd
