// SPDX-License-Identifier: Apache-2.0
#include "ssh/credential_prompter.h"

#include <openssl/crypto.h>

namespace ovd {

void wipe(std::string& text) {
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

CredentialPrompter::~CredentialPrompter() {
    for (auto& [prompt, answer] : secrets_)
        wipe(answer);
}

bool CredentialPrompter::trusts(const UnknownHostKey& key) {
    if (!options_.trust) return false;
    const std::scoped_lock lock(mutex_);
    const auto name = key.host + " " + key.fingerprint;
    const auto before = judged_.find(name);
    if (before != judged_.end()) return before->second;
    const bool yes = options_.trust(key);
    judged_.emplace(name, yes);
    return yes;
}

std::string CredentialPrompter::secret(const std::string& prompt, bool may_ask) {
    const std::scoped_lock lock(mutex_);
    const auto before = secrets_.find(prompt);
    if (before != secrets_.end()) return before->second;
    if (!may_ask || !options_.secret) return {};
    auto answer = options_.secret(prompt);
    // An empty answer is remembered too: who gave up on a key is not asked for it on every node.
    return secrets_.emplace(prompt, std::move(answer)).first->second;
}

std::string CredentialPrompter::once(const std::string& prompt, bool may_ask) {
    if (!may_ask || !options_.secret) return {};
    const std::scoped_lock lock(mutex_);
    return options_.secret(prompt);
}

void CredentialPrompter::was_wrong(const std::string& prompt) {
    const std::scoped_lock lock(mutex_);
    const auto known = secrets_.find(prompt);
    if (known == secrets_.end() || known->second.empty()) return;
    wipe(known->second);
    secrets_.erase(known);
}

} // namespace ovd
