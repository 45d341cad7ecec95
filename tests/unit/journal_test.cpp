// SPDX-License-Identifier: Apache-2.0
#include "engine/journal.h"

#include "base/file.h"
#include "base/text.h"
#include "guide_maker.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ovd;
namespace fs = std::filesystem;

namespace {

const SystemClock system_clock;
SystemRandom random_numbers;

/// A run folder with its journal.
class Folder {
public:
    TempDir dir;
    Redactor redactor;

    Result<std::unique_ptr<Journal>> open() {
        return Journal::open(dir.path().string(), system_clock, random_numbers, redactor);
    }
    [[nodiscard]] std::string text() const { return read_file(file()).value_or("(none)"); }
    void put(const std::string& text) const { REQUIRE(write_file(file(), text, 0600)); }
    [[nodiscard]] std::string file() const { return dir / "journal.jsonl"; }
    /// Four records after the first line.
    void fill() {
        auto journal = open();
        REQUIRE(journal);
        for (int i = 1; i <= 4; ++i)
            REQUIRE((*journal)->write(CommandEnded{.task = std::string("\x1f"),
                .started = i / 2.0,
                .output = "größe " + std::to_string(i)}));
    }
};

} // namespace

TEST_CASE("what is written is read back, and goes on where it ended") {
    Folder folder;
    folder.fill();
    std::string run;
    {
        auto journal = folder.open();
        REQUIRE(journal);
        const auto records = (*journal)->records();
        REQUIRE(records.size() == 5);
        CHECK(records[0].as<JournalHeader>()->version == 1);
        CHECK(records[3].as<CommandEnded>()->output == "größe 3");
        CHECK(records[3].as<CommandEnded>()->started == 1.5);
        CHECK(records[4].seq == 5);
        run = (*journal)->run_id();
        CHECK_FALSE(run.empty());
        REQUIRE((*journal)->write(TaskInspected{"t", "later"}));
    }
    const auto read = Journal::read(folder.dir.path().string());
    REQUIRE(read);
    CHECK(read->size() == 6);
    CHECK(read->back().seq == 6);
    CHECK((*folder.open())->run_id() == run);
    CHECK((fs::status(folder.file()).permissions() & fs::perms(077)) == fs::perms::none);
}

TEST_CASE("there is nothing to read where no run was") {
    const TempDir dir;
    CHECK(Journal::read(dir.path().string())->empty());
    CHECK_FALSE(fs::exists(dir / "journal.jsonl"));
}

TEST_CASE("a journal that was cut anywhere opens without its torn line") {
    Folder folder;
    folder.fill();
    const auto whole = folder.text();
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const auto cut = whole.substr(0, size);
        folder.put(cut);
        const auto kept = cut.substr(0, cut.rfind('\n') + 1); // npos + 1 is 0
        const auto complete = static_cast<std::size_t>(std::count(kept.begin(), kept.end(), '\n'));
        const auto read = Journal::read(folder.dir.path().string());
        INFO("cut after " << size << " bytes");
        REQUIRE(read);
        REQUIRE(read->size() == complete);
        REQUIRE(folder.text() == cut); // reading changes nothing
        auto journal = folder.open();
        REQUIRE(journal);
        REQUIRE((*journal)->write(TaskInspected{"t", "after"}));
        const auto now = folder.text();
        REQUIRE(now.starts_with(kept));
        journal->reset();
        const auto again = Journal::read(folder.dir.path().string());
        REQUIRE(again);
        REQUIRE(again->size() == std::max<std::size_t>(complete, 1) + 1);
    }
}

