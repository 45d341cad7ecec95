// SPDX-License-Identifier: Apache-2.0
// HTTP by the curl program, on a node or on the operator's machine alike: what is sent stands in a
// configuration on stdin, so that no password is ever in an argument.
#pragma once

#include "base/content.h"
#include "node/reader.h"

#include <string>
#include <vector>

namespace ovd {

struct HttpRequest {
    std::string url;
    std::string method = "GET";
    Content body;     ///< sent with POST and PUT only; see body_trouble()
    std::string type; ///< Content-Type of the body; empty: a form
    Content user;     ///< NAME:PASSWORD for Basic; empty: none
};

struct HttpAnswer {
    int status = 0; ///< HTTP status; 0: there was no answer
    double seconds = 0;
    long bytes = 0;
    std::string redirect; ///< where to, when it sends elsewhere; it is not followed
    std::string body;
    std::string trouble; ///< why there was no whole answer, in curl's words
};

/// The command that carries out what is on its stdin: that many requests. It takes a curl of 2013.
[[nodiscard]] std::string curl_command(std::size_t requests = 1);

/// Why a body cannot be sent, or nothing: curl would take one that begins with @ for a file's name.
[[nodiscard]] std::string body_trouble(const Content& body);

/// What goes to its stdin: requests one after the other, with the cookies of those before. seconds
/// is for each. Without verify_tls any certificate will do.
[[nodiscard]] Content curl_input(
    const std::vector<HttpRequest>& requests, int seconds, bool verify_tls);

/// The answers, one for each request that was made. An error when curl could not even begin.
[[nodiscard]] Result<std::vector<HttpAnswer>> curl_answers(const ReadResult& result);

} // namespace ovd
