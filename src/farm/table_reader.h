// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/toml.h"
#include "farm/reading.h"

#include <string>
#include <vector>

namespace ovd {

/// A table of farm.toml, read key by key. What is wrong is added to the reading; a value that is
/// missing or wrong is empty then. Every value's place is noted.
class TableReader {
public:
    using Check = Status (*)(const std::string&);
    enum class Need { required, optional };

    /// table may be null: a table that is not there, already reported if it is needed.
    TableReader(const toml::table* table, std::string name, FarmReading& reading)
        : table_(table), name_(std::move(name)), reading_(reading) {}

    /// A text, put to the check when there is one.
    std::string text(const std::string& key, Check check, Need need = Need::required);
    bool flag(const std::string& key, bool default_value);
    std::vector<std::string> list(const std::string& key, Check check);
    SecretSource secret(const std::string& key);
    /// A path with ~ expanded and taken from the folder of farm.toml.
    std::string path(const std::string& key, Need need);
    TableReader table(const std::string& key, Need need);
    /// The tables of a [[key]].
    std::vector<TableReader> tables(const std::string& key);
    /// Every key with a text: for tables whose keys are free.
    std::map<std::string, std::string> texts();

    [[nodiscard]] bool exists() const { return table_ != nullptr; }
    [[nodiscard]] bool has(const std::string& key) const;
    /// The text of a key just read, put to a check that needs more than the text.
    void judge(const std::string& key, const Status& done);
    /// Adds an error at a key, or at the table when it is not there.
    void wrong(const std::string& key, std::string message, std::string hint);
    /// Notes a key that is needed and not there; reported at the end, unless a slip of the pen in
    /// another key explains it.
    void missing(const std::string& key, std::string message, std::string hint);
    /// Reports the keys that are missing and those that nobody asked for.
    void end();

private:
    [[nodiscard]] std::string name_of(const std::string& key) const;
    [[nodiscard]] SourceLocation place(const toml::node& node) const;
    const toml::node* find(const std::string& key, Need need);
    SecretSource secret_from(const std::string& key, const toml::table& source);

    const toml::table* table_;
    std::string name_;
    FarmReading& reading_;
    std::vector<std::string> asked_;
    std::map<std::string, Error> missing_;
};

/// A path of a file: ~ is the home folder, and a relative path starts at the folder of file.
[[nodiscard]] std::string path_beside(const std::string& file, const std::string& path);

} // namespace ovd
