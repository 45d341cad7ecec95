// SPDX-License-Identifier: Apache-2.0
// The shell that file, line, ini and json make, really run on files here.
#include "action/validate.h"
#include "base/file.h"
#include "engine/plan.h"
#include "guide/values.h"
#include "guide_maker.h"
#include "local_node.h"

#include <catch2/catch.hpp>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace ovd;
namespace fs = std::filesystem;

namespace {

/// One action on a file of its own, planned as for a node and run under sh.
class Bench {
public:
    /// action: the lines of its table, with FILE for the path.
    explicit Bench(std::string action) {
        for (std::size_t at = 0; (at = action.find("FILE")) != std::string::npos;)
            action.replace(at, 4, file());
        const auto guide = guide_of({{"1-one/10-a.toml",
            "title = \"A\"\n[[step]]\nid = \"s\"\ntitle = \"S\"\nwhy = \"W\"\non = [\"osm1\"]\n"
            "[[step.action]]\n" +
                action}});
        const auto farm = small_farm();
        const auto& step = *guide.step("s");
        const auto names = names_for(guide, farm, step, "osm1");
        const auto& platform = guide.platforms.at("debian12");
        const Context context{guide, platform, *names};
        const Fields fields(step.actions[0], platform);
        const auto* kind = action_kind(step.actions[0].verb);
        const auto ops = kind->plan(context, fields);
        INFO((ops ? std::string() : ops.error().message));
        REQUIRE(ops);
        op_ = ops->front();
        probes_ = *kind->probe(context, fields);
    }
    [[nodiscard]] std::string file() const { return dir_ / "the file"; }
    /// Where the first of what was there before is kept.
    [[nodiscard]] std::string kept() const { return state_ / ("before" + file()); }
    [[nodiscard]] std::string text() const { return read_file(file()).value_or("(none)"); }
    void put(const std::string& text, unsigned mode = 0640) const {
        REQUIRE(write_file(file(), text, mode));
    }
    [[nodiscard]] ReadResult run() const { return sh(command_of(op_), input_of(op_)->display()); }
    /// What the first of its probes says, asked as a node is.
    [[nodiscard]] int looks() const {
        const auto look = look_of(probes_.front(),
            [](const Content& input) -> Result<std::string> { return input.display(); });
        LocalNode node;
        const auto results = node.look({&*look, 1});
        REQUIRE(results);
        return results->front().status;
    }
    /// Runs it, and again: the second time must change nothing.
    void must_give(const std::string& wanted) const {
        if (!probes_.empty()) CHECK(looks() == 1);
        const auto first = run();
        INFO(first.output);
        REQUIRE(first.status == 0);
        CHECK(text() == wanted);
        if (!probes_.empty()) CHECK(looks() == 0);
        REQUIRE(run().status == 0);
        CHECK(text() == wanted);
        check_no_litter();
    }
    void must_refuse(const std::string& content) const {
        put(content);
        CHECK(run().status != 0);
        CHECK(text() == content);
        check_no_litter();
    }
    [[nodiscard]] unsigned mode() const {
        struct stat status{};
        REQUIRE(::stat(file().c_str(), &status) == 0);
        return status.st_mode & 07777U;
    }
    void check_no_litter() const {
        for (const auto& entry : fs::directory_iterator(dir_.path())) {
            INFO(entry.path().string());
            CHECK(entry.path() == file());
        }
    }

private:
    /// What a node keeps for itself lies in a folder of the test instead.
    [[nodiscard]] ReadResult sh(std::string command, const std::string& input) const {
        const std::string there = "/var/lib/ovd-failover";
        for (std::size_t at = 0; (at = command.find(there, at)) != std::string::npos;)
            command.replace(at, there.size(), state_.path().string());
        LocalNode node;
        const Read read{command, input};
        const auto results = node.read({&read, 1});
        REQUIRE(results);
        return results->front();
    }
    TempDir dir_;
    TempDir state_;
    Operation op_;
    std::vector<Probe> probes_;
};

std::string me() {
    return std::string(::getpwuid(::getuid())->pw_name) + ":" + ::getgrgid(::getgid())->gr_name;
}

Bench line(const std::string& text, const std::string& more = "") {
    return Bench("line = \"FILE\"\ntext = '''" + text + "'''\n" + more);
}

Bench ini(const std::string& value, const std::string& key = "session_manager") {
    return Bench(
        "ini = \"FILE\"\nsection = \"main\"\nkey = '" + key + "'\nvalue = '" + value + "'");
}

Bench json(const std::string& value) {
    return Bench("json = \"FILE\"\nkey = \"general.sql.host\"\nvalue = '" + value + "'");
}

} // namespace

TEST_CASE("file: puts the bytes there with owner and mode") {
    const Bench bench(
        "file = \"FILE\"\ncontent = \"a\\nb\"\nmode = \"0600\"\nowner = \"" + me() + "\"");
    bench.must_give("a\nb");
    CHECK(bench.mode() == 0600);
    fs::permissions(bench.file(), fs::perms(0644));
    CHECK(bench.looks() == 1); // other rights are another file
    CHECK(bench.run().status == 0);
    CHECK(bench.mode() == 0600);
}

