// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "node/reader.h"

namespace ovd {

/// A Reader of tests and simulation that is asked each look as it is, by its words where it is
/// typed: no shell is needed for it.
class PlainReader : public Reader {
public:
    Result<std::vector<ReadResult>> look(std::span<const Look> looks) override {
        std::vector<Read> reads;
        for (const auto& look : looks) {
            const auto* read = std::get_if<Read>(&look);
            reads.push_back(read != nullptr ? *read : Read{describe(look), {}});
        }
        return read(reads);
    }
};

} // namespace ovd
