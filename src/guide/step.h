// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "farm/platforms.h"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace ovd {

/// A value in a step that may differ by platform or by the version of a program: selector -> text.
/// A plain value has the one selector "default".
using Text = std::map<std::string, std::string>;
using TextList = std::map<std::string, std::vector<std::string>>;
using FieldValue = std::variant<Text, TextList, bool, long>;

/// A field of an action or check, and where it stands.
struct Field {
    FieldValue value;
    SourceLocation where;
};

/// One action as written: its verb and the other fields of its table.
struct ActionSpec {
    std::string verb;
    std::map<std::string, Field> fields; ///< the verb's own value among them, under the verb
    SourceLocation where;
};

/// A read-only look with a judgement: exit status 0 is good, 1 is bad, anything else means that it
/// cannot be told, which is never taken for good.
struct CheckSpec {
    std::map<std::string, Field> fields; ///< command, stdin, says, hint, severity, within
    SourceLocation where;
};

/// One instruction of the guide, or a few that belong together.
struct Step {
    std::string id;      ///< unique in the whole guide; the journal's name for it
    std::string chapter; ///< folder: 5-prepare-cluster
    std::string section; ///< folder/file without ending: 5-prepare-cluster/40-apache
    std::string title;
    std::string why;
    std::vector<std::string> guide;     ///< ids of instructions.tsv
    std::vector<std::string> on;        ///< nodes or groups; empty: the operator's machine
    std::string when;                   ///< name of a yes/no parameter; empty: always
    std::string unless;                 ///< likewise, the other way round
    std::vector<std::string> platforms; ///< only on nodes of these (selectors); empty: all
    std::vector<std::string> needs; ///< steps, sections or chapters, in place of the step before
    bool has_needs = false;
    std::vector<std::string> needed_by; ///< only these wait for it; empty: whatever comes after
    std::string holds_until; ///< once that step is done, this one's probe means nothing any more
    bool disruptive = false;
    std::string expect;  ///< what users notice and for how long; shown with disruptive
    long limit = 0;      ///< seconds of an outage after which the rollback is offered; 0: none
    std::string differs; ///< where it departs from the guide, and why
    std::map<std::string, std::string> fetch; ///< name -> "node:/path" ("peer" is the other OSM)
    std::vector<ActionSpec> actions;
    std::vector<CheckSpec> probe; ///< none, or one: is it done already?
    std::vector<CheckSpec> verify;
    std::vector<ActionSpec> undo;
    std::vector<CheckSpec> keep; ///< none, or one: users are served by what it did; see guard
    SourceLocation where;
};

/// A file of steps: a section of the guide.
struct Section {
    std::string id; ///< 5-prepare-cluster/40-apache
    std::string chapter;
    std::string title;
    std::vector<std::string> needs; ///< sections or chapters, in place of the section before
    bool has_needs = false;
    bool rollback = false; ///< when a task fails, undo what this run did in this section
    bool guard = false;    ///< likewise, and its nodes do so by themselves when nobody goes on
    std::vector<Step> steps;
    SourceLocation where;
};

struct Chapter {
    std::string id; ///< 5-prepare-cluster
    std::string title;
    std::string procedure; ///< what it is a part of: migration, update, ...
    std::vector<Section> sections;
};

/// A platform's own names, from steps/platforms.toml.
struct Platform {
    std::string id;                     ///< debian12
    std::vector<std::string> selectors; ///< most specific first: debian12, debian, apt
    bool in_guide = false;
    std::map<std::string, std::string> values; ///< web_user, db_service, pcs ...
};

/// Something to read from a node before its plan is made, from steps/facts.toml.
struct FactSpec {
    std::string name;    ///< as in platforms.toml, whose value it goes before
    std::string package; ///< its installed version is the fact; empty: only the command tells
    std::string command; ///< asked where the package is not installed
    std::vector<std::string> on;     ///< nodes or groups whose plan depends on it; empty: all
    std::vector<std::string> one_of; ///< what it may be; empty: a version
};

/// The whole guide as data, in order.
struct Guide {
    std::string dir;           ///< steps/
    std::string templates_dir; ///< templates/
    std::vector<Chapter> chapters;
    std::map<std::string, Platform> platforms;
    std::vector<FactSpec> facts;
    /// Errata that a user may keep as the guide has them -> what follows (steps/errata.toml).
    std::map<std::string, std::string> letters;

    [[nodiscard]] std::vector<const Step*> steps() const;
    [[nodiscard]] const Step* step(const std::string& id) const;
    [[nodiscard]] const Section* section(const std::string& id) const;
    /// What farm.toml may name.
    [[nodiscard]] PlatformList platform_list() const;
    /// The names of what can be carried out, the migration first.
    [[nodiscard]] std::vector<std::string> procedures() const;
};

/// The same guide with the chapters of one procedure alone.
[[nodiscard]] Result<Guide> only_procedure(Guide guide, const std::string& procedure);

/// Reads steps/ and checks what can be checked without a farm: keys, types, unique ids, references
/// and selectors. check_actions() looks at the verbs, make_plan() at templates and names.
[[nodiscard]] Result<Guide> load_guide(
    const std::string& steps_dir, const std::string& templates_dir);

} // namespace ovd
