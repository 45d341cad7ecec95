// SPDX-License-Identifier: Apache-2.0
#include "sheet/runner.h"

#include "base/process.h"
#include "base/text.h"
#include "guide/values.h"
#include "node/fan_out.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

/// As it will be read back from the journal: what a node printed need not be UTF-8, and may have
/// been cut within a character.
std::string readable(const std::string& text) {
    using Json = nlohmann::json;
    const auto line = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
    return Json::parse(line).get<std::string>();
}

/// One check on its way: the look, what it gave, and whether it may be tried again.
struct Going {
    const SheetCheck* check = nullptr;
    SheetContext context;
    std::optional<SheetLook> look;
    std::string input;
    Judged judged;
    double seconds = 0;
};

class Runner {
public:
    Runner(const SheetTools& tools, const SheetHistory& history, std::stop_token stop)
        : tools_(tools), history_(history), stop_(std::move(stop)) {}

    Result<SheetResult> run() {
        const auto began = tools_.clock.mono();
        result_.budget = tools_.sheet.budget;
        if (auto ok = find_service(); !ok) return tl::unexpected(ok.error());
        if (auto ok = plan_all(); !ok) return tl::unexpected(ok.error());
        look_at_all();
        if (stop_.stop_requested())
            return fail(ErrorKind::stopped, "Stopped at the verification sheet.",
                "Resume with: ovd-failover run");
        for (auto& each : going_)
            if (auto ok = finish(each); !ok) return tl::unexpected(ok.error());
        // What a person takes to answer is not the sheet's.
        result_.seconds = seconds_since(began) - asking_;
        return std::move(result_);
    }

private:
    [[nodiscard]] double seconds_since(MonoTime then) const {
        return seconds_between(then, tools_.clock.mono());
    }

