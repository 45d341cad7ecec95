// SPDX-License-Identifier: Apache-2.0
// What is asked of a node in bulk: the collector, really run here, and what its words mean.
#include "base/quote.h"
#include "base/text.h"
#include "local_node.h"
#include "node/collected.h"
#include "node/collector.h"
#include "node/side_by_side.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <set>
#include <sys/stat.h>

using namespace ovd;

namespace {

ReadResult judged(const std::string& said, const Look& look) {
    return Collected::parse(said).judge(look);
}

int status(LocalNode& node, const Look& look) {
    const auto results = node.look({&look, 1});
    REQUIRE(results);
    INFO(results->front().output);
    return results->front().status;
}

using Path = PathState::State;
using Part = ClusterHas::Part;
constexpr auto dpkg = PackageInstalled::Database::dpkg;
constexpr auto rpm = PackageInstalled::Database::rpm;

} // namespace

TEST_CASE("paths, files and their lines are read here") {
    const TempDir dir;
    const auto file = dir / "it's a file";
    dir.write("it's a file", "one\n two = 2\n@ended 7\n[a]\nk = v\n");
    dir.write("empty", "");
    REQUIRE(::chmod(file.c_str(), 0640) == 0);
    std::filesystem::create_symlink(dir / "nowhere", dir / "dangling");
    std::filesystem::create_symlink(file, dir / "link");
    LocalNode node;
    CHECK(status(node, PathState{file, Path::exists}) == 0);
    CHECK(status(node, PathState{file, Path::filled}) == 0);
    CHECK(status(node, PathState{file, Path::missing}) == 1);
    CHECK(status(node, PathState{dir / "empty", Path::filled}) == 1);
    CHECK(status(node, PathState{dir / "none", Path::exists}) == 1);
    CHECK(status(node, PathState{dir / "none", Path::missing}) == 0);
    CHECK(status(node, PathState{dir / "dangling", Path::exists}) == 1);
    CHECK(status(node, PathState{dir / "dangling", Path::missing}) == 1); // something is there

    const Read whose{"stat -c %U:%G " + shell_quote(file), {}};
    const auto owner = trim(node.read({&whose, 1})->front().output);
    const auto digest = sha256("one\n two = 2\n@ended 7\n[a]\nk = v\n");
    CHECK(status(node, FileState{file, owner, "0640", digest}) == 0);
    CHECK(status(node, FileState{file, owner, "0600", digest}) == 1);
    CHECK(status(node, FileState{file, "nobody:nogroup", "0640", digest}) == 1);
    CHECK(status(node, FileState{file, owner, "0640", sha256("other")}) == 1);
    CHECK(status(node, FileState{dir / "link", owner, "0640", digest}) == 1);
    CHECK(status(node, FileState{dir / "none", owner, "0640", digest}) == 1);

    CHECK(status(node, FileMode{file, {"600", "640"}}) == 0);
    CHECK(status(node, FileMode{file, {"600"}}) == 1);
    CHECK(status(node, FileMode{dir / "none", {"600"}}) == 1);
    CHECK(status(node, HostName{"no.such.name"}) == 1);

    CHECK(status(node, HasLine{file, "one"}) == 0);
    CHECK(status(node, HasLine{file, "on"}) == 1);
    CHECK(status(node, HasLine{file, "one", "^ two"}) == 1); // another gives way to it
    CHECK(status(node, HasLine{file, "one", "^one$"}) == 0); // it does not give way to itself
    CHECK(status(node, LineLike{file, "^ two *= *[0-9]$"}) == 0);
    CHECK(status(node, LineLike{file, "^@ended 7$"}) == 0); // no line is taken for our own words
    CHECK(status(node, LineLike{file, "three"}) == 1);
    CHECK(status(node, LineLike{file, "three", false}) == 0);
    CHECK(status(node, LineLike{dir / "none", "x", false}) == 0);
    CHECK(status(node, LineLike{dir / "empty", ".*"}) == 1);
    CHECK(status(node, IniKey{file, "a", "k", "v"}) == 0);
    CHECK(status(node, IniKey{file, "b", "k", "v"}) == 1);
    dir.write("long", std::string(most_lines_of_file, 'x') + "\nlast\n");
    CHECK(status(node, LineLike{dir / "long", "last"}) == 2);
    dir.write("twice", "a\na\n");
    CHECK(status(node, HasLine{dir / "twice", "a"}) == 1);
}

