// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/file.h"
#include "base/process.h"
#include "guide_maker.h"
#include "node/reader.h"

namespace ovd {

/// This machine, asked as a node is: by sh, of which it has a real one.
class LocalNode final : public Reader {
public:
    Result<std::vector<ReadResult>> read(std::span<const Read> reads) override {
        std::vector<ReadResult> results;
        for (const auto& each : reads) {
            dir_.write("script", each.command);
            dir_.write("input", each.input);
            const auto done =
                run_local("sh '" + (dir_ / "script") + "' < '" + (dir_ / "input") + "'", {}, {});
            if (!done) return tl::unexpected(done.error());
            results.push_back({done->status, false, done->output});
            sent.push_back(each);
        }
        return results;
    }
    Result<std::string> get(const std::string& path) override {
        return read_file(path, ErrorKind::remote);
    }

    std::vector<Read> sent; ///< all that it was asked

private:
    TempDir dir_;
};

} // namespace ovd
