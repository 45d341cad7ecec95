// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "node/reader.h"

#include <map>
#include <string>
#include <vector>

namespace ovd {

/// An interface with an IPv4 address.
struct FoundNic {
    std::string name;
    std::string address;
    std::string subnet; ///< CIDR
};

/// What a node tells about itself. Empty: it did not say, or there is no such thing on it.
struct FoundNode {
    std::string hostname;     ///< without domain
    std::string platform;     ///< debian12; a key of steps/platforms.toml or close to one
    std::string distribution; ///< as people call it: Debian GNU/Linux 12 (bookworm)
    std::vector<FoundNic> nics;
    std::string default_nic;            ///< the one of the default route
    std::vector<std::string> more_nics; ///< without an address: a new adapter, perhaps
    std::string ovd_version;
    std::string database_name; ///< of the Session Manager's configuration
    std::string database_user;
    std::string database_host;
};

/// By node id.
using Discovery = std::map<std::string, FoundNode>;

/// Asks a node for all of it in one round trip. The database's password is never read.
[[nodiscard]] Result<FoundNode> discover(Reader& reader);

} // namespace ovd
