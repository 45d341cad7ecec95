// SPDX-License-Identifier: Apache-2.0
#include "run_fixture.h"

#include "base/file.h"
#include "report/outline.h"
#include "report/report.h"

using namespace ovd;

namespace {

const Files two{
    {"1-one/10-a.toml", "title = \"A\"\n" + sets("first") +
                            "[[step]]\nid = \"broken\"\ntitle = \"Break\"\nwhy = \"W\"\non = "
                            "[\"osm1\"]\ndiffers = \"It <breaks>.\"\n[[step.action]]\ncommand = "
                            "\"fail\"\n[step.probe]\ncommand = \"has broken\"\n"}};

Record data_of(RunFixture& run) {
    {
        auto journal = Journal::open(run.dir.path().string(), run.nodes, run.redactor);
        REQUIRE(journal);
        auto outline = new_outline(run.plan, (*journal)->records());
        REQUIRE(outline);
        REQUIRE((*journal)->write(*outline));
        CHECK_FALSE(new_outline(run.plan, (*journal)->records()));
        REQUIRE((*journal)->write({{"kind", "away"}, {"task", "first@osm1"},
            {"from", "2026-01-31T02:00:00.000Z"}, {"to", "2026-01-31T02:00:04.000Z"},
            {"seconds", 4.0}, {"limit", 3}, {"began before", false}}));
    }
    (void)run.run();
    const auto data = report_data(Journal::read(run.dir.path().string()).value(), run.nodes.now());
    INFO((data ? "" : data.error().message));
    REQUIRE(data);
    return *data;
}

} // namespace

TEST_CASE("a run that failed half-way is reported as that, with what was sent") {
    RunFixture run(two);
    const auto data = data_of(run);
    CHECK(data["verdict"]["look"] == "red");
    CHECK(data["verdict"]["text"].get<std::string>().find("broken@osm1") == 0);
    CHECK(data["numbers"]["done"] == 1);
    CHECK(data["numbers"]["all"] == 2);
    const auto& steps = data["chapters"][0]["sections"][0]["steps"];
    CHECK(steps[0]["tasks"][0]["look"] == "green");
    CHECK(steps[1]["tasks"][0]["look"] == "red");
    CHECK(steps[1]["tasks"][0]["commands"][0]["command"] == "fail");
    CHECK(data["interruptions"][0]["over"] == true);
    CHECK(data["left"][0]["text"].get<std::string>().find("1 of 2 tasks") == 0);
}

TEST_CASE("the page is one file without scripts or addresses, and text stays text") {
    RunFixture run(two);
    const auto text = read_file(std::filesystem::path(OVD_SOURCE_DIR) / "templates/report.html");
    REQUIRE(text);
    const auto page = report_html(data_of(run), *text);
    REQUIRE(page);
    for (const char* part : {"<script", "http://", "https://", "src=", "@import", "url("})
        CHECK(page->find(part) == std::string::npos);
    CHECK(page->find("It &lt;breaks&gt;.") != std::string::npos);
    CHECK(page->find("Stopped by a failure") != std::string::npos);
    CHECK(page->find("{{") == std::string::npos);
}

TEST_CASE("a journal of an older program has no report, and says why") {
    const auto data = report_data({}, {});
    REQUIRE_FALSE(data);
    CHECK(data.error().kind == Kind::journal);
}
