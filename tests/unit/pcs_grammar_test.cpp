// SPDX-License-Identifier: Apache-2.0
// Every call of pcs, Pacemaker's and corosync's programs in the shipped steps is one that the
// version of that platform takes.
#include "pcs_grammar.h"
#include "shipped_shell.h"

#include "base/text.h"

#include <catch2/catch.hpp>
#include <set>

using namespace ovd;

namespace {

/// Calls as "word word word", those after || with "|| " before them.
std::vector<std::string> calls_in(const std::string& text) {
    std::vector<std::string> all;
    for (const auto& call : shell_calls(text))
        all.push_back((call.otherwise ? "|| " : "") + join(call.words, " "));
    return all;
}

using Calls = std::vector<std::string>;

const Versions ubuntu16{{"pcs", "0.9.149"}, {"pacemaker", "1.1.14"}, {"corosync", "2.3.5"}};
const Versions ubuntu18{{"pcs", "0.9.164"}, {"pacemaker", "1.1.18"}, {"corosync", "2.4.3"}};
const Versions rhel7{{"pcs", "0.9.169"}, {"pacemaker", "1.1.23"}, {"corosync", "2.4.5"}};
const Versions ubuntu20{{"pcs", "0.10.4"}, {"pacemaker", "2.0.3"}, {"corosync", "3.0.3"}};
const Versions rhel8{{"pcs", "0.10.18"}, {"pacemaker", "2.1.7"}, {"corosync", "3.1.8"}};
const Versions debian12{{"pcs", "0.11.5"}, {"pacemaker", "2.1.5"}, {"corosync", "3.1.7"}};
const Versions debian13{{"pcs", "0.12.0"}, {"pacemaker", "3.0.0"}, {"corosync", "3.1.9"}};

/// Empty, or what is refused in a line of shell.
std::string wrong(const std::string& line, const Versions& versions) {
    return join(refused_in(line, versions), "\n");
}

} // namespace

TEST_CASE("each platform's own pcs, Pacemaker and corosync take every call of the steps") {
    std::set<std::string> seen;
    std::size_t count = 0;
    for (const auto& shell : all_shipped_shell()) {
        const auto& versions = shipped_guide().platforms.at(shell.platform).values;
        for (const auto& sentence : refused_in(shell.text, versions))
            FAIL_CHECK(sentence << "\n  " << shell.where);
        for (const auto& call : shell_calls(shell.text))
            if (is_cluster_program(call.words.front())) {
                ++count;
                const auto& verb = call.words.size() > 1 ? call.words[1] : "";
                seen.insert(call.words.front() == "pcs" ? "pcs " + verb : call.words.front());
            }
    }
    // The calls were found at all.
    CHECK(count > 1500);
    for (const auto* program :
        {"pcs cluster", "pcs host", "pcs property", "pcs resource", "pcs node", "pcs constraint",
            "pcs alert", "crm_mon", "crm_resource", "crm_attribute", "crm_verify", "crm_simulate",
            "crm_node", "cibadmin", "corosync-quorumtool", "pacemakerd"}) {
        INFO(program);
        CHECK(seen.contains(program));
    }
}

TEST_CASE("people are told no command that their platform does not take") {
    for (const auto& advice : all_shipped_advice())
        for (const auto& sentence :
            refused_in_prose(advice.text, shipped_guide().platforms.at(advice.platform).values))
            FAIL_CHECK(sentence << "\n  " << advice.where << "\n  " << advice.text);
    for (const auto& shell : all_shipped_shell())
        for (const auto& call : shell_calls(shell.text))
            if (call.words.front() == "echo" || call.words.front() == "bad")
                for (const auto& sentence : refused_in_prose(join(call.words, " "),
                         shipped_guide().platforms.at(shell.platform).values))
                    FAIL_CHECK(sentence << "\n  " << shell.where);
    const auto told = [](const std::string& text, const Versions& versions) {
        return join(refused_in_prose(text, versions), "\n");
    };
    CHECK(
        told(
            "pcs has moved it. On osm1: pcs cluster start, then crm_mon -1 tells more; crm_mon is.",
            ubuntu16) == "");
    CHECK_THAT(told("For the rest crm_resource --why -r NAME says why it is not there.", ubuntu16),
        Catch::Contains("--why (known since 1.1.18)"));
    CHECK_THAT(told("Type pcs node standby osm1 (as root).", ubuntu16),
        Catch::Contains("node standby: since 0.9.150"));
    CHECK(told("Type pcs node standby osm1 (as root).", ubuntu18) == "");
    CHECK_THAT(
        told("pcs cluster start osm1 --at-once, or wait", debian12), Catch::Contains("--at-once"));
}