TEST_CASE("file: keeps the first of what was there before") {
    const Bench bench("file = \"FILE\"\ncontent = \"new\"\nowner = \"" + me() + "\"");
    bench.put("old");
    REQUIRE(bench.run().status == 0);
    bench.put("second");
    REQUIRE(bench.run().status == 0);
    CHECK(read_file(bench.kept()).value_or("(none)") == "old");
}

TEST_CASE("line: is added at the end, once, and the mode stays") {
    const auto bench = line(R"(10.0.0.1 it's "a" \n $b)");
    bench.put("first\nlast", 0604);
    bench.must_give("first\nlast\n10.0.0.1 it's \"a\" \\n $b\n");
    CHECK(bench.mode() == 0604);
}

TEST_CASE("line: stays where it is when it is there") {
    const auto bench = line("b");
    bench.put("a\nb\nc\n");
    CHECK(bench.looks() == 0);
    CHECK(bench.run().status == 0);
    CHECK(bench.text() == "a\nb\nc\n");
}

TEST_CASE("line: is there once even when it was there twice, and part of a line is none") {
    const auto bench = line("b");
    bench.put("b\na b\nb\n");
    bench.must_give("a b\nb\n");
}

TEST_CASE("line: what it replaces goes, whether it was there or not") {
    const std::string more = "replaces = '(^|[[:space:]])osm2$'";
    const auto fresh = line("10.0.0.2 osm2", more);
    fresh.put("127.0.0.1 localhost\n10.9.9.9 osm2\n10.0.0.3 pcs3 # osm2's\n");
    fresh.must_give("127.0.0.1 localhost\n10.0.0.3 pcs3 # osm2's\n10.0.0.2 osm2\n");
    const auto beside = line("10.0.0.2 osm2", more);
    beside.put("10.9.9.9 osm2\n10.0.0.2 osm2\n"); // the old one would win
    beside.must_give("10.0.0.2 osm2\n");
}

TEST_CASE("line: makes a file for its owner alone, and fills an empty one") {
    const auto bench = line("a");
    bench.must_give("a\n");
    CHECK(bench.mode() == 0600);
    const auto empty = line("a");
    empty.put("");
    empty.must_give("a\n");
}

TEST_CASE("ini: changes one key of one section and nothing else") {
    const auto bench = ini("10.20.1.100");
    bench.put("# top\n[other]\nsession_manager = x\n[main]\n; session_manager = y\n"
              "session_manager=10.0.0.1\nsession_manager_port = 1\n\n[last]\na = 1\n",
        0640);
    bench.must_give("# top\n[other]\nsession_manager = x\n[main]\n; session_manager = y\n"
                    "session_manager = 10.20.1.100\nsession_manager_port = 1\n\n[last]\na = 1\n");
    CHECK(bench.mode() == 0640);
}

TEST_CASE("ini: adds a key at the end of its section") {
    const auto middle = ini("v");
    middle.put("[main]\na = 1\n[last]\nsession_manager = x\n");
    middle.must_give("[main]\na = 1\nsession_manager = v\n[last]\nsession_manager = x\n");
    const auto at_end = ini("v");
    at_end.put("[main]\na = 1\n");
    at_end.must_give("[main]\na = 1\nsession_manager = v\n");
}

TEST_CASE("ini: a key is a word and a value stays as it is") {
    const auto dotted = ini("v", "a.b");
    dotted.put("[main]\naxb = 1\na.b = 2\n");
    dotted.must_give("[main]\naxb = 1\na.b = v\n");
    const auto backslash = ini(R"(C:\new\table & "x")");
    backslash.put("[main]\nsession_manager = old\n");
    backslash.must_give("[main]\nsession_manager = C:\\new\\table & \"x\"\n");
}

TEST_CASE("ini: a file without the section, or no file, is refused") {
    const auto bench = ini("v");
    bench.must_refuse("[other]\nsession_manager = x\n");
    bench.must_refuse("");
    fs::remove(bench.file());
    CHECK(bench.run().status != 0);
    CHECK_FALSE(fs::exists(bench.file()));
    CHECK(bench.looks() == 1);
}

TEST_CASE("json: sets one key and keeps the rest, empty objects and lists apart") {
    REQUIRE(run_local("php -v", {}, {})->status == 0); // php-cli: scripts/install-dependencies
    const auto bench = json("sm-dbmy \"x\" \\ /é");
    bench.put(R"({"general.sql.host":"localhost","a":{},"b":[],"n":1.0,"t":true,"u":"/é"})", 0660);
    bench.must_give("{\n    \"general.sql.host\": \"sm-dbmy \\\"x\\\" \\\\ /é\",\n"
                    "    \"a\": {},\n    \"b\": [],\n    \"n\": 1.0,\n    \"t\": true,\n"
                    "    \"u\": \"/é\"\n}\n");
    CHECK(bench.mode() == 0660);
    const auto added = json("h");
    added.put("{}");
    added.must_give("{\n    \"general.sql.host\": \"h\"\n}\n");
}

TEST_CASE("json: what is no JSON object is refused and left alone") {
    const auto bench = json("h");
    for (const char* content : {"", "[]", "{\"a\":", "\"text\"", "<?php", "null"}) {
        INFO(content);
        bench.must_refuse(content);
    }
    fs::remove(bench.file());
    CHECK(bench.run().status != 0);
    CHECK_FALSE(fs::exists(bench.file()));
}
