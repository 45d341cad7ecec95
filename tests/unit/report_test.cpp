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

Json data_of(RunFixture& run) {
    {
        auto journal = Journal::open(run.dir.path().string(), run.nodes, run.random, run.redactor);
        REQUIRE(journal);
        auto outline = new_outline(run.plan, (*journal)->records());
        REQUIRE(outline);
        REQUIRE((*journal)->write(*outline));
        CHECK_FALSE(new_outline(run.plan, (*journal)->records()));
        REQUIRE((*journal)->write(Outage{.task = "first@osm1",
            .from = "2026-01-31T02:00:00.000Z",
            .to = "2026-01-31T02:00:04.000Z",
            .seconds = 4,
            .limit = 3}));
    }
    (void)run.run();
    const auto data = report_data(Journal::read(run.dir.path().string()).value(), run.nodes.wall());
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

TEST_CASE("where nobody watched, the report does not say that nothing happened") {
    const auto with = [](const std::vector<Record>& more) {
        RunFixture run({{"1-one/10-a.toml",
            "title = \"A\"\n" + sets("cut", "osm1", "disruptive = true\nexpect = \"Gone.\"")}});
        {
            auto journal =
                Journal::open(run.dir.path().string(), run.nodes, run.random, run.redactor);
            REQUIRE(journal);
            REQUIRE((*journal)->write(*new_outline(run.plan, {})));
        }
        (void)run.run();
        auto records = Journal::read(run.dir.path().string()).value();
        records.insert(records.end(), more.begin(), more.end());
        const auto data = report_data(records, run.nodes.wall());
        REQUIRE(data);
        return *data;
    };
    const auto blind = with({});
    CHECK(blind["never"] == false);
    REQUIRE(blind["not_watched"].size() == 1);
    CHECK(blind["not_watched"][0]["title"] == "Set cut");
    CHECK(blind["numbers"]["total"] == "not known");
    WatchEnded span{.task = "cut@osm1",
        .from = "2000-01-01T00:00:00.000Z",
        .to = "2100-01-01T00:00:00.000Z",
        .seen = true};
    CHECK(with({{0, "", span}})["never"] == true);
    span.seen = false; // watched, but it never answered: the wrong address was asked
    CHECK(with({{0, "", span}})["never"] == false);
}

TEST_CASE("a report of a run that was killed says what stands as it must not stay") {
    RunFixture run({{"3-database/10-a.toml",
        "title = \"A\"\n" + sets("config-away") + sets("import") + sets("config-installed")}});
    {
        auto journal = Journal::open(run.dir.path().string(), run.nodes, run.random, run.redactor);
        REQUIRE(journal);
        REQUIRE((*journal)->write(*new_outline(run.plan, {})));
    }
    (void)run.run({{"config-away"}, true, false, false, "tester@laptop", "process 1"});
    auto records = Journal::read(run.dir.path().string()).value();
    for (const auto& more : std::vector<Record>{{0, "", RunEnded{.why = "the plan of yesterday"}},
             {0, "2026-01-31T02:00:00.000Z", RunBegan{.who = "w"}},
             {0, "", Outage{.task = "config-away@osm1", .from = "2026-01-31T02:00:01.000Z"}},
             {0, "", TaskChanged{.task = "import@osm1"}}})
        records.push_back(more);
    const auto data = report_data(records, run.nodes.wall());
    REQUIRE(data);
    const auto text = (*data)["verdict"]["text"].get<std::string>();
    INFO(text);
    CHECK((*data)["verdict"]["look"] == "red");
    CHECK(text.find("running: import@osm1") != std::string::npos);
    CHECK(text.find("down since 2026-01-31T02:00:01") != std::string::npos);
    CHECK(text.find("configuration is moved aside") != std::string::npos);
    CHECK(text.find("yesterday") == std::string::npos);
    for (const auto& each : (*data)["left"])
        CHECK(each["text"].get<std::string>().find("lives on dbmy now") == std::string::npos);
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
    CHECK(data.error().kind == ErrorKind::journal);
}
