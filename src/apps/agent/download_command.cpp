#include <boost/json.hpp>
#include <thread>

#include "commands.h"
#include "mcim/base/luhn.h"
#include "mcim/msg/info.h"
#include "mcim/msg/manage.h"
#include "offer_text.h"
#include "typed_code.h"

namespace mcim::agent {
namespace {

namespace json = boost::json;

bool has_digits(const std::string& text, std::size_t min, std::size_t max) {
    return text.size() >= min && text.size() <= max && text.find_first_not_of("0123456789") == std::string::npos;
}

/// Server and card speak of the order; `of_this_agent` is what the agent has to say of its own part.
int report_outcome(const Report& report, const Outcome& outcome, const std::string& of_this_agent) {
    if (const auto* installed = std::get_if<Installed>(&outcome)) {
        const bool delivered = installed->result == Installed::Result::delivered;
        return report.success(
            json::object{{"iccid", installed->iccid},
                         {"isdpAid", hex(installed->isdp_aid)},
                         {"notificationDelivered", delivered}},
            "Installed profile " + installed->iccid +
                (delivered ? "." : ". The server could not be told yet; run 'notification process' later."));
    }
    const auto& stopped = std::get<Stopped>(outcome);
    json::object data{{"step", stopped.step}, {"advice", stopped.advice}};
    std::string text = stopped.step + ": " + stopped.sentence;
    if (stopped.server_code) {
        data["subjectCode"] = stopped.server_code->subject_code;
        data["reasonCode"] = stopped.server_code->reason_code;
        text += " [" + stopped.server_code->subject_code + "/" + stopped.server_code->reason_code + "]";
    }
    if (std::string_view(".?]").find(text.back()) == std::string_view::npos) text += '.';
    // what the gate refuses has this code
    const bool at_the_gate = stopped.server_code && stopped.server_code->subject_code == "8.2.5" &&
                             stopped.server_code->reason_code == "4.3";
    return report.failure(text + " " + stopped.advice + (at_the_gate ? of_this_agent : ""), data);
}

class Runner {
public:
    Runner(World& world, const Report& report, const OwnersWord& owner)
        : world_(world),
          report_(report),
          owner_(owner),
          unattested_(world.can_attest() ? ""
                                         : " No evidence of this device was given, and the order may demand it: give "
                                           "--tpm TCTI and --verifier HOST:PORT.") {}

    Event perform(const CallCard& a) { return world_.perform(a); }
    Event perform(const PostEs9& a) { return world_.perform(a); }
    Event perform(const Attest& a) {
        Event event = world_.perform(a);
        const auto* failed = std::get_if<AttestationFailed>(&event);
        unattested_ = failed != nullptr
                          ? " The attestation failed, and the order may demand it: " + to_string(failed->error) + "."
                          : std::string();
        if (failed != nullptr) report_.progress("attestation", to_string(failed->error));
        return event;
    }
    Event perform(const AskOwner& a) {
        report_.progress("metadata", offer_as_json(a.metadata), offer_in_words(a.metadata));
        return OwnerDecided{decide(a.metadata, owner_)};
    }
    Event perform(const SaveSpool& a) { return stored(world_.spool().save(a.spool)); }
    Event perform(const DropSpool&) { return stored(world_.spool().drop()); }
    Event perform(const WaitFor& a) {
        report_.progress("waiting", std::to_string(a.time.count()) + " ms before the next attempt");
        std::this_thread::sleep_for(a.time);
        return Waited{};
    }

