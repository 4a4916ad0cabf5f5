// The platform: mcimd's own shell over its own database, without the network. It can die at any moment, as kill -9 does
// it: what the database has on the disk is all that the next one knows.
#pragma once
#include "factory.h"
#include "mcim/apps/mcimd/platform.h"
#include "mcim/http/message.h"
#include "mcim/jose/json.h"

namespace mcim::sim {

/// What was ordered before the run begins.
struct Story {
    /// Order 1 is for card A only; or for whichever of the two comes first.
    enum class First : std::uint8_t { for_card_a, for_any_card } first = First::for_card_a;
    /// Order 2, for card A: of the same operator; of another with the first one's release, or without.
    enum class Second : std::uint8_t { none, same_operator, released, not_released } second = Second::none;
    friend auto operator<=>(const Story&, const Story&) = default;
};

class Server {
public:
    /// The database of a story is made once, at Factory's moment, and copied after that. The clock must outlive it.
    Server(const Story&, std::uint64_t seed, const Time& clock);
    ~Server();

    /// All that arrive in one turn of the loop, and the answer to each; none where it dies. `before_commit` is called
    /// when the answers are known and nothing of them is on the disk.
    enum class Dies : std::uint8_t { no, before_commit };
    std::vector<std::optional<http::Response>> serve(const std::vector<http::Request>&,
                                                     const std::function<Dies()>& before_commit);
    void crash();

    /// The operator hears that the device has refused, and releases the order again.
    void release_if_refused(std::size_t number);
    [[nodiscard]] smdp::Order order(std::size_t number);
    /// A package of it was sent whose segments had been sent before.
    [[nodiscard]] bool sent_segments_again(std::size_t number);
    [[nodiscard]] store::Subscription line(std::size_t number);
    [[nodiscard]] auc::Status auc_status(std::size_t number);
    /// A notification of a card that the server has on its disk.
    [[nodiscard]] bool has_taken(View pending_notification);

    /// Numbers 0 and 1: what orders 1 and 2 deliver.
    static Iccid iccid(std::size_t number);

private:
    struct Running;
    void start();
    static Disk ordered(const Story&);

    test::TempFolder temp_{test::TempFolder::On::memory};
    test::SeededRandom random_;
    const Time& clock_;
    std::unique_ptr<Running> running_;
};

}  // namespace mcim::sim
