// SPDX-License-Identifier: Apache-2.0
#include "base/xml.h"

#include <fmt/format.h>
#include <pugixml.hpp>

namespace ovd {

struct Xml::Document {
    pugi::xml_document tree;
};

Status check_xpath(const std::string& xpath, std::optional<SourceLocation> where) {
    try {
        const pugi::xpath_query query(xpath.c_str());
    } catch (const pugi::xpath_exception& error) {
        return fail(ErrorKind::steps, fmt::format("'{}' is no XPath: {}.", xpath, error.what()),
            "Try it with: xmllint --xpath.", std::move(where));
    }
    return {};
}

Xml::Xml() : document_(std::make_unique<Document>()) {}
Xml::~Xml() = default;

std::unique_ptr<Xml> Xml::parse(const std::string& text) {
    auto xml = std::make_unique<Xml>();
    if (!xml->document_->tree.load_buffer(text.data(), text.size())) return nullptr;
    return xml;
}

bool Xml::has(const std::string& xpath) const {
    return pugi::xpath_query(xpath.c_str()).evaluate_boolean(document_->tree);
}

} // namespace ovd
