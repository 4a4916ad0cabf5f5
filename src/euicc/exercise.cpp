#include "mcim/euicc/exercise.h"

#include <algorithm>
#include <cstdlib>

#include "mcim/euicc/inserted_card.h"
#include "mcim/euicc/manufacture.h"
#include "mcim/euicc/stored_keys.h"
#include "mcim/uicc/profile_for_test.h"
#include "mcim/x509/issue.h"

namespace mcim::euicc {
namespace {

/// The same octets in every run: a fuzzer's finding must come back.
class CountingRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override {
        for (auto& octet : out) {
            next_ = next_ * 1664525U + 1013904223U;
            octet = static_cast<std::uint8_t>(next_ >> 24U);
        }
    }

private:
    std::uint32_t next_ = 1;
};

void require(bool holds) {
    if (!holds) std::abort();
}

uicc::Changes make_card() {
    CountingRandom random;
    using crypto::Curve;
    using crypto::PrivateKey;
    const x509::Validity validity{*from_rfc3339("2026-01-01T00:00:00Z"), *from_rfc3339("2036-01-01T00:00:00Z")};
    const auto ci_key = PrivateKey::generate(Curve::p256, random);
    const auto eum_key = PrivateKey::generate(Curve::p256, random);
    const auto key = PrivateKey::generate(Curve::p256, random);
    const x509::CiProfile ci_profile{"CI", "CI", "CI", "IT", *der::Oid::parse("2.999.1"), {"http://ci/crl"}, validity};
    const x509::EumProfile eum_profile{
        "EUM", "EUM", "ES", *der::Oid::parse("2.999.5"), {"89049032"}, {"http://ci/crl"}, validity};
    const auto ci = *x509::parse_certificate(x509::sign(draft_ci(ci_profile, ci_key.public_key(), random), ci_key));
    const auto eum =
        *x509::parse_certificate(x509::sign(draft_eum(eum_profile, eum_key.public_key(), ci, random), ci_key));
    const Eid eid = *x509::make_eid("89049032", 1);
    const Bytes euicc = x509::sign(draft_euicc({eid, "card", validity}, key.public_key(), eum, random), eum_key);
    return *manufacture(Birth{.eid = eid,
                              .card_class = CardClass::lab,
                              .credentials = {{key, euicc, eum.der}},
                              .ci_certificates = {ci.der},
                              .rules = rules_for_every_operator()});
}

/// Signing costs the most, so it is done once.
const uicc::Changes& factory_state() {
    static const uicc::Changes changes = make_card();
    return changes;
}

CardSigner& signer() {
    static const auto keys = [] {
        uicc::MemoryStorage storage;
        require(static_cast<bool>(storage.commit(factory_state())));
        return *StoredKeys::load(storage);
    }();
    return *keys;
}

/// The card with a profile as an installation leaves it, enabled.
uicc::Changes with_profile() {
    uicc::Changes changes;
    const auto profile = *uicc::Profile::install(uicc::for_test::image());
    InstalledProfile record;
    record.state = msg::ProfileState::enabled;
    record.metadata.iccid.bytes = *from_hex("98103254769810321498");
    Counters counters;
    counters.next_slot = record.slot + 1;
    put_counters(changes, counters);
    put_profile(changes, record);
    changes.merge(profile.entries(record.uicc_prefix()));
    return changes;
}

void check_rules(const DurableState& state) {
    std::size_t used = 0;
    for (const auto& [slot, profile] : state.profiles) used += profile.footprint;
    require(used + state.free_memory() == state.birth.memory_octets);
    require(std::ranges::count_if(state.profiles, [](const auto& p) { return p.second.enabled(); }) <= 1);
}

Bytes send(InsertedCard& card, View command, Env& env) {
    const auto answer = card.transmit(command, env);
    require(answer && answer->size() >= 2 && answer->size() <= 258);
    check_rules(card.card().state());
    return *answer;
}

Bytes as_apdu(View command) {
    constexpr std::uint8_t es10_mark = 0xFE;
    if (command.size() < 5 || command.front() != es10_mark) return to_bytes(command);
    const View data = command.subspan(1, std::min<std::size_t>(command.size() - 1, apdu::short_data_max));
    return concat({Bytes{0x80, 0xE2, 0x91, 0x00, static_cast<std::uint8_t>(data.size())}, data});
}

}  // namespace

void exercise_isdr(View input) {
    uicc::MemoryStorage storage;
    require(static_cast<bool>(storage.commit(factory_state())));
    auto card = InsertedCard::insert(storage);
    require(static_cast<bool>(card));
    CountingRandom random;
    Env env{random, signer(), std::nullopt};
    apdu::Command select{0x00, 0xA4, 0x04, 0x0C, {isdr_aid.begin(), isdr_aid.end()}, {}};
    require(send(*card, apdu::encode(select), env).size() == 2);
    while (input.size() > 2) {
        const std::size_t length = static_cast<std::size_t>(input[0]) << 8U | input[1];
        input = input.subspan(2);
        const View command = input.first(std::min(length, input.size()));
        input = input.subspan(command.size());
        send(*card, as_apdu(command), env);
    }
    require(static_cast<bool>(InsertedCard::insert(storage)));  // what became durable can be read again
}

void exercise_apdu(View input) {
    static const uicc::Changes profile = with_profile();
    uicc::MemoryStorage storage;
    require(static_cast<bool>(storage.commit(factory_state())));
    require(static_cast<bool>(storage.commit(profile)));
    auto card = InsertedCard::insert(storage);
    require(static_cast<bool>(card));
    CountingRandom random;
    Env env{random, signer(), std::nullopt};
    while (!input.empty()) {
        const std::size_t octets = std::min<std::size_t>(input.front(), input.size() - 1);
        send(*card, input.subspan(1, octets), env);
        input = input.subspan(1 + octets);
    }
    const auto again = InsertedCard::insert(storage);
    require(static_cast<bool>(again));
    const uicc::Uicc* before = card->card().uicc();
    const uicc::Uicc* after = again->card().uicc();
    require((before == nullptr) == (after == nullptr));
    if (after == nullptr) return;
    for (uicc::FileIndex i = 0; i < after->profile().files().size(); ++i)
        require(after->profile().content(i) == before->profile().content(i));
}

}  // namespace mcim::euicc