    /// Where the service is: at whichever Session Manager has the VIP, or where it always was.
    Status find_service() {
        farm_ = tools_.farm;
        farm_.active = "osm1";
        result_.service = farm_.node("osm1")->address;
        const Read read{fmt::format("ip -4 -o addr show | grep -qwF {}", shell_quote(farm_.vip)),
            {}, Millis{10'000}};
        for (const auto* id : {"osm1", "osm2"}) {
            if (farm_.node(id)->by_hand) continue;
            auto seen = tools_.nodes.reader(id).read({&read, 1});
            if (!seen && seen.error().kind == ErrorKind::host_key)
                return tl::unexpected(seen.error());
            if (!seen || seen->front().status != 0) continue;
            farm_.active = id;
            result_.service = farm_.vip;
            break;
        }
        result_.active = farm_.active;
        auto names = names_for(tools_.guide, farm_, Step{}, farm_.active);
        if (!names) return tl::unexpected(names.error());
        names_ = std::move(*names);
        names_.values["service"] = result_.service;
        return {};
    }

    Status plan_all() {
        going_.reserve(tools_.sheet.checks.size());
        for (const auto& check : tools_.sheet.checks) {
            Going each{&check,
                {names_, tools_.sheet, farm_.active, farm_.admin_user, farm_.test_user,
                    history_.changed(), history_.known(check.name)},
                {}, {}, {}, 0};
            Status wrong;
            each.look = sheet_kind(check.kind).plan(check, each.context, wrong);
            if (!wrong) return tl::unexpected(at(check, wrong.error()));
            if (each.look) {
                auto& node = each.look->node;
                if (node == "active") node = farm_.active;
                if (node == "passive") node = farm_.active == "osm1" ? "osm2" : "osm1";
                if (auto ok = resolve(each); !ok) return tl::unexpected(at(check, ok.error()));
            }
            going_.push_back(std::move(each));
        }
        return {};
    }

    [[nodiscard]] Error at(const SheetCheck& check, Error error) const {
        error.message = fmt::format("{}: {}", check.name, error.message);
        if (!error.where || error.where->file.empty()) error.where = check.where;
        return error;
    }

    Status resolve(Going& each) {
        const auto& node = each.look->node;
        if (!node.empty() && farm_.node(node) == nullptr && farm_.server(node) == nullptr)
            return fail(ErrorKind::farm, node + " is not a node of this farm.",
                "Write osm1, osm2, pcs3, pcs4, dbmy, active, passive or the name of a server.");
        auto input = each.look->input.resolve(
            [this](const Content::Part& part) { return tools_.secret(part.value); });
        if (!input) return tl::unexpected(input.error());
        each.input = std::move(*input);
        return {};
    }

    void look_at_all() {
        std::map<std::string, std::vector<Going*>> by_node;
        std::vector<std::vector<Going*>> rounds;
        for (auto& each : going_) {
            if (!each.look) continue;
            if (each.look->node.empty())
                rounds.push_back({&each});
            else
                by_node[each.look->node].push_back(&each);
        }
        for (auto& [node, list] : by_node)
            rounds.push_back(std::move(list));
        fan_out(tools_.threads, rounds.size(), most_nodes_at_once,
            [&](std::size_t index) { keep_looking(rounds[index]); });
    }

    /// Looks, and looks again at what is not well as long as that may take.
    void keep_looking(std::vector<Going*> open) {
        const auto began = tools_.clock.mono();
        for (;;) {
            look_once(open);
            for (auto* each : open)
                each->seconds = seconds_since(began);
            const auto gone = Millis{static_cast<long>(seconds_since(began) * 1000)};
            std::erase_if(open, [&](const Going* each) {
                return each->judged.good || gone >= each->check->within;
            });
            if (open.empty() || stop_.stop_requested()) return;
            tools_.clock.sleep(Millis{500});
        }
    }

    void look_once(const std::vector<Going*>& open) {
        const auto& node = open.front()->look->node;
        if (node.empty()) {
            auto& each = *open.front();
            const auto began = tools_.clock.mono();
            auto seen = run_local(each.look->command, {}, stop_, each.input, limit(*each.check));
            ReadResult result;
            if (seen)
                result = {seen->status, seen->timed_out, seen->output};
            else
                result.output = seen.error().message;
            judge(each, result);
            each.seconds = seconds_since(began);
            return;
        }
        std::vector<Read> reads;
        for (const auto* each : open)
            reads.push_back({each->look->command, each->input, limit(*each->check)});
        auto seen = tools_.nodes.reader(node).read(reads);
        for (std::size_t i = 0; i < open.size(); ++i) {
            if (seen)
                judge(*open[i], (*seen)[i]);
            else
                open[i]->judged = {false, seen.error().message, seen.error().hint, {}};
        }
    }

    /// A login makes several requests, each with the check's own timeout.
    static Millis limit(const SheetCheck& check) {
        const auto rounds = static_cast<long>(std::max<std::size_t>(1, check.requests.size()));
        return Millis{check.timeout * rounds} + Millis{10'000};
    }

    void judge(Going& each, const ReadResult& result) {
        if (result.timed_out)
            each.judged = {
                false, fmt::format("no answer within {} s", each.check->timeout.count()), "", {}};
        else
            each.judged = judged(*each.check, each.context, result);
    }

    Status finish(Going& each) {
        SheetCheckResult done;
        done.name = each.check->name;
        done.kind = each.check->kind;
        done.seconds = each.seconds;
        if (!each.look) {
            if (auto ok = ask(*each.check, done); !ok) return ok;
        } else {
            done.says = readable(tools_.clean(each.judged.says));
            done.hint = tools_.clean(each.judged.hint);
            done.values = each.judged.values;
            for (auto& [key, value] : done.values)
                value.text = readable(tools_.clean(value.text));
            done.troubled = each.judged.troubled;
            compare(done, each.judged.good, history_);
        }
        if (tools_.told) tools_.told(done);
        result_.checks.push_back(std::move(done));
        return {};
    }

    /// A person's word holds for some hours; then it is asked for again.
    Status ask(const SheetCheck& check, SheetCheckResult& done) {
        const auto now = tools_.clock.wall();
        auto word = history_.word(check.name);
        const bool fresh = word && word->time > iso_time(now - check.valid);
        if (!fresh) {
            const auto asked = tools_.clock.mono();
            auto said = tools_.person(check);
            asking_ += seconds_since(asked);
            if (!said) return tl::unexpected(said.error());
            word = *said;
            if (word) word->time = iso_time(now);
        }
        if (!word) {
            done.state = CheckState::unanswered;
            done.says = "unanswered: " + check.target;
            return {};
        }
        done.word = word;
        done.says = fmt::format("{} ({}, {})", word->text, word->who, word->time);
        compare(done, word->good, history_);
        return {};
    }

    const SheetTools& tools_;
    const SheetHistory& history_;
    std::stop_token stop_;
    Farm farm_;
    Names names_;
    std::vector<Going> going_;
    SheetResult result_;
    double asking_ = 0; ///< seconds that people took to answer
};

} // namespace

Judged judged(const SheetCheck& check, const SheetContext& context, const ReadResult& result) {
    // Answers come from anywhere: one that a kind cannot cope with must not end the program.
    try {
        return sheet_kind(check.kind).judge(check, context, result);
    } catch (const std::exception& strange) {
        return {false, fmt::format("the answer could not be judged: {}", strange.what()),
            "Check its answer yourself, and this check in the sheet.", {}};
    }
}

Result<SheetResult> run_sheet(
    const SheetTools& tools, const SheetHistory& history, std::stop_token stop) {
    return Runner(tools, history, std::move(stop)).run();
}

} // namespace ovd