TEST_CASE("calls are found wherever a shell text has them") {
    CHECK(calls_in("a b; c && d || e | f\ng &") == Calls{"a b", "c", "d", "|| e", "f", "g"});
    CHECK(calls_in("x=$(a 2>/dev/null || b --as-xml) || exit 1") ==
          Calls{"a", "|| b --as-xml", "|| exit 1"});
    CHECK(calls_in("if ! a >/dev/null 2>&1; then b; else c; fi") == Calls{"a", "b", "c", "fi"});
    CHECK(calls_in("[ \"$(a -n)\" = 'b; c' ] ||\n  { d; exit 1; }") ==
          Calls{"a -n", "[ $(...) = b; c ]", "|| d", "exit 1", "}"});
    CHECK(calls_in("V=1 timeout -k 5 60 a; env X=y b; runuser -u w -- c; timeout 9 d") ==
          Calls{"a", "b", "c", "d"});
    CHECK(calls_in("case $(a) in x | y) b ;; *) c; esac; d # e; f") ==
          Calls{"a", "b", "c", "esac", "d"});
    CHECK(calls_in("f() { a; }\nwhile read -r l; do b \"$l\"; done <file") ==
          Calls{"a", "}", "read -r l", "b $l", "done"});
    CHECK(calls_in("a <<'end' | b\npcs no call\nend\nc <<-x\n\tpcs none\n\tx\nd") ==
          Calls{"a", "b", "c", "d"});
    CHECK(calls_in("a \\\n  --b=c 'd e' f\\ g \"h $i\" $((1 + 2)) ${j%/*}") ==
          Calls{"a --b=c d e f g h $i $((...)) ${j%/*}"});
    CHECK(calls_in("( a; b ) && c") == Calls{"a", "b", "c"});
    CHECK(calls_in("a \"x $(b \"$(c 'y)')\") z\"") == Calls{"c y)", "b $(...)", "a x $(...) z"});
    CHECK(calls_in("command -v pcs >/dev/null || exit 1") == Calls{"command -v pcs", "|| exit 1"});
}

