#include "server.h"

#include <spdlog/spdlog.h>

#include <fstream>

#include "mcim/apps/mcimd/admin_calls.h"
#include "mcim/apps/mcimd/es9_service.h"
#include "mcim/apps/mcimd/verifier.h"
#include "mcim/transfer/release.h"
#include "support/reference.h"

namespace mcim::sim {
namespace {

using apps::mcimd::Platform;
using std::chrono::hours;

constexpr std::string_view database = "mcimd.sqlite";
constexpr std::array<std::string_view, 2> files{"mcimd.sqlite", "mcimd.sqlite-wal"};

Disk read_files(const test::TempFolder& from) {
    Disk out;
    for (const auto name : files)
        if (std::filesystem::exists(from / name)) out[std::string(name)] = test::file_content(from / name);
    return out;
}
void write_files(const test::TempFolder& to, const Disk& disk) {
    for (const auto name : files) std::filesystem::remove(to / name);
    for (const auto& [name, content] : disk)
        std::ofstream(to / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

smdp::Server dp() {
    auto& factory = Factory::instance();
    smdp::Server out;
    out.address = host;
    out.oid = *der::Oid::parse("2.999.10");
    out.anchors = factory.pki.anchors;
    out.challenge_key = SecretBytes(Bytes(32, 0x42));
    out.credentials.push_back(*smdp::make_credential(factory.pki.dp_auth.der(), factory.pki.dp_pb.der(), {"dpauth"},
                                                     {"dppb"}, factory.pki.anchors));
    return out;
}

constexpr std::array<std::string_view, 2> imsis{"999990000000001", "999990000000002"};

/// The same in every run, and no key that nobody chose.
Bytes key(std::size_t number) {
    const auto digest = crypto::sha256(as_view("key " + std::to_string(number)));
    return {digest.begin(), digest.begin() + 16};
}

/// The rows that people make by mcim's commands.
class Office {
public:
    explicit Office(Platform& platform) : platform_(platform) {}

    void add_operator(std::string_view id, const crypto::PrivateKey& key) {
        done(add_operator_row(id, key));
        const auto now = platform_.now();
        evidence::ReferenceValues values{std::string(id), 1, now - hours(1), now + hours(9000), {}};
        values.platforms["model"][4] = {evidence::Part::platform, {{crypto::sha256(as_view("boot loader")), "loader"}}};
        done(take_reference_values(platform_, std::string(id),
                                   *evidence::sign_reference_values(values, "", jose::signer_of(key))));
    }
    void add_device(std::size_t number) {
        auto& factory = Factory::instance();
        crypto::Sha256 identity{};
        identity.fill(static_cast<std::uint8_t>(number));
        done(
            enrol_device(platform_, {factory.eids.at(number), factory.tpms.at(number).ak_public(), identity, "model"}));
    }
    void add_line(std::size_t number, std::string_view operator_id) {
        const Iccid iccid = Server::iccid(number);
        done(add_subscription(platform_, parsed(jose::ObjectWriter()
                                                    .text("operator", operator_id)
                                                    .text("iccid", iccid.text())
                                                    .text("imsi", imsis.at(number))
                                                    .hex_octets("k", key(number + 1))
                                                    .hex_octets("opc", key(number + 100))
                                                    .octets("package", euicc::for_test::small_package(iccid)))));
    }
    void add_order(std::size_t number, std::string_view operator_id, bool for_card_a,
                   const std::optional<std::string>& release = {}) {
        jose::ObjectWriter w;
        w.text("operator", operator_id).text("iccid", Server::iccid(number).text()).text("policy", "attested");
        w.integer("attempts_max", 1000).integer("package_octets", 1000);
        if (for_card_a) w.text("eid", Factory::instance().eids[0].text());
        if (release) w.text("release", *release);
        done(apps::mcimd::add_order(platform_, parsed(w)));
    }

private:
    Result<jose::ObjectWriter> add_operator_row(std::string_view id, const crypto::PrivateKey& key) {
        return apps::mcimd::add_operator(
            platform_,
            parsed(jose::ObjectWriter().text("id", id).text("name", id).octets("key", key.public_key().spki())));
    }
    static jose::Object parsed(const jose::ObjectWriter& w) { return *jose::Object::parse(w.finish()); }
    template <class T>
    static void done(const Result<T>& result) {
        if (!result) throw std::runtime_error(to_string(result.error()));
    }
    Platform& platform_;
};

std::string release_of_line_1(Random& random) {
    auto& factory = Factory::instance();
    const Time now = factory.pki.now;
    return *transfer::sign_release({"north", factory.eids[0], Server::iccid(0), "south", transfer::fresh_jti(random),
                                    now - hours(1), now + hours(9000)},
                                   "", jose::signer_of(factory.north));
}

}  // namespace

struct Server::Running {
    Running(const std::filesystem::path& file, Random& random, const Time& clock)
        : store(*store::open_sqlite_store(file)),
          platform{loop,   *store,         *Factory::instance().custody,
                   random, {loop, *store}, {loop, *Factory::instance().custody, apps::mcimd::SigningDesk::Way::at_once},
                   {}} {
        platform.clock = [&clock] { return clock; };
        platform.dp = dp();
        platform.verifier.emplace(
            apps::mcimd::Verifier{{"verifier.example", "sim", std::chrono::seconds(120), std::chrono::seconds(600)},
                                  *pva::NonceKey::copy_of(Bytes(32, 0x43)),
                                  {"verifier"},
                                  {}});
        platform.verifier->references = *load_reference_values(platform);
    }
    http::Loop loop;
    std::unique_ptr<store::Store> store;
    Platform platform;
};

Iccid Server::iccid(std::size_t number) {
    return *Iccid::with_check_digit("89441234567890123" + std::to_string(number + 1));
}

Disk Server::ordered(const Story& story) {
    test::TempFolder temp(test::TempFolder::On::memory);
    test::SeededRandom random(3);
    Running running(temp / database, random, Factory::instance().pki.now);
    Office office(running.platform);
    office.add_operator("north", Factory::instance().north);
    office.add_operator("south", Factory::instance().south);
    office.add_device(0);
    office.add_device(1);
    office.add_line(0, "north");
    office.add_order(0, "north", story.first == Story::First::for_card_a);
    if (story.second != Story::Second::none) {
        const auto* who = story.second == Story::Second::same_operator ? "north" : "south";
        office.add_line(1, who);
        office.add_order(
            1, who, true,
            story.second == Story::Second::released ? std::optional(release_of_line_1(random)) : std::nullopt);
    }
    return read_files(temp);
}

Server::Server(const Story& story, std::uint64_t seed, const Time& clock) : random_(seed), clock_(clock) {
    spdlog::set_level(spdlog::level::off);
    static std::map<Story, Disk> made;
    auto found = made.find(story);
    if (found == made.end()) found = made.emplace(story, ordered(story)).first;
    write_files(temp_, found->second);
    start();
}
Server::~Server() = default;

void Server::start() { running_ = std::make_unique<Running>(temp_ / database, random_, clock_); }

void Server::crash() {
    const Disk left = read_files(temp_);
    running_.reset();  // which tidies up: undone
    write_files(temp_, left);
    start();
}

std::vector<std::optional<http::Response>> Server::serve(const std::vector<http::Request>& requests,
                                                         const std::function<Dies()>& before_commit) {
    auto answers = std::make_shared<std::vector<std::optional<http::Response>>>(requests.size());
    Platform& platform = running_->platform;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const http::Reply reply = [answers, i](http::Response r) { answers->at(i) = std::move(r); };
        if (requests[i].path().starts_with(apps::mcimd::pva_path))
            serve_pva(platform, requests[i], reply);
        else
            serve_es9(platform, requests[i], reply);
    }
    if (before_commit() == Dies::before_commit) {
        crash();
        return std::vector<std::optional<http::Response>>(requests.size());
    }
    running_->loop.run_for(std::chrono::seconds(10));
    return std::move(*answers);
}

void Server::release_if_refused(std::size_t number) {
    const auto found = order(number);
    if (!found.refused) return;
    const auto done = apps::mcimd::release_order(running_->platform, found.id, *jose::Object::parse("{}"));
    EXPECT_TRUE(done) << to_string(done.error());
}
smdp::Order Server::order(std::size_t number) { return **running_->store->find_order_by_iccid(iccid(number)); }
bool Server::sent_segments_again(std::size_t number) {
    const auto lines = running_->store->timeline(order(number).id);
    return std::ranges::any_of(
        *lines, [](const auto& l) { return l.sentence.ends_with("the segments of the package before"); });
}
store::Subscription Server::line(std::size_t number) { return **running_->store->find_subscription(iccid(number)); }
auc::Status Server::auc_status(std::size_t number) {
    return (*running_->store->find_auc(*Imsi::parse(imsis.at(number))))->status;
}
bool Server::has_taken(View pending_notification) {
    const auto all = running_->store->list_notifications();
    return std::ranges::any_of(*all, [&](const auto& n) { return equal(n.octets, pending_notification); });
}

}  // namespace mcim::sim