TEST_CASE("all that is typed takes one command, whatever is asked") {
    const TempDir dir;
    dir.write("a", "x\n");
    LocalNode node;
    const std::vector<Look> looks{PathState{dir / "a", Path::exists}, Read{"echo said; exit 3", {}},
        LineLike{dir / "a", "x"}, Read{"exit 1", {}}, PathState{dir / "b", Path::exists},
        Read{"cat; exit 1", "secret"}};
    const auto results = node.look(looks);
    REQUIRE(results);
    std::vector<int> said;
    for (const auto& result : *results)
        said.push_back(result.status);
    CHECK(said == std::vector<int>{0, 3, 0, 1, 1, 1});
    CHECK((*results)[1].output == "said");
    CHECK((*results)[5].output == "secret");
    // One for all, and by itself the one whose input may be a secret.
    REQUIRE(node.sent.size() == 2);
    CHECK(node.sent[0].command.find("secret") == std::string::npos);
    const auto nothing = node.look({});
    REQUIRE(nothing);
    CHECK(nothing->empty());
}

TEST_CASE("a package is installed, is not, or cannot be told") {
    const std::string said = "@packages\npcs\tinstall ok installed\t0.10.11-2ubuntu3\n"
                             "held\thold ok installed\t1\ngone\tdeinstall ok config-files\t2\n";
    CHECK(judged(said + "@ended 1\n", PackageInstalled{dpkg, "pcs"}).status == 0);
    CHECK(judged(said + "@ended 1\n", PackageInstalled{dpkg, "pcs"}).output == "0.10.11-2ubuntu3");
    CHECK(judged(said + "@ended 0\n", PackageInstalled{dpkg, "held"}).status == 0);
    CHECK(judged(said + "@ended 1\n", PackageInstalled{dpkg, "gone"}).status == 1);
    CHECK(judged(said + "@ended 1\n", PackageInstalled{dpkg, "never"}).status == 1);
    CHECK(judged(said + "@ended 2\n", PackageInstalled{dpkg, "pcs"}).status == 2);
    CHECK(judged(said, PackageInstalled{dpkg, "pcs"}).status == 2); // it was cut
    CHECK(judged(
              "@packages\npackage wget is not installed\n@ended 0\n", PackageInstalled{rpm, "wget"})
              .status == 1);
    CHECK(judged("@packages\n@ended 0\n", PackageInstalled{rpm, "wget"}).status == 2);
}

TEST_CASE("a unit runs and starts at boot, or not, or cannot be told") {
    const std::string said =
        "@units\nmysql loaded active no enabled\nlsyncd loaded inactive yes disabled\n"
        "odd loaded failed no masked-runtime\nnone not-found inactive no \n"
        "fixed loaded reloading no static\n@ended 0\n";
    CHECK(judged(said, UnitState{"mysql", true, true}).status == 0);
    CHECK(judged(said, UnitState{"mysql", false, {}}).status == 1);
    CHECK(judged(said, UnitState{"lsyncd", false, false}).status == 0);
    CHECK(judged(said, UnitState{"lsyncd", {}, true}).status == 1);
    CHECK(judged(said, UnitState{"odd", false, false}).status == 0);
    CHECK(judged(said, UnitState{"none", false, false}).status == 0);
    CHECK(judged(said, UnitState{"none", true, {}}).status == 1);
    CHECK(judged(said, UnitState{"fixed", true, true}).status == 0);
    CHECK(judged(said, UnitState{"mysql", {}, {}, true}).status == 0);
    CHECK(judged(said, UnitState{"lsyncd", {}, {}, true}).status == 1); // its file has changed
    CHECK(judged(said, UnitState{"none", {}, {}, true}).status == 1);
    CHECK(judged(said, UnitState{"never", true, {}}).status == 2);
    CHECK(judged("", UnitState{"mysql", true, {}}).status == 2);
}

