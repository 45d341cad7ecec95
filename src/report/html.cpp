// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <fmt/format.h>
#include <kainjow/mustache.hpp>

namespace ovd {
namespace {

using Data = kainjow::mustache::data;

/// What mustache understands: objects, lists, texts, yes and no.
Data data_from(const Json& json) {
    if (json.is_object()) {
        Data object(Data::type::object);
        for (const auto& [key, value] : json.items())
            object.set(key, data_from(value));
        return object;
    }
    if (json.is_array()) {
        Data list(Data::type::list);
        for (const auto& value : json)
            list.push_back(data_from(value));
        return list;
    }
    if (json.is_boolean()) return json.get<bool>() ? Data::type::bool_true : Data::type::bool_false;
    if (json.is_string()) return json.get<std::string>();
    return json.dump();
}

} // namespace

Result<std::string> report_html(const Json& data, const std::string& text) {
    kainjow::mustache::mustache page(text);
    if (!page.is_valid())
        return fail(ErrorKind::steps, "templates/report.html: " + page.error_message(),
            "Compare it with the one that came with the program.");
    return page.render(data_from(data));
}

} // namespace ovd
