// SPDX-License-Identifier: Apache-2.0
// XML and XPath 1.0, by pugixml; the only place that knows it.
#pragma once

#include "base/error.h"

#include <memory>
#include <optional>
#include <string>

namespace ovd {

/// An error of kind steps, with its reason, when it is no XPath; where it stands.
[[nodiscard]] Status check_xpath(
    const std::string& xpath, std::optional<SourceLocation> where = {});

/// A document, read once.
class Xml {
public:
    /// Nothing when text is not well-formed.
    [[nodiscard]] static std::unique_ptr<Xml> parse(const std::string& text);
    Xml();
    ~Xml();
    Xml(const Xml&) = delete;
    Xml& operator=(const Xml&) = delete;

    /// Whether the XPath, which must be one, finds a node, or is true as a boolean.
    [[nodiscard]] bool has(const std::string& xpath) const;

private:
    struct Document;
    std::unique_ptr<Document> document_;
};

} // namespace ovd