TEST_CASE("the units of this machine's kind are told apart by the collector's shell") {
    // systemctl as it talks: blocks in the order of the names; one made from an init script.
    const TempDir dir;
    dir.write("systemctl",
        "#!/bin/sh\ncase $1 in\nshow) printf '%s\\n' LoadState=loaded "
        "ActiveState=active UnitFileState=bad NeedDaemonReload=no '' LoadState=not-found "
        "ActiveState=inactive UnitFileState= NeedDaemonReload=no '' LoadState=loaded "
        "ActiveState=inactive UnitFileState=disabled NeedDaemonReload=no ;;\n"
        "is-enabled) [ \"$3\" = apache2 ] ;;\nesac\n");
    REQUIRE(::chmod((dir / "systemctl").c_str(), 0755) == 0);
    const std::vector<Look> looks{UnitState{"apache2", true, true},
        UnitState{"nothere", false, false}, UnitState{"zlast", false, false}};
    LocalNode node;
    const Read read{"PATH=" + dir.path().string() + ":$PATH\n" + collector_for(looks).command, {}};
    const auto said = node.read({&read, 1});
    REQUIRE(said);
    INFO(said->front().output);
    const auto collected = Collected::parse(said->front().output);
    for (const auto& look : looks)
        CHECK(collected.judge(look).status == 0);
}

TEST_CASE("a name has one address in /etc/hosts, or another, or several") {
    const std::string said = "@lines\nfile /etc/hosts\nline 127.0.0.1\tlocalhost\n"
                             "line 192.168.100.11  sm-osm1.priv sm-osm1 # here\n"
                             "line # 192.168.100.99 sm-osm1.priv\nline ::1 sm-osm1.priv\n"
                             "line 10.0.0.1 two\nline 10.0.0.2 two\n@ended 0\n";
    CHECK(judged(said, HostAddress{"sm-osm1.priv", "192.168.100.11"}).status == 0);
    CHECK(judged(said, HostAddress{"sm-osm1.priv", "192.168.100.99"}).status == 1);
    CHECK(judged(said, HostAddress{"two", "10.0.0.1"}).status == 1);
    CHECK(judged(said, HostAddress{"here", "192.168.100.11"}).status == 1);
    CHECK(judged("@lines\n@ended 2\n", HostAddress{"two", "10.0.0.1"}).status == 2);
}

TEST_CASE("a host is called so now, at its next boot and in full, or not") {
    const auto called = [](const std::string& now, const std::string& boot,
                            const std::string& full) {
        return judged(
            "@hostname\n" + now + "\n" + boot + "\n" + full + "\n@ended 0\n", HostName{"sm-osm1"})
            .status;
    };
    CHECK(called("sm-osm1", "sm-osm1", "sm-osm1.priv") == 0);
    CHECK(called("sm-osm1", "sm-osm1", "sm-osm1") == 0);
    CHECK(called("other", "sm-osm1", "sm-osm1") == 1);
    CHECK(called("sm-osm1", "", "sm-osm1") == 1);
    CHECK(called("sm-osm1", "sm-osm1", "sm-osm12.priv") == 1);
    CHECK(judged("@hostname\nsm-osm1\n", HostName{"sm-osm1"}).status == 2);
}