TEST_CASE("a byte that was changed is an error that names the line and touches nothing") {
    Folder folder;
    folder.fill();
    const auto whole = folder.text();
    int line = 1;
    for (std::size_t at = 0; at + 1 < whole.size(); ++at) {
        auto spoilt = whole;
        spoilt[at] = spoilt[at] == 'x' ? 'y' : 'x';
        if (whole[at] >= 'a' && whole[at] <= 'f') spoilt[at] = static_cast<char>(whole[at] - 32);
        folder.put(spoilt);
        const auto journal = folder.open();
        INFO("byte " << at << " of line " << line);
        REQUIRE_FALSE(journal);
        REQUIRE(journal.error().kind == ErrorKind::journal);
        REQUIRE(journal.error().where->line == line);
        REQUIRE(journal.error().hint.find("Nothing was changed") != std::string::npos);
        REQUIRE(folder.text() == spoilt);
        if (whole[at] == '\n') ++line;
    }
}

TEST_CASE("a line that was taken out, swapped or doubled is noticed") {
    Folder folder;
    folder.fill();
    const auto all = lines(folder.text());
    const auto with = [&](std::vector<std::size_t> order) {
        std::string text;
        for (const auto i : order)
            text += all[i] + "\n";
        folder.put(text);
        const auto journal = folder.open();
        REQUIRE_FALSE(journal);
        return journal.error().where->line;
    };
    CHECK(with({1, 2, 3, 4}) == 1);
    CHECK(with({0, 2, 3, 4}) == 2);
    CHECK(with({0, 1, 3, 2, 4}) == 3);
    CHECK(with({0, 1, 2, 2, 3}) == 4);
    folder.put(all[0] + "\nnot a record\n" + all[1] + "\n");
    CHECK(folder.open().error().message.find("not a record") != std::string::npos);
    folder.put(all[0] + "\n{\"sum\":5}\n" + all[1] + "\n");
    CHECK(folder.open().error().where->line == 2);
}

TEST_CASE("a record that a later version wrote otherwise is told with its line, and stops") {
    const std::vector<Json> strange{{{"kind", "ended"}, {"status", "0"}},
        {{"kind", "begin"}, {"facts", "none"}}, {{"kind", "task"}, {"seconds", "1.5"}},
        {{"kind", "stop"}, {"finished", 1.5}}, {{"kind", "ended"}, {"status", 1e300}},
        {{"kind", "sent"}, {"op", -1}}, {{"kind", "task"}, {"state", "polished"}},
        {{"kind", "something new"}}};
    for (const auto& record : strange) {
        Folder folder;
        REQUIRE(folder.open());
        // As a version would write it whose records are others: no damage, and not to be
        // understood.
        const auto first = lines(folder.text()).front();
        const auto line = record.dump();
        const auto sum = sha256(first.substr(first.size() - 18, 16) + "\n" + line).substr(0, 16);
        folder.put(first + "\n" + line.substr(0, line.size() - 1) + ",\"sum\":\"" + sum + "\"}\n");
        const auto text = folder.text();
        const auto again = folder.open();
        INFO(record.dump());
        REQUIRE_FALSE(again);
        CHECK(again.error().kind == ErrorKind::journal);
        CHECK(again.error().where->line == 2);
        CHECK(folder.text() == text);
    }
}

TEST_CASE("a second run is refused and told who has the folder") {
    Folder folder;
    const auto first = folder.open();
    REQUIRE(first);
    const auto second = folder.open();
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == ErrorKind::journal);
    CHECK(
        second.error().message.find("process " + std::to_string(::getpid())) != std::string::npos);
}

TEST_CASE("a journal that has finished is put away, by whoever holds it only") {
    Folder folder;
    const auto next = [&] {
        return Journal::open_next(
            folder.dir.path().string(), system_clock, random_numbers, folder.redactor);
    };
    const auto put_away = [&] {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(folder.dir.path()))
            if (entry.path().filename().string().starts_with("journal-until-"))
                found.push_back(read_file(entry.path()).value_or(""));
        return found;
    };
    std::string first;
    {
        auto journal = next();
        REQUIRE(journal);
        first = (*journal)->run_id();
        REQUIRE((*journal)->write(RunEnded{.finished = false}));
    }
    std::string text;
    {
        auto journal = next(); // it is gone on with
        REQUIRE(journal);
        CHECK((*journal)->run_id() == first);
        REQUIRE((*journal)->write(RunEnded{.finished = true}));
        text = folder.text();
        // Its run has told its end and lives still: nobody takes its file from under it.
        const auto second = next();
        REQUIRE_FALSE(second);
        CHECK(second.error().message.find("Another run is using") == 0);
        CHECK(folder.text() == text);
        CHECK(put_away().empty());
    }
    auto journal = next();
    REQUIRE(journal);
    CHECK((*journal)->run_id() != first);
    CHECK((*journal)->records().size() == 1);
    CHECK(put_away() == std::vector<std::string>{text});
}

