// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "base/quote.h"

#include <functional>
#include <string>
#include <vector>

namespace ovd {

/// Text for a node with places that are filled only at the moment of sending: secrets, and values
/// read from another node. It can be shown, hashed and recorded without knowing any of them.
class Content {
public:
    enum class Source { text, secret, fetched };
    struct Part {
        Source source = Source::text;
        std::string value; ///< the text, the secret's name, or the fetched value's name
        Encoding encoding = Encoding::raw;
    };
    /// Gives the value of a secret or of a fetched value by its name.
    using Lookup = std::function<Result<std::string>(const Part&)>;

    Content() = default;
    Content(std::string text) { add_text(std::move(text)); }

    void add_text(std::string text);
    void add(Part part);

    [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
    [[nodiscard]] bool empty() const { return parts_.empty(); }
    /// True when everything in it is known now.
    [[nodiscard]] bool plain() const;
    /// What people see: `<secret NAME>` and `<read NAME>` in place of the values.
    [[nodiscard]] std::string display() const;
    /// The bytes to send.
    [[nodiscard]] Result<std::string> resolve(const Lookup& lookup) const;

private:
    std::vector<Part> parts_;
};

} // namespace ovd