TEST_CASE("the cluster has it, has it not, or does not answer") {
    const std::string cib = "@cib\n<configuration><resources><primitive id=\"lsyncd\">\n"
                            "<nvpair name=\"target-role\" value=\"Stopped\"/></primitive>"
                            "</resources></configuration>\n\n@ended 0\n";
    CHECK(judged(cib, ClusterHas{Part::configuration, "//primitive[@id='lsyncd']"}).status == 0);
    CHECK(judged(cib, ClusterHas{Part::configuration, "//primitive[@id='other']"}).status == 1);
    CHECK(
        judged(cib, ClusterHas{Part::configuration, "//nvpair[@value='Stopped']", false}).status ==
        1);
    CHECK(judged(cib, ClusterHas{Part::state, "//node"}).status == 2);
    for (const auto* none : {"@cib\n\n@ended 127\n", "@cib\n<half\n@ended 0\n"}) {
        CHECK(judged(none, ClusterHas{Part::configuration, "//nvpair"}).status == 1);
        CHECK(judged(none, ClusterHas{Part::configuration, "//nvpair", false}).status == 1);
    }
}

TEST_CASE("no two looks that differ say the same, and each tells what to type") {
    const std::vector<Look> looks{PackageInstalled{dpkg, "a"}, PackageInstalled{rpm, "a"},
        UnitState{"a", true, {}}, UnitState{"a", {}, true}, UnitState{"a", false, {}},
        UnitState{"a", {}, {}, true}, PathState{"/a", Path::exists}, PathState{"/a", Path::filled},
        PathState{"/a", Path::missing}, FileState{"/a", "a:a", "0644", "1"}, FileMode{"/a", {"1"}},
        HostName{"a"}, HasLine{"/a", "b"}, HasLine{"/a", "b", "c"}, LineLike{"/a", "b"},
        LineLike{"/a", "b", false}, LineLike{"/a", "b", true, true}, IniKey{"/a", "b", "c", "d"},
        HostAddress{"a", "b"}, ClusterHas{Part::state, "//a"},
        ClusterHas{Part::configuration, "//a"}, ClusterHas{Part::configuration, "//a", false}};
    std::set<std::string> words;
    for (const auto& look : looks) {
        words.insert(describe(look));
        CHECK_FALSE(by_hand(look).empty());
    }
    CHECK(words.size() == looks.size());
}

TEST_CASE("commands run side by side, and their words do not mix") {
    LocalNode node;
    std::vector<Read> reads;
    for (int i = 0; i < 9; ++i)
        reads.push_back({fmt::format("echo begin {0}; cat; sleep 0.0{0}; echo \"it's {0}\n\nend\"; "
                                     "exit {0}",
                             i),
            {}});
    reads.push_back({"head -c 5000 /dev/zero | tr '\\0' x; false", {}});
    reads.push_back({"said=1; printf 'no end of line'", {}});
    reads.push_back({"echo 'a mistake", {}});
    const Read all = side_by_side(reads);
    const auto said = node.read({&all, 1});
    REQUIRE(said);
    const auto results = apart(reads.size(), said->front());
    REQUIRE(results.size() == reads.size());
    for (int i = 0; i < 9; ++i) {
        const auto& result = results[static_cast<std::size_t>(i)];
        CHECK(result.status == i);
        CHECK(result.output == fmt::format("begin {0}\nit's {0}\n\nend", i));
    }
    CHECK(results[9].status == 1);
    CHECK(results[9].output == std::string(2000, 'x'));
    CHECK(results[10].output == "no end of line");
    CHECK(results[11].status != 0);
    CHECK(results[11].status != 1);
}

TEST_CASE("a command that hangs keeps a few others waiting, and none of them is taken for a no") {
    LocalNode node;
    std::vector<Read> reads(8, Read{"exit 1", {}, Millis{1'000}});
    reads[0].command = "sleep 60";
    const auto all = side_by_side(reads);
    CHECK(all.timeout == Millis{3'000});
    const TempDir dir;
    dir.write("all", all.command);
    const Read cut{"timeout 1 sh '" + (dir / "all") + "'", {}};
    const auto said = node.read({&cut, 1});
    REQUIRE(said);
    auto result = said->front();
    result.timed_out = true;
    const auto results = apart(reads.size(), result);
    int waited = 0;
    for (const auto& each : results) {
        CHECK((each.status == 1 || each.timed_out));
        if (each.timed_out) ++waited;
    }
    CHECK(waited == 3); // itself, and those behind it
}
