// SPDX-License-Identifier: Apache-2.0
// What a kind of action is. Each kind is one file beside this one and one row in kinds.cpp.
#pragma once

#include "base/clock.h"
#include "base/content.h"
#include "guide/step.h"
#include "guide/template.h"
#include "node/look.h"

#include <functional>
#include <span>
#include <variant>

namespace ovd {

/// Runs a shell command on the node, once.
struct RunOp {
    std::string command;
    Content input;
};
/// Puts a whole file on the node: written beside its place, then renamed over it.
struct PutOp {
    std::string path;
    std::string owner; ///< user:group
    std::string mode;  ///< octal: 0644
    Content content;
};
/// Asks a person on the operator's machine; a hook of the farm may answer instead.
struct AskOp {
    std::string question;
    std::string look; ///< what to look at before answering; may be empty
    std::string hook; ///< name in farm.toml's [hooks]; may be empty
};
/// Looks again and again until the command exits 0.
struct WaitOp {
    std::string command;
    std::string what; ///< what is waited for, in words
    Seconds within{60};
};
/// Goes through the verification sheet.
struct SheetOp {
    std::string title; ///< why, for people
};
/// Asks the Session Manager's API, on the node itself; a person where it gives no clear answer.
struct AdminOp {
    std::string what;    ///< maintenance-on, maintenance-off, answers, no-sessions or servers-ready
    std::string command; ///< changes something; empty: it only looks
    std::string look;
    Content input;
    AskOp ask;
    Seconds within{60};
};
using Operation = std::variant<RunOp, PutOp, AskOp, WaitOp, SheetOp, AdminOp>;

/// A program of the node is asked: exit 0 yes, 1 no, anything else cannot be told.
struct ShellProbe {
    std::string command;
    Content input;
};
/// A look that tells whether something is so. What is typed is answered for a whole node at once.
using Probe = LookOr<ShellProbe>;

/// The look of a probe; resolve gives the text of an input.
[[nodiscard]] Result<Look> look_of(
    const Probe& probe, const std::function<Result<std::string>(const Content&)>& resolve);
/// What a person may type to see what the probes see; those of one task.
[[nodiscard]] std::string by_hand(std::span<const Probe> probes);

/// What an action may know while it plans.
struct Context {
    const Guide& guide;
    const Platform& platform;
    const Names& names;
};

/// The fields of an action on one platform, with the right variant picked, not yet filled.
class Fields {
public:
    Fields(const ActionSpec& spec, const Platform& platform) : spec_(spec), platform_(platform) {}
    [[nodiscard]] bool has(const std::string& key) const { return spec_.fields.contains(key); }
    /// The text under key, or fallback; an error when this platform has no variant of it.
    [[nodiscard]] Result<std::string> text(
        const std::string& key, const std::string& fallback = {}) const;
    [[nodiscard]] Result<std::vector<std::string>> list(const std::string& key) const;
    [[nodiscard]] bool flag(const std::string& key, bool fallback) const;
    [[nodiscard]] long number(const std::string& key, long fallback) const;
    [[nodiscard]] SourceLocation where(const std::string& key) const;

private:
    const ActionSpec& spec_;
    const Platform& platform_;
};

enum class FieldType { text, list, text_or_list, flag, number };

struct FieldRule {
    std::string_view name;
    FieldType type;
    bool required;
    std::string_view help;
};

/// One kind of action: how it is written, what it does, and how to probe that it is done.
struct ActionKind {
    std::string_view verb;
    std::string_view help;
    std::span<const FieldRule> fields;
    Result<std::vector<Operation>> (*plan)(const Context&, const Fields&);
    /// All must say yes; none when only the step's own probe, or the journal, can tell.
    Result<std::vector<Probe>> (*probe)(const Context&, const Fields&);
};

/// Where a platform keeps what packages are installed; an error when it names no package manager.
[[nodiscard]] Result<PackageInstalled::Database> package_database(
    const Platform& platform, const SourceLocation& where);

/// All kinds, by verb.
[[nodiscard]] std::span<const ActionKind> action_kinds();
[[nodiscard]] const ActionKind* action_kind(std::string_view verb);

} // namespace ovd
