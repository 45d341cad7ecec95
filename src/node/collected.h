// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/xml.h"
#include "node/look.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ovd {

/// What the collector said of a node, and the judgement of each look by it.
class Collected {
public:
    /// Reads what the command of collector_for printed, as far as it came.
    [[nodiscard]] static Collected parse(std::string_view output);

    /// Status 0 yes, 1 no, 2 cannot be told; output says why.
    [[nodiscard]] ReadResult judge(const Look& look) const;

private:
    struct Unit {
        std::string load, active, stale, file;
    };
    struct File {
        std::string owner, mode, digest;
    };
    struct Lines {
        std::vector<std::string> lines;
        bool cut = false;
    };
    /// Only what came to its end without an error is there.
    std::optional<std::map<std::string, std::string>> packages_; ///< name -> version, installed
    std::set<std::string> not_installed_;                        ///< those of which rpm says so
    std::optional<std::map<std::string, Unit>> units_;
    std::optional<std::map<std::string, std::string>> paths_; ///< path -> flags
    std::optional<std::map<std::string, File>> files_;
    std::optional<std::map<std::string, Lines>> lines_;
    std::optional<std::vector<std::string>> host_names_; ///< now, at boot, in full
    bool asked_configuration_ = false; ///< it came to its end; without a CIB where there is none
    bool asked_state_ = false;
    std::unique_ptr<Xml> configuration_;
    std::unique_ptr<Xml> state_;

    struct Part;
    struct Judge;
    void take(const Part& part);
};

} // namespace ovd
