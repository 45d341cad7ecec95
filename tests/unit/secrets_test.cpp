// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"
#include "farm/secret_command.h"
#include "farm/secrets.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>
#include <thread>
#include <unistd.h>

using namespace ovd;
namespace fs = std::filesystem;
using From = SecretSource::From;

namespace {

/// A farm with one secret, its run folder, and a person who answers.
struct Bench {
    Bench() : folder(fs::temp_directory_path() / ("secrets-" + std::to_string(::getpid()))) {
        fs::remove_all(folder);
        fs::create_directories(folder);
    }
    ~Bench() { fs::remove_all(folder); }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    Secrets secrets(From from, const std::string& what = {}) {
        farm.secrets["db_password"] = {from, what, SourceLocation{"farm.toml", 18, 12}};
        return Secrets(
            farm, folder / "run",
            [this](const std::string& name, const std::string& question) -> Result<std::string> {
                ++asked;
                last_question = name + ": " + question;
                return answer;
            },
            redactor);
    }
    std::string put(const std::string& name, const std::string& text) {
        REQUIRE(write_file(folder / name, text, 0600));
        return (folder / name).string();
    }

    fs::path folder;
    Farm farm;
    Redactor redactor;
    Result<std::string> answer = std::string("typed-in");
    int asked = 0;
    std::string last_question;
};

fs::perms mode(const fs::path& path) {
    return fs::status(path).permissions() & fs::perms::all;
}

/// An error about a secret must name it and its source, point into the farm file, and not hold it.
void check_error(const Status& done, const std::string& source, const std::string& secret) {
    REQUIRE_FALSE(done);
    const Error& error = done.error();
    CHECK(error.kind == ErrorKind::farm);
    CHECK_THAT(error.message, Catch::Contains("db_password"));
    CHECK_THAT(error.message, Catch::Contains(source));
    CHECK_THAT(error.message + error.hint, !Catch::Contains(secret));
    REQUIRE(error.where);
    CHECK(to_string(*error.where) == "farm.toml:18:12");
}

Status get(Secrets& secrets) {
    if (auto value = secrets.get("db_password"); !value) return tl::unexpected(value.error());
    return {};
}

} // namespace

TEST_CASE("a secret is asked for once, and redacted from then on") {
    Bench bench;
    auto secrets = bench.secrets(From::prompt);
    CHECK(bench.redactor.clean("typed-in") == "typed-in");
    CHECK(secrets.get("db_password").value() == "typed-in");
    CHECK(secrets.get("db_password").value() == "typed-in");
    CHECK(bench.asked == 1);
    CHECK_THAT(bench.last_question, Catch::Contains("database"));
    CHECK(bench.redactor.clean("x typed-in") == "x <secret db_password>");
}

TEST_CASE("a person who stops at a secret stops the run, and may be asked again") {
    Bench bench;
    bench.answer = fail(ErrorKind::stopped, "Stopped");
    auto secrets = bench.secrets(From::prompt);
    CHECK(secrets.get("db_password").error().kind == ErrorKind::stopped);
    bench.answer = std::string("second-try");
    CHECK(secrets.get("db_password").value() == "second-try");
}

TEST_CASE("a secret from the environment") {
    Bench bench;
    ::setenv("OVD_TEST_SECRET", "from env", 1);
    CHECK(bench.secrets(From::env, "OVD_TEST_SECRET").get("db_password").value() == "from env");
    ::setenv("OVD_TEST_SECRET", "", 1);
    auto empty = bench.secrets(From::env, "OVD_TEST_SECRET");
    check_error(empty.check(), "OVD_TEST_SECRET", "from env");
    ::unsetenv("OVD_TEST_SECRET");
    auto missing = bench.secrets(From::env, "OVD_TEST_SECRET");
    check_error(missing.check(), "OVD_TEST_SECRET", "from env");
    CHECK_THAT(missing.check().error().hint, Catch::Contains("export OVD_TEST_SECRET"));
}

TEST_CASE("a secret from a file is its one line") {
    Bench bench;
    CHECK(bench.secrets(From::file, bench.put("a", " p w \r\n")).get("db_password").value() ==
          " p w ");
    auto two = bench.secrets(From::file, bench.put("b", "sesame-1\nsesame-2\n"));
    check_error(get(two), (bench.folder / "b").string(), "sesame");
    auto none = bench.secrets(From::file, bench.put("c", "\n"));
    check_error(get(none), (bench.folder / "c").string(), "sesame");
    auto missing = bench.secrets(From::file, (bench.folder / "d").string());
    check_error(missing.check(), (bench.folder / "d").string(), "sesame");
}

