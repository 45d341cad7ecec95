// SPDX-License-Identifier: Apache-2.0
// The verification sheet: the checks that say "OVD still behaves as configured". sheet.toml is
// edited by people; sheet/README.md is its format.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "engine/watch_target.h"

#include <map>
#include <string>
#include <vector>

namespace ovd {

/// One request of a login check.
struct SheetRequest {
    std::string url;
    std::string method = "POST";
    std::string body;
    std::string type;
    std::string expect; ///< extended regular expression that the answer must match
};

/// One check as written. Which fields mean something depends on its kind, see kinds.cpp.
struct SheetCheck {
    std::string name;
    std::string kind;   ///< http login servers tcp command sql log cluster ask
    std::string target; ///< what is written under the kind's own key
    std::string on;     ///< node, "active", "passive", or empty: the operator's machine
    std::string method = "GET";
    std::string body;
    std::string type; ///< Content-Type of the body; empty: a form
    std::string user; ///< "admin" or "test": Basic login with that user of the farm file
    std::string tls;  ///< verify, pin or any; empty: as the sheet says
    std::vector<long> status;
    std::string expect;  ///< extended regular expression for body or output
    std::string pointer; ///< JSON pointer into the body
    std::string equals;  ///< what stands there
    std::vector<SheetRequest> requests;
    std::vector<std::string> count; ///< tables whose rows are counted
    long exit = 0;
    bool record = false;     ///< the output is a value of the baseline
    std::string pattern;     ///< lines of a log that mean trouble
    std::string look;        ///< for a person: what to look at
    std::string hook;        ///< answers in place of the person
    Seconds valid{8 * 3600}; ///< how long a person's word counts
    Seconds timeout{20};
    Seconds within{0}; ///< how long to keep trying before it counts as failed
    SourceLocation where;
};

struct Sheet {
    std::string path; ///< the file; empty: the one that init would write
    std::string tls = "pin";
    Seconds budget{600};
    WatchTarget watch;
    std::vector<SheetCheck> checks;
};

/// Reads and validates a sheet whole; each error names file, line, column and a way out.
[[nodiscard]] Result<Sheet> load_sheet(const std::string& path);
/// The same for a text that comes from no file.
[[nodiscard]] Result<Sheet> read_sheet(const std::string& text, const std::string& path);

} // namespace ovd
