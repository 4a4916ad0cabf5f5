// mcim bench aka: from hostapd's question to the answer with a vector, and the cryptography in it alone. The write of
// the new sequence number to the database, which comes before the answer, is not in it.
#include "mcim/aka/authentication.h"
#include "mcim/apps/mcim/bench.h"
#include "mcim/apps/mcim/bench_folder.h"
#include "mcim/auc/auc.h"
#include "mcim/auc/datagram.h"
#include "mcim/custody/custody.h"

namespace mcim::apps {
namespace {

const std::string question = "AKA-REQ-AUTH 001010123456789";

/// What the shell of the authentication centre does with one datagram, the database aside.
Result<SecretBytes> answer(auc::Subscription& row, signer::Signer& signer, const auc::Env& env) {
    TRY(const auc::Datagram datagram, auc::parse_datagram(as_view(question)));
    const Imsi& imsi = std::get<auc::VectorWanted>(datagram).imsi;
    TRY(auc::Step asked, auc::step(auc::Idle{}, auc::AkaRequest{imsi, row}, env));
    if (!asked.ask) return fail(Errc::refused, "aka", "the centre gives no vector");
    TRY(auc::Step answered, auc::step(asked.next, auc::SignerAnswered{signer.execute_one(*asked.ask)}, env));
    if (!answered.update || !answered.reply) return fail(Errc::refused, "aka", "the centre gives no vector");
    row = std::move(answered.update->subscription);
    return auc::render_vector(imsi, std::get<signer::Vector>(*answered.reply));
}

struct Keys {
    Secret<16> k;
    Secret<16> opc;
};

/// From published keys (TS 35.208 4.3, test set 1): which ones makes no difference to the time.
Result<Keys> keys() {
    TRY(const Bytes k, from_hex("465B5CE8B199B49FAA5F0A2EE238A6BC"));
    TRY(const Bytes opc, from_hex("CD63CB71954A9F4E48A5994E37A02BAF"));
    TRY(auto k_secret, Secret<16>::copy_of(k));
    TRY(auto opc_secret, Secret<16>::copy_of(opc));
    return Keys{std::move(k_secret), std::move(opc_secret)};
}

double raw_microseconds(const aka::Algorithm& algorithm) {
    aka::Rand rand{};
    std::uint64_t seq = 0;
    return microseconds_per_call([&] {
        rand[0] = static_cast<std::uint8_t>(++seq);
        static_cast<void>(aka::make_vector(algorithm, aka::Sqn::of(seq, 0), {0x80, 0x00}, rand));
    });
}

}  // namespace

Result<Figures> bench_aka() {
    TRY(const auto folder, BenchFolder::make());
    SystemRandom random;
    TRY(const auto key_folder, custody::KeyFolder::create(folder.path() / "keys", random));
    TRY(const auto key_store, custody::Custody::load(key_folder, {}, random));
    TRY(const Imsi imsi, Imsi::parse("001010123456789"));
    TRY(auto made, key_store->new_subscription_keys(imsi, signer::Algorithm::milenage));
    auc::Subscription row{.imsi = imsi, .keys = made.keys, .status = auc::Status::active};

    const auc::Env env{system_now(), random};
    std::optional<Error> failed;
    const double whole = microseconds_per_call([&] {
        if (auto text = answer(row, *key_store, env); !text && !failed) failed = std::move(text).error();
    });
    if (failed) return *failed;
    TRY(const Keys k, keys());
    const double raw = raw_microseconds(aka::Milenage(k.k, k.opc));

    Figures out;
    out.add("vectors_per_s", 1e6 / whole, 0, "vectors a second on one CPU, from datagram to datagram, keys unwrapped");
    out.add("vector_us", whole, 2, "microseconds for one of them");
    out.add("raw_vectors_per_s", 1e6 / raw, 0, "vectors a second by MILENAGE alone, key expanded before");
    out.add("raw_vector_us", raw, 2, "microseconds for one of them");
    return out;
}

}  // namespace mcim::apps