TEST_CASE("a run that was killed leaves no lock behind") {
    Folder folder;
    const auto child = ::fork();
    if (child == 0) {
        const auto held = folder.open();
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    CHECK(folder.open());
}

TEST_CASE("no secret reaches the file, in whatever form") {
    Folder folder;
    folder.redactor.add("db_password", "it's \"open\"");
    auto journal = folder.open();
    REQUIRE(journal);
    REQUIRE((*journal)->write(CommandEnded{.output = "pw it's \"open\" end"}));
    REQUIRE((*journal)->write(CommandSent{.command = "mysql -p'it'\\''s \"open\"'"}));
    REQUIRE((*journal)->write(RunBegan{.facts = {{"osm1", {{"deep", "it's \"open\""}}}}}));
    CHECK(folder.text().find("open") == std::string::npos);
    CHECK(folder.text().find("<secret db_password>") != std::string::npos);
    journal->reset();
    CHECK(folder.open());
}

TEST_CASE("a secret that is an ordinary word does not spoil what resuming goes by") {
    Folder folder;
    folder.redactor.add("admin_password", "apache");
    auto journal = folder.open();
    REQUIRE((*journal)->write(TaskChanged{.task = "apache@osm1", .message = "about apache"}));
    const auto record = (*journal)->records().back();
    CHECK(record.as<TaskChanged>()->task == "apache@osm1");
    CHECK(record.as<TaskChanged>()->message == "about <secret admin_password>");
}

TEST_CASE("a secret that is one of the journal's own words keeps no record from being written") {
    for (const auto* word : {"done", "never", "failed", "begins", "running"}) {
        Folder folder;
        folder.redactor.add("admin_password", word);
        auto journal = folder.open();
        INFO(word);
        SheetChecked sheet;
        sheet.checks.push_back({.name = "c",
            .state = CheckState::failed,
            .says = std::string("it ") + word,
            .values = {{"v", {"1", Compare::never}}}});
        REQUIRE((*journal)->write(sheet));
        REQUIRE((*journal)->write(QuestionAnswered{"q", "?", true, "", "", ""}));
        REQUIRE((*journal)->write(HookChanged{"q", "h", true}));
        const auto records = (*journal)->records();
        const auto& check = records.at(1).as<SheetChecked>()->checks.at(0);
        CHECK(check.state == CheckState::failed);
        CHECK(check.values.at("v").compare == Compare::never);
        CHECK(check.says == "it <secret admin_password>");
        CHECK(records.at(2).as<QuestionAnswered>()->done);
        journal->reset();
        CHECK(folder.open());
    }
}

TEST_CASE("output that is no UTF-8 does not spoil the journal") {
    Folder folder;
    {
        auto journal = folder.open();
        REQUIRE((*journal)->write(CommandEnded{.output = "caf\xe9 \xff"}));
    }
    CHECK(folder.open());
}

TEST_CASE("a full disk leaves whole lines, and no record after the lost one") {
    Folder folder;
    folder.fill();
    auto journal = folder.open();
    REQUIRE(journal);
    const auto before = folder.text();
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
    const auto keep = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{before.size() + 20, limit.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const auto lost = (*journal)->write(TaskInspected{"t", "lost"});
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, keep);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().hint.find("Make room") != std::string::npos);
    CHECK(folder.text() == before);
    CHECK_FALSE((*journal)->write(TaskInspected{"t", "next"}));
    CHECK(folder.text() == before);
    CHECK((*journal)->records().size() == 5);
    journal->reset();
    CHECK(folder.open());
}
