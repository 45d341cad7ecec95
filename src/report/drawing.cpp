// SPDX-License-Identifier: Apache-2.0
#include "report/drawing.h"
#include "report/outline.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text)
        out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return out;
}

std::string words(double x, double y, const std::string& look, const std::string& text) {
    return fmt::format(
        "<text x=\"{:.0f}\" y=\"{:.0f}\" class=\"{}\">{}</text>\n", x, y, look, escaped(text));
}

/// A machine: its name, what it is, and up to three lines about it.
std::string machine(double x, double y, const std::string& look, const std::string& name,
    const std::vector<std::string>& about) {
    auto svg = fmt::format(
        "<rect x=\"{:.0f}\" y=\"{:.0f}\" width=\"150\" height=\"92\" rx=\"8\" class=\"m {}\"/>\n",
        x, y, look);
    svg += words(x + 75, y + 22, "name", name);
    for (std::size_t i = 0; i < about.size(); ++i)
        svg += words(x + 75, y + 42 + 17.0 * static_cast<double>(i), "about", about[i]);
    return svg;
}

std::string wire(double x, double from, double to) {
    return fmt::format("<path d=\"M{0:.0f} {1:.0f}V{2:.0f}\" class=\"wire\"/>\n", x, from, to);
}

class Drawing {
public:
    Drawing(const Json& farm, const FarmPicture& picture) : farm_(farm), picture_(picture) {}

    std::string svg() {
        const auto& p = picture_;
        const double width = 700;
        std::string body;
        body += vlan(150, "the farm's network  " + text_of(farm_, "srv_subnet"), true);
        body +=
            vlan(330, text_of(farm_, "priv_name") + "  " + text_of(farm_, "priv_subnet"), p.priv);
        body += servers();
        body += osm(40, "osm1", true);
        body += osm(220, "osm2", p.osm2);
        if (p.vip) {
            const double x = p.active == "osm1" ? 115 : 295;
            body +=
                fmt::format("<rect x=\"{0:.0f}\" y=\"158\" width=\"126\" height=\"20\" rx=\"10\" "
                            "class=\"vip\"/>\n",
                    x - 63);
            body += words(x, 172, "viptext", "VIP " + text_of(farm_, "vip"));
        }
        body += quorum(500, "pcs3");
        body += quorum(590, "pcs4");
        body += database();
        return fmt::format(
            "<svg viewBox=\"0 40 {:.0f} {}\" role=\"img\" aria-label=\"{}\">\n{}</svg>", width,
            p.priv ? 418 : 246, escaped(p.title), body);
    }

private:
    static std::string vlan(double y, const std::string& name, bool there) {
        if (!there) return {};
        return fmt::format("<path d=\"M20 {0:.0f}H680\" class=\"vlan\"/>\n", y) +
               words(680, y + 16, "vlantext", name);
    }

    std::string servers() {
        std::string body;
        const auto all = farm_.value("servers", Json::array());
        const std::size_t shown = std::min<std::size_t>(all.size(), 4);
        double x = 40;
        for (std::size_t i = 0; i < shown; ++i, x += 165) {
            const auto& one = all[i];
            body += fmt::format("<rect x=\"{:.0f}\" y=\"52\" width=\"150\" height=\"54\" rx=\"8\" "
                                "class=\"m\"/>\n",
                x);
            body +=
                words(x + 75, 74, "name", text_of(one, "name") + " (" + text_of(one, "role") + ")");
            body += words(x + 75, 93, "about", text_of(one, "address"));
            body += wire(x + 75, 106, 150);
        }
        if (all.size() > shown)
            body += words(x + 30, 82, "about", fmt::format("and {} more", all.size() - shown));
        return body;
    }

    std::string osm(double x, const std::string& id, bool there) {
        if (!there) return {};
        Json node;
        for (const auto& each : farm_.value("nodes", Json::array()))
            if (text_of(each, "id") == id) node = each;
        const bool active = picture_.active == id;
        std::vector<std::string> about{text_of(node, "address")};
        about.push_back(active ? "serves the users" : picture_.cluster ? "stands by" : "idle");
        about.push_back(picture_.cluster ? (active ? "6 resources" : "in the cluster")
                        : id == "osm1" && !picture_.dbmy ? "holds the database"
                                                         : "");
        auto body = wire(x + 75, 150, 185) +
                    machine(x, 185, active ? "active" : "", text_of(node, "hostname"), about);
        if (picture_.priv) body += wire(x + 75, 277, 330);
        return body;
    }

    std::string quorum(double x, const std::string& id) {
        if (!picture_.priv) return {};
        std::string name = id;
        for (const auto& each : farm_.value("nodes", Json::array()))
            if (text_of(each, "id") == id) name = text_of(each, "hostname");
        return fmt::format("<rect x=\"{:.0f}\" y=\"220\" width=\"80\" height=\"57\" rx=\"8\" "
                           "class=\"m\"/>\n",
                   x) +
               words(x + 40, 243, "name", name) +
               words(x + 40, 262, "about", picture_.cluster ? "votes" : "idle") +
               wire(x + 40, 277, 330);
    }

    std::string database() {
        if (!picture_.priv) return {};
        std::string name = "dbmy";
        std::string address;
        for (const auto& each : farm_.value("nodes", Json::array()))
            if (text_of(each, "id") == "dbmy") {
                name = text_of(each, "hostname");
                address = text_of(each, "priv_address");
            }
        return wire(335, 330, 362) + machine(260, 362, picture_.dbmy ? "active" : "", name,
                                         {address, picture_.dbmy ? "holds the database" : "empty"});
    }

    const Json& farm_;
    const FarmPicture& picture_;
};

} // namespace

std::string drawing(const Json& farm, const FarmPicture& picture) {
    return Drawing(farm, picture).svg();
}

std::string bar(const RunBar& run) {
    const double width = 700;
    const double scale = width / std::max(run.seconds, 1.0);
    std::string body = fmt::format(
        "<rect x=\"0\" y=\"12\" width=\"{:.0f}\" height=\"32\" class=\"time\"/>\n", width);
    int chapters = 0;
    for (const auto& part : run.parts) {
        const bool mark = part.look == "green" || part.look == "red";
        const bool chapter = part.look == "chapter";
        // Chapters overlap where they do not wait for each other: they take turns in two rows.
        const int top = mark ? 6 : chapter && chapters % 2 == 1 ? 28 : 12;
        const int high = mark ? 44 : chapter ? 16 : 32;
        if (chapter) ++chapters;
        const double x = part.from * scale;
        const double wide = std::max((part.to - part.from) * scale, mark ? 3.0 : 1.5);
        body += fmt::format("<rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" "
                            "class=\"{}\"><title>{}</title></rect>\n",
            std::min(x, width - wide), top, wide, high, part.look, escaped(part.title));
        const auto label = part.title.substr(part.title.rfind(' ') + 1);
        if (chapter && wide > 8.0 * static_cast<double>(label.size()))
            body += words(x + wide / 2, top + 12, "part", label);
    }
    body += words(0, 64, "from", "0");
    body += words(width, 64, "to", human_seconds(run.seconds));
    return fmt::format(
        "<svg viewBox=\"0 0 {:.0f} 70\" role=\"img\" aria-label=\"timeline\">\n{}</svg>", width,
        body);
}

} // namespace ovd
