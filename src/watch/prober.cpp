// SPDX-License-Identifier: Apache-2.0
#include "watch/prober.h"

#include "base/pattern.h"

#include <curl/curl.h>
#include <deque>

namespace ovd {
namespace {

constexpr Millis interval{100};
constexpr long timeout_ms = 1000;
constexpr std::size_t body_limit = 16'384;
constexpr int rarely = 10; ///< the VIP that is not there yet is asked for at every tenth time

struct Request {
    CURL* handle = nullptr;
    std::string body;
    Moment began;
    bool ended = false;
    bool counts = true; ///< false: only looks whether the VIP is there by now
    bool old = false;   ///< to where the service was before it moved to the VIP
    Service service = Service::down;
};

std::size_t keep(char* data, std::size_t size, std::size_t count, void* into) {
    auto& body = *static_cast<std::string*>(into);
    if (body.size() < body_limit) body.append(data, size * count);
    return size * count;
}

class CurlProber final : public Prober {
public:
    CurlProber(WatchTarget target, std::string before, std::string after, const Clock& clock)
        : target_(std::move(target)), before_(std::move(before)), after_(std::move(after)),
          clock_(clock), multi_(curl_multi_init()), next_(clock.mono()), moved_(before_.empty()) {}
    ~CurlProber() override {
        for (auto& request : open_)
            end(request);
        curl_multi_cleanup(multi_);
    }
    CurlProber(const CurlProber&) = delete;
    CurlProber& operator=(const CurlProber&) = delete;

    std::vector<Probed> collect() override {
        if (clock_.mono() >= next_) {
            next_ = std::max(next_ + interval, clock_.mono());
            // The VIP first: what comes of it decides whether the answers of the other count.
            if (!moved_ && !after_.empty() && ticks_++ % rarely == 0) begin(after_, false);
            begin(moved_ ? after_ : before_, true);
        }
        int running = 0;
        curl_multi_perform(multi_, &running);
        take_ended();
        const auto left = std::chrono::duration_cast<Millis>(next_ - clock_.mono());
        curl_multi_poll(multi_, nullptr, 0, std::max(1, static_cast<int>(left.count())), nullptr);
        curl_multi_perform(multi_, &running);
        take_ended();
        return in_order();
    }

private:
    void begin(const std::string& url, bool counts) {
        if (url.empty()) return;
        auto& request = open_.emplace_back();
        request.handle = curl_easy_init();
        request.began = clock_.now();
        request.counts = counts;
        request.old = !moved_;
        auto* handle = request.handle;
        curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
        curl_easy_setopt(handle, CURLOPT_PRIVATE, &request);
        curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout_ms);
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle, CURLOPT_PROXY, "");
        curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
        // Whether it is there is what is asked; the sheet looks at the certificate.
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, keep);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, &request.body);
        if (target_.method == "POST") curl_easy_setopt(handle, CURLOPT_POSTFIELDS, "");
        curl_multi_add_handle(multi_, handle);
    }

    void take_ended() {
        int left = 0;
        while (const auto* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            Request* request = nullptr;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
            long status = 0;
            curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
            const bool whole = message->data.result == CURLE_OK;
            request->service = service_of(target_, whole ? status : 0, request->body);
            request->ended = true;
            end(*request);
        }
    }

    void end(Request& request) {
        if (request.handle == nullptr) return;
        curl_multi_remove_handle(multi_, request.handle);
        curl_easy_cleanup(request.handle);
        request.handle = nullptr;
    }

    /// Those at the front whose end is known.
    std::vector<Probed> in_order() {
        std::vector<Probed> found;
        while (!open_.empty() && open_.front().ended) {
            const auto& first = open_.front();
            if (first.counts && first.old == !moved_)
                found.push_back({first.began, first.service});
            else if (!first.counts && first.service != Service::down)
                moved_ = true;
            open_.pop_front();
        }
        return found;
    }

    WatchTarget target_;
    std::string before_;
    std::string after_;
    const Clock& clock_;
    CURLM* multi_;
    MonoTime next_;
    std::deque<Request> open_; ///< in the order of their beginnings; never moves what is in it
    bool moved_;               ///< the VIP has answered: from now on it is the service
    int ticks_ = 0;
};

} // namespace

Service service_of(const WatchTarget& target, long status, const std::string& body) {
    if (status < 200 || status >= 400) return Service::down;
    if (!target.maintenance.empty() && found_in(body, target.maintenance))
        return Service::maintenance;
    return found_in(body, target.up) ? Service::up : Service::down;
}

std::unique_ptr<Prober> make_prober(
    const WatchTarget& target, const std::string& before, const std::string& after, Clock& clock) {
    return std::make_unique<CurlProber>(target, before, after, clock);
}

} // namespace ovd