TEST_CASE("a secret from a command is what it prints") {
    Bench bench;
    auto good = bench.secrets(From::command, "echo sesame-1; echo noise >&2");
    CHECK(good.get("db_password").value() == "sesame-1");
    auto counted = bench.secrets(
        From::command, "echo x >> '" + (bench.folder / "count").string() + "'; echo sesame-1");
    REQUIRE(counted.check());
    REQUIRE(counted.get("db_password"));
    CHECK(read_file(bench.folder / "count").value() == "x\n"); // once, not once a look
    const std::string failing = "echo sesame-1; exit 3 # vault";
    auto bad = bench.secrets(From::command, failing);
    check_error(bad.check(), "vault` ended with status 3", "sesame-2");
    auto silent = bench.secrets(From::command, "true # vault");
    check_error(get(silent), "vault", "sesame");
    auto wordy = bench.secrets(From::command, "printf 'ses%s\\nuser: me\\n' ame # vault");
    check_error(get(wordy), "vault", "sesame");
}

TEST_CASE("a command that hangs is ended") {
    const auto begin = std::chrono::steady_clock::now();
    const auto value = run_secret_command("exec sleep 30", Millis{300});
    REQUIRE_FALSE(value);
    CHECK_THAT(value.error().message, Catch::Contains("sleep 30"));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}

TEST_CASE("a generated secret is made once and kept where only its owner can read it") {
    Bench bench;
    const fs::path kept = bench.folder / "run/secrets/db_password";
    std::string made;
    {
        auto secrets = bench.secrets(From::generate);
        made = secrets.get("db_password").value();
    }
    CHECK(made.size() == 24);
    CHECK(
        made.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
        std::string::npos);
    CHECK(mode(kept) == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(mode(kept.parent_path()) == fs::perms::owner_all);
    CHECK(bench.secrets(From::generate).get("db_password").value() == made); // the next run
    CHECK(bench.redactor.clean(made) == "<secret db_password>");
}

TEST_CASE("generated secrets differ") {
    std::set<std::string> seen;
    for (int i = 0; i < 20; ++i) {
        Bench bench;
        seen.insert(bench.secrets(From::generate).get("db_password").value());
    }
    CHECK(seen.size() == 20);
}

TEST_CASE("a kept secret that was damaged is an error, never a new secret") {
    Bench bench;
    const fs::path kept = bench.folder / "run/secrets/db_password";
    fs::create_directories(kept.parent_path());
    fs::permissions(kept.parent_path(), fs::perms::owner_all);
    REQUIRE(write_file(kept, "", 0600));
    auto secrets = bench.secrets(From::generate);
    check_error(secrets.check(), kept.string(), "sesame");
    CHECK(fs::file_size(kept) == 0);
}

TEST_CASE("no secret is kept where others write, or read back from where they read") {
    Bench bench;
    const fs::path run = bench.folder / "run";
    fs::create_directories(run);
    fs::permissions(run, fs::perms(01777)); // as /tmp
    {
        auto secrets = bench.secrets(From::generate);
        const auto refused = secrets.get("db_password");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == ErrorKind::refused);
        CHECK_FALSE(fs::exists(run / "secrets"));
        CHECK(mode(run) == (fs::perms::all)); // with its sticky bit, as it was
    }
    fs::permissions(run, fs::perms(0755));
    CHECK(bench.secrets(From::generate).get("db_password"));
    fs::permissions(run / "secrets", fs::perms(0755)); // a copy of the folder, made carelessly
    auto secrets = bench.secrets(From::generate);
    const auto refused = secrets.get("db_password");
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().hint, Catch::Contains("chmod -R go="));
}

TEST_CASE("checking asks nobody and makes nothing") {
    Bench bench;
    CHECK(bench.secrets(From::prompt).check());
    CHECK(bench.secrets(From::generate).check());
    CHECK(bench.asked == 0);
    CHECK_FALSE(fs::exists(bench.folder / "run"));
}

TEST_CASE("many threads that need one secret make one question of it") {
    Bench bench;
    auto secrets = bench.secrets(From::prompt);
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] { (void)secrets.get("db_password"); });
    for (auto& thread : threads)
        thread.join();
    CHECK(bench.asked == 1);
}

TEST_CASE("a secret that the farm file does not name is an error") {
    Bench bench;
    auto secrets = bench.secrets(From::prompt);
    const auto value = secrets.get("admin_password");
    REQUIRE_FALSE(value);
    CHECK_THAT(value.error().message, Catch::Contains("admin_password"));
    CHECK_THAT(value.error().hint, Catch::Contains("[admin]"));
}
