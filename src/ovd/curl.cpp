// SPDX-License-Identifier: Apache-2.0
#include "ovd/curl.h"

#include "base/text.h"

#include <cstdlib>
#include <fmt/format.h>

namespace ovd {
namespace {

/// Written by curl behind each answer; see curl(1), --write-out.
constexpr std::string_view mark = "@@ovd-answer ";

/// curl older than 7.36 knows no "next": each request is a curl of its own, fed by the shell alone.
/// Cookies go from one to the next in a file for its owner only, in memory where that can be.
constexpr std::string_view one_by_one = R"sh(umask 077
jar=$(mktemp -p /run 2>/dev/null || mktemp) || exit 2
trap 'rm -f "$jar"' EXIT
exec 2>&1
all=
while IFS= read -r line; do
  if [ "$line" = next ]; then
    printf %s "$all" | curl -q -sS -b "$jar" -c "$jar" -K -
    all=
  else
    all="$all$line
"
  fi
done
printf %s "$all" | curl -q -sS -b "$jar" -c "$jar" -K -)sh";

void line(Content& input, std::string_view option, std::string_view value) {
    input.add_text(fmt::format("{} = \"", option));
    input.add({Content::Source::text, std::string(value), Encoding::mycnf});
    input.add_text("\"\n");
}

void add_user(Content& input, const Content& user) {
    if (user.empty()) return;
    input.add_text("user = \"");
    for (auto part : user.parts()) {
        part.encoding = Encoding::mycnf;
        input.add(std::move(part));
    }
    input.add_text("\"\n");
}

/// "data-raw" is younger than the curl of some nodes; "data" reads a file when it begins with @.
void add_body(Content& input, const Content& body) {
    input.add_text("data = \"");
    for (auto part : body.parts()) {
        part.encoding = Encoding::mycnf;
        input.add(std::move(part));
    }
    input.add_text("\"\n");
}

HttpAnswer answer_from(const std::string& body, const std::string& about) {
    const auto words = split(about, ' ');
    HttpAnswer answer;
    answer.body = body;
    answer.status = words.empty() ? 0 : std::atoi(words[0].c_str());
    answer.seconds = words.size() > 1 ? std::atof(words[1].c_str()) : 0;
    answer.bytes = words.size() > 2 ? std::atol(words[2].c_str()) : 0;
    answer.redirect = words.size() > 3 ? words[3] : "";
    return answer;
}

} // namespace

std::string curl_command(std::size_t requests) {
    if (requests < 2) return "curl -q -sS -K - 2>&1";
    return std::string(one_by_one);
}

std::string body_trouble(const Content& body) {
    if (body.empty()) return {};
    const auto& first = body.parts().front();
    if (first.source != Content::Source::text) return "A body cannot begin with a secret.";
    return first.value.starts_with('@') ? "A body cannot begin with @." : "";
}

Content curl_input(const std::vector<HttpRequest>& requests, int seconds, bool verify_tls) {
    Content input;
    bool first = true;
    for (const auto& request : requests) {
        if (!first) input.add_text("next\n");
        first = false;
        line(input, "url", request.url);
        line(input, "request", request.method);
        if (request.method != "GET" && request.method != "HEAD") add_body(input, request.body);
        if (!request.type.empty()) line(input, "header", "Content-Type: " + request.type);
        add_user(input, request.user);
        line(input, "noproxy", "*");
        line(input, "max-time", std::to_string(seconds));
        if (!verify_tls) input.add_text("insecure\n");
        input.add_text(fmt::format("write-out = \"\\n{}%{{http_code}} %{{time_total}} "
                                   "%{{size_download}} %{{redirect_url}}\\n\"\n",
            mark));
    }
    return input;
}

Result<std::vector<HttpAnswer>> curl_answers(const ReadResult& result) {
    std::vector<HttpAnswer> answers;
    std::string body;
    std::string trouble;
    for (const auto& text : lines(result.output)) {
        if (text.starts_with(mark)) {
            if (!body.empty()) body.pop_back(); // the line end that goes before the mark
            if (!body.empty() && body.back() == '\n') body.pop_back();
            answers.push_back(answer_from(body, text.substr(mark.size())));
            answers.back().trouble = trouble;
            body.clear();
            trouble.clear();
            continue;
        }
        // curl tells its errors on its own line, before or behind the mark.
        if (text.starts_with("curl: (")) {
            const auto said = text.substr(text.find(')') + 1);
            if (!answers.empty() && body.empty() && answers.back().trouble.empty())
                answers.back().trouble = trim(said);
            else
                trouble = trim(said);
            continue;
        }
        body += text + "\n";
    }
    if (!answers.empty()) return answers;
    if (result.status == 127 || result.output.find("curl: not found") != std::string::npos)
        return fail(
            ErrorKind::remote, "The program curl is not there.", "Install the package curl.");
    return fail(ErrorKind::remote,
        fmt::format("curl ended with status {}: {}", result.status,
            trouble.empty() ? tail(trim(result.output), 300) : trouble),
        "Check the network between the two.");
}

} // namespace ovd
