// SPDX-License-Identifier: Apache-2.0
// One program for all fuzz targets, so that they are linked once: fuzz-targets --target=NAME, and
// then libFuzzer's own options and files. scripts/fuzz calls it.
#include "fuzz.h"
#include "guide/step.h"
#include "mutate.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fmt/format.h>
#include <fstream>
#include <random>

// libFuzzer calls these by name.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" std::size_t LLVMFuzzerCustomMutator(
    std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace ovd::fuzz {
namespace {

namespace fs = std::filesystem;

struct Target {
    std::string_view name;
    void (*run)(std::string_view);
    bool lines; ///< made of lines, so whole lines are moved and values exchanged as well as bytes
    std::string_view about;
};

constexpr std::array targets = {
    Target{
        "farm", farm, true, "farm.toml: errors have a place; what loads is written and read back"},
    Target{"sheet", sheet, true, "sheet.toml: errors have a place; checks are what they may be"},
    Target{"steps", steps, true, "a section of steps/: load, check, plan, and show the plan"},
    Target{"answers", answers, true, "an answers file: only known answers to known questions"},
    Target{
        "journal", journal, true, "a journal: damage is found, what is sealed reads back the same"},
    Target{"frames", frames, false, "what a job's supervisor says, in any pieces"},
    Target{"look", look, false, "what a look at a job prints"},
    Target{"api", api, false, "answers of curl and of the administration API"},
};

const Target* chosen = nullptr;

void choose(std::string_view name) {
    for (const auto& target : targets)
        if (target.name == name) chosen = &target;
}

[[noreturn]] void list() {
    for (const auto& target : targets)
        fmt::print("{:<8} {}\n", target.name, target.about);
    std::exit(0);
}

struct Scratch {
    Scratch() {
        std::error_code error;
        const fs::path memory = "/dev/shm";
        const auto base = fs::is_directory(memory, error) ? memory : fs::temp_directory_path();
        std::string name = (base / "ovd-fuzz-XXXXXX").string();
        must(::mkdtemp(name.data()) != nullptr, "a folder for the files that are read");
        path = name;
    }
    ~Scratch() {
        std::error_code error;
        fs::remove_all(path, error);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    fs::path path;
};

} // namespace

void must(bool kept, std::string_view promise, const std::string& detail) {
    if (kept) return;
    std::fflush(stdout);
    fmt::print(stderr, "NOT KEPT: {}{}{}\n", promise, detail.empty() ? "" : ": ", detail);
    std::abort();
}

void must_have_place(const Error& error, const fs::path& file, std::string_view text) {
    must(!error.message.empty(), "an error says something");
    must(error.where.has_value(), "an error has a place", error.message);
    must(error.where->file == file.string(), "the place of an error is in the file that was read",
        error.message + " at " + to_string(*error.where));
    const auto count = 1 + std::ranges::count(text, '\n');
    must(error.where->line >= 1 && error.where->line <= count,
        "the line of an error is in the file", error.message + " at " + to_string(*error.where));
}

const fs::path& scratch() {
    static const Scratch folder;
    return folder.path;
}

fs::path put(const std::string& name, std::string_view text) {
    auto path = scratch() / name;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    must(file.good(), "files can be written", path.string());
    return path;
}

const PlatformList& shipped_platforms() {
    static const auto platforms = [] {
        const std::string root = OVD_SOURCE_DIR;
        auto guide = load_guide(root + "/steps", root + "/templates");
        must(guide.has_value(), "the shipped steps load");
        return guide->platform_list();
    }();
    return platforms;
}

} // namespace ovd::fuzz

int LLVMFuzzerInitialize(int* argc, char*** argv) {
    constexpr std::string_view option = "--target=";
    for (int i = 1; i < *argc; ++i) {
        const std::string_view word = (*argv)[i];
        if (word == "--list") ovd::fuzz::list();
        if (word.starts_with(option)) ovd::fuzz::choose(word.substr(option.size()));
    }
    if (ovd::fuzz::chosen == nullptr) {
        fmt::print(stderr, "Name one target with --target=NAME; --list tells which there are.\n");
        std::exit(2);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        ovd::fuzz::chosen->run({reinterpret_cast<const char*>(data), size});
    } catch (const std::exception& thrown) {
        // Expected failures are values in this program: whatever is thrown ends it as a defect.
        ovd::fuzz::must(false, "nothing is thrown", thrown.what());
    }
    return 0;
}

std::size_t LLVMFuzzerCustomMutator(
    std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
    std::minstd_rand random(seed);
    if (!ovd::fuzz::chosen->lines || random() % 3 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    const auto text = ovd::fuzz::mutated_lines({reinterpret_cast<const char*>(data), size}, random);
    if (text.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
    std::copy(text.begin(), text.end(), data);
    return text.size();
}