TEST_CASE("what one pcs takes and another does not is told apart") {
    struct Difference {
        const char* line;
        const Versions& takes;
        const Versions& refuses;
        const char* because;
    };
    const Difference all[] = {
        {"pcs cluster auth a b c -u hacluster", rhel7, rhel8, "does not take the words: a b c"},
        {"pcs host auth a addr=1.2.3.4 b addr=1.2.3.5 -u hacluster", rhel8, rhel7,
            "host auth: since 0.10"},
        {"pcs cluster setup --name x a b c", ubuntu16, ubuntu20, "does not take --name"},
        {"pcs cluster setup x a addr=1.2.3.4 b", debian12, ubuntu18, "needs --name"},
        {"pcs cluster start --all --wait=120", ubuntu18, ubuntu16, "--wait (known since 0.9.150)"},
        {"pcs cluster node add a --start --enable --wait=120", ubuntu18, ubuntu16, "--wait"},
        {"pcs cluster node add a addr=1.2.3.4 --start", rhel8, rhel7, "a addr=1.2.3.4"},
        {"pcs cluster standby a", ubuntu16, ubuntu20, "cluster standby: before 0.10"},
        {"pcs node standby a", ubuntu18, ubuntu16, "node standby: since 0.9.150"},
        {"pcs constraint colocation add a with b", ubuntu16, Versions{}, ""},
        {"pcs constraint colocation add a b", ubuntu16, rhel8, "does not take the words: a b"},
        {"pcs constraint colocation add a with b 100", debian12, debian13, "a with b 100"},
        {"pcs constraint location 'regexp%^(a|b)$' avoids c d", ubuntu18, ubuntu16, "regexp%"},
        {"pcs resource defaults resource-stickiness=100", ubuntu20, debian13, "resource defaults"},
        {"pcs resource defaults update resource-stickiness=100", rhel8, ubuntu20,
            "update resource"},
        {"pcs resource enable a b", ubuntu18, ubuntu16, "does not take the words: a b"},
        {"pcs resource move a b --autodelete --wait=9", rhel8, ubuntu20, "--autodelete"},
        {"pcs resource move a b --autodelete --wait=9", debian12, debian13, "--autodelete"},
        {"pcs resource move a b", rhel8, debian12, "needs --wait"},
        {"pcs resource move-with-constraint a b", debian12, rhel8, "move-with-constraint"},
        {"pcs resource config", ubuntu20, rhel7, "resource config: since 0.10"},
        {"pcs resource show a", rhel7, debian12, "resource show: before 0.11"},
        {"pcs resource refresh a", ubuntu18, ubuntu16, "resource refresh: since 0.9.162"},
        {"pcs property config", rhel8, ubuntu20, "property config: since 0.10.9"},
        {"pcs property show", ubuntu18, debian13, "property show: before 0.12"},
        {"pcs alert create path=/x id=y", ubuntu18, ubuntu16, "alert create: since 0.9.153"},
        {"pcs cluster destroy --force", debian12, rhel8, "--force (known since 0.11)"},
        {"crm_mon -1 --output-as=xml", ubuntu20, ubuntu18, "--output-as (known since 2.0.3)"},
        {"crm_mon --as-xml --inactive", debian13, Versions{}, ""},
        {"crm_resource --why -r a", ubuntu18, ubuntu16, "--why (known since 1.1.18)"},
        {"crm_resource --reprobe", ubuntu16, debian12, "--reprobe (known before 2.0.0)"},
    };
    for (const auto& each : all) {
        INFO(each.line);
        CHECK(wrong(each.line, each.takes) == "");
        if (*each.because == '\0') continue;
        CHECK_THAT(wrong(each.line, each.refuses), Catch::Contains(each.because));
    }
}

TEST_CASE("what no version takes is refused, and the option is named with the version") {
    const char* all[] = {"pcs", "pcs status --output-format=json", "pcs resource defualts a=b",
        "pcs stonith-level add", "pcs constraint order a b", "pcs constraint location a on b",
        "pcs resource create a --disable systemd:b", "pcs resource create a", "pcs resource move",
        "pcs cluster start --all --wait=", "pcs cluster start --al", "pcs property set a b",
        "crm_mon --json", "crm_mon -1 5", "crm_resource --resource", "crm_resource --locate=x",
        "cibadmin -Z", "crm_unheard-of", "crm_node", "corosync-quorumtool --all"};
    for (const auto* line : all)
        for (const auto* versions : {&ubuntu16, &rhel7, &ubuntu20, &rhel8, &debian12, &debian13}) {
            if (std::string(line) == "crm_node") continue;
            INFO(line);
            CHECK(wrong(line, *versions) != "");
        }
    CHECK(wrong("x=$(pcs node standby a --wiat)", debian12) ==
          "pcs (pcs 0.11.5) node standby does not take --wiat");
    CHECK(wrong("pcs cluster start --wait=9 && crm_mon --output-as=xml", ubuntu16) ==
          "pcs (pcs 0.9.149) cluster start does not take --wait (known since 0.9.150)\n"
          "crm_mon (pacemaker 1.1.14) does not take --output-as (known since 2.0.3)");
    CHECK_THAT(wrong("pcs status", {}), Catch::Contains("nobody says which version"));
}

TEST_CASE("of two ways to ask the same program one must do") {
    CHECK(wrong("s=$(crm_mon -1 --output-as=xml 2>/dev/null || crm_mon --as-xml)", ubuntu16) == "");
    CHECK(wrong("crm_resource --refresh || crm_resource --reprobe", debian12) == "");
    CHECK(wrong("crm_mon -1 --output-as=xml || crm_resource --reprobe", ubuntu16) != "");
    CHECK(wrong("crm_mon -1 --output-as=xml && crm_mon --as-xml", ubuntu16) != "");
    CHECK(wrong("crm_mon --jason || crm_mon --output-as=xml", ubuntu16) != "");
}