    int run(Step step) {
        for (std::string_view last;;) {
            if (const auto* done = std::get_if<Done>(&step.action))
                return report_outcome(report_, done->outcome, unattested_);
            if (const auto name = progress_name(step.next); name != last) report_.progress(last = name);
            Event event = std::visit(
                [&]<class A>(const A& action) -> Event {
                    if constexpr (std::is_same_v<A, Done>)
                        return Waited{};
                    else
                        return perform(action);
                },
                step.action);
            auto next = agent::step(step.next, std::move(event));
            if (!next) return report_.failure(to_string(next.error()));
            step = *std::move(next);
        }
    }

private:
    static Event stored(const Status& status) {
        if (!status) return StorageFailed{status.error()};
        return Stored{};
    }
    World& world_;
    const Report& report_;
    const OwnersWord& owner_;
    std::string unattested_;  ///< what a refusal may come from
};

/// Nobody can go on with this file, and as long as it is there nobody can begin. What it was for the card alone knows:
/// to deliver a result that waits there is tried first, or the server would hear of the next session before that of the
/// last.
Status give_up_spool(World& world, const Report& report, const Error& why) {
    report.progress("spool", "the package of an earlier run cannot be used: " + to_string(why));
    TRY(const auto delivered, deliver_notifications(world, msg::event(msg::NotificationEventBit::install)));
    if (!delivered.stopped.empty()) return fail(Errc::io, "card", delivered.stopped);
    for (const auto& e : delivered.entries)
        report.progress("es9p_handle_notification",
                        e.address + ": " + (e.failure.empty() ? "delivered what an earlier run left" : e.failure));
    for (const auto& what : delivered.unknown) report.progress("es10b_retrieve_notifications_list", what);
    TRY(const std::string aside, world.spool().set_aside());
    report.progress("spool", "it is kept as " + aside + ", and the order begins anew");
    return ok();
}

/// SGP.22 3.1.2: where the device has no activation code, the card names the server, and nobody a matching ID.
Result<ActivationCode> code_of_card(World& world, const Report& report) {
    TRY(const auto addresses,
        world.call_card<msg::EuiccConfiguredAddressesResponse>(msg::EuiccConfiguredAddressesRequest{}));
    if (!addresses.default_dp_address || addresses.default_dp_address->text.empty())
        return fail(Errc::missing_field, "--activation-code",
                    "there is none, and this card has no default SM-DP+ that could be asked instead: give a code with "
                    "-a, or the card an address with \"chip defaultsmdp ADDRESS\"");
    const std::string& address = addresses.default_dp_address->text;
    const auto code = parse_activation_code("1$" + address + "$");
    if (!code || code->smdp_address != address)
        return fail(Errc::bad_value, "default SM-DP+",
                    "the card names \"" + for_terminal(address) +
                        "\", which is no address of a server: set another with \"chip defaultsmdp ADDRESS\"");
    report.progress("es10a_get_euicc_configured_addresses", address);
    return *code;
}

Result<ActivationCode> code_for(World& world, const Report& report, const DownloadOptions& options) {
    return options.activation_code ? parse_activation_code(*options.activation_code) : code_of_card(world, report);
}

Result<ConfirmationCode> typed_code(const DownloadOptions& options) {
    if (!options.confirmation_code_file.empty()) return read_confirmation_code(options.confirmation_code_file);
    return ConfirmationCode(options.confirmation_code.begin(), options.confirmation_code.end());
}

Result<Step> first_step(World& world, const Report& report, Order order, const OwnersWord& owner) {
    auto left = world.spool().find();
    if (!left) CHECKED(give_up_spool(world, report, left.error()));
    if (left && *left && owner.offer != OwnersWord::Offer::accept)
        return fail(Errc::conflict, "spool",
                    "a package that was accepted in an earlier run waits to be loaded, and may be on the card already: "
                    "run the download without --reject and --postpone; what is unwanted can be deleted then");
    if (left && *left) return resume_download(std::move(order), **std::move(left));
    State state = new_download(std::move(order));
    return step(state, Start{});
}

}  // namespace

/// 4 and 8 octets, nibbles swapped as in TS 24.008.
Result<msg::DeviceInfo> device_info(const std::string& imei, const std::string& tac) {
    if (imei.empty() && tac.empty())
        return fail(
            Errc::missing_field, "--imei or --tac",
            "the server is told what device this is, and may decide by it: give the device's IMEI, or the first "
            "eight digits of one");
    if (!imei.empty() && !has_digits(imei, 14, 16))
        return fail(Errc::bad_value, "--imei", "an IMEI has 14 to 16 digits");
    if (imei.size() == 15 && imei.back() != '0' && imei.back() != luhn_digit(imei.substr(0, 14)))
        return fail(Errc::bad_value, "--imei",
                    "the last digit of " + imei + " checks the others, and does not fit: look for a typing error");
    if (!tac.empty() && !has_digits(tac, 8, 8)) return fail(Errc::bad_value, "--tac", "a TAC has 8 digits");
    if (!imei.empty() && !tac.empty() && !imei.starts_with(tac))
        return fail(Errc::conflict, "--tac", "the IMEI begins with another one, " + imei.substr(0, 8));
    msg::DeviceInfo info;
    info.device_capabilities.eutran_epc = msg::version(15, 0, 0);
    info.tac.bytes = swapped_bcd(imei.empty() ? tac : imei.substr(0, 8), 4);
    if (!imei.empty()) info.imei = msg::Octet8{swapped_bcd(imei, 8)};
    return info;
}

int download(World& world, const Report& report, const DownloadOptions& options) {
    if (const Status ready = world.ready_for_servers(); !ready) return report.failure(to_string(ready.error()));
    if (const Status ready = world.spool().ready(); !ready)
        return report.failure("the package could not be kept until it is installed: " + to_string(ready.error()) +
                              "; name a folder of this user with --state");
    auto code = code_for(world, report, options);
    if (!code) return report.failure(to_string(code.error()));
    auto info = device_info(options.imei, options.tac);
    if (!info) return report.failure(to_string(info.error()));
    auto typed = typed_code(options);
    if (!typed) return report.failure(to_string(typed.error()));
    Order order{*std::move(code), *std::move(info), *std::move(typed),
                world.can_attest() ? Order::Attestation::before_authentication : Order::Attestation::none,
                options.attempts};
    report.progress("device", options.imei.empty() ? "TAC " + options.tac : "IMEI " + options.imei);
    auto step = first_step(world, report, std::move(order), options.owner);
    if (!step) return report.failure(to_string(step.error()));
    return Runner(world, report, options.owner).run(*std::move(step));
}

}  // namespace mcim::agent
