// mcim transfer: the current operator's word that a device may leave it.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/typing_errors.h"
#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/commands.h"
#include "mcim/apps/mcim/operator_keys.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/transfer/release.h"

namespace mcim::apps {

namespace {

// ---------------------------------------------------------------- mcim transfer release

struct ReleaseOptions {
    std::string admin;
    std::string operator_id;
    std::string key;
    std::string eid;
    std::string iccid;
    std::string to;
    std::string valid_for = "7d";
    std::string out;
    bool json = false;
};

jose::ObjectWriter claims_of(const transfer::Release& r) {
    jose::ObjectWriter out;
    out.text("iss", r.operator_id).text("eid", r.eid.text()).text("iccid", r.iccid.text());
    if (r.gaining_operator) out.text("aud", *r.gaining_operator);
    return out.text("jti", r.jti).time("iat", r.issued_at).time("exp", r.expires_at);
}

struct Terms {
    Eid eid;
    Iccid iccid;
    std::chrono::seconds life;
};

/// What can be told without asking anybody.
Result<Terms> terms_of(const ReleaseOptions& options) {
    CHECKED(path_part("--operator", options.operator_id));
    if (!options.to.empty()) CHECKED(path_part("--to", options.to));
    if (options.to == options.operator_id)
        return fail(Errc::bad_value, "--to",
                    options.to +
                        " gives the subscription up: name the operator that gets the device, or leave --to "
                        "out where any may");
    auto eid = Eid::parse_unchecked(options.eid);
    if (!eid) return std::move(eid).error().within("--eid");
    TRY(Iccid iccid, parse_typed_iccid("--iccid", options.iccid));
    TRY(const auto life, parse_duration("--valid-for", options.valid_for));
    return Terms{*std::move(eid), std::move(iccid), life};
}

Status check_digits(const Eid& eid) {
    auto wrong = typing_error(eid);
    if (!wrong) return ok();
    return fail(Errc::bad_value, "--eid",
                *std::move(wrong) +
                    ". A test card that has such an EID is known to the platform (--admin SOCKET) once "
                    "the subscription is on it");
}

/// Both operators, and that the key is the first one's.
Status check_operators(Admin& admin, const ReleaseOptions& options, const crypto::PublicKey& key) {
    TRY(const auto answer, admin.read("/operators"));
    TRY(const auto operators, answer.json.objects("operators"));
    std::string owner;
    bool from_known = false;
    bool to_known = options.to.empty();
    for (const auto& o : operators) {
        TRY(const auto id, o.text("id"));
        TRY(const auto spki, o.octets("key"));
        if (spki == key.spki()) owner = id;
        from_known = from_known || id == options.operator_id;
        to_known = to_known || id == options.to;
    }
    const auto unknown = [](const char* option, const std::string& id) {
        return fail(
            Errc::not_found, option,
            "operator \"" + id + "\" is not known to the platform; \"mcim operator list\" shows those that are");
    };
    if (!from_known) return unknown("--operator", options.operator_id);
    if (!to_known) return unknown("--to", options.to);
    if (owner == options.operator_id) return ok();
    return fail(Errc::refused, options.key,
                "this is the key of " + (owner.empty() ? "no operator of the platform" : owner) +
                    ", and a release by " + options.operator_id +
                    " wants its own: that of the public key given to \"mcim operator add\"");
}

/// That the subscription is this operator's, and on this card. A sentence where it is on none yet.
Result<std::string> check_subscription(Admin& admin, const ReleaseOptions& options, const Terms& terms) {
    auto answer = admin.read("/subscriptions/" + terms.iccid.text());
    if (!answer) return std::move(answer).error().within("--iccid");
    TRY(const auto owner, answer->json.text("operator"));
    if (owner != options.operator_id)
        return fail(Errc::refused, "--iccid",
                    "it is a subscription of " + owner + ", which alone can release it, not of " + options.operator_id);
    TRY(const auto standing, answer->json.text("standing"));
    if (standing == "closed")
        return fail(Errc::refused, "--iccid",
                    "subscription " + terms.iccid.text() + " is closed: there is nothing to release");
    TRY(const auto on, answer->json.optional_member(&jose::Object::text, "eid"));
    if (!on) {
        CHECKED(check_digits(terms.eid));
        return std::string("The subscription is on no card yet: the release serves once it is on this device.\n");
    }
    if (*on == terms.eid.text()) return std::string();
    return fail(Errc::refused, "--eid",
                "subscription " + terms.iccid.text() + " is on the card with EID " + *on + ", not on this one");
}

/// What whoever signs should know besides.
Result<std::string> check(const ReleaseOptions& options, const Terms& terms, const crypto::PublicKey& key) {
    if (options.admin.empty()) {
        CHECKED(check_digits(terms.eid));
        return std::string(
            "No platform was asked whether it knows these operators, this key and this subscription; --admin SOCKET "
            "does.\n");
    }
    Admin admin(options.admin);
    if (auto known = check_operators(admin, options, key); !known) {
        if (known.error().code != Errc::io) return std::move(known).error();
        Error silent = std::move(known).error();
        silent.detail += ". --admin '' signs without asking a platform";
        return silent;
    }
    return check_subscription(admin, options, terms);
}

Status run_release(const ReleaseOptions& options, std::ostream& out) {
    const Time now = std::chrono::floor<std::chrono::seconds>(system_now());
    TRY(const Terms terms, terms_of(options));
    TRY(const auto key, read_signing_key(options.key));
    TRY(const std::string note, check(options, terms, key.public_key()));
    SystemRandom random;
    const transfer::Release release{options.operator_id,
                                    terms.eid,
                                    terms.iccid,
                                    options.to.empty() ? std::nullopt : std::optional(options.to),
                                    transfer::fresh_jti(random),
                                    now,
                                    now + terms.life};
    TRY(const std::string token,
        transfer::sign_release(release, jose::thumbprint(key.public_key()), jose::signer_of(key)));
    CHECKED(write_new_file(options.out, as_view(token + "\n")));
    if (options.json) {
        out << claims_of(release).text("file", options.out).finish() << "\n";
        return ok();
    }
    out << options.operator_id << " releases subscription " << release.iccid.text() << " of device "
        << release.eid.text() << " to " << (options.to.empty() ? "any operator" : options.to) << ".\n"
        << "Usable once, until " << to_rfc3339(release.expires_at) << "; in " << options.out << ".\n"
        << note << "\nNext:\n"
        << "  mcim order create --operator " << (options.to.empty() ? "NEW-OPERATOR" : options.to)
        << " --iccid NEW-ICCID --eid " << release.eid.text() << " --release " << options.out << "\n";
    return ok();
}

void add_release(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("release", "Sign that one subscription of one device may move");
    auto options = std::make_shared<ReleaseOptions>();
    command
        ->add_option(
            "--admin", options->admin,
            "Socket of a running mcimd, to be asked whether operators, key and subscription are right; '' asks "
            "nobody")
        ->envname("MCIM_ADMIN");
    command->add_option("--operator", options->operator_id, "The current operator, whose subscription is given up")
        ->required();
    command->add_option("--key", options->key, "That operator's private key")->required();
    command->add_option("--eid", options->eid, "The device, 32 digits")->required();
    command->add_option("--iccid", options->iccid, "The subscription that is given up")->required();
    command->add_option("--to", options->to, "The one operator that it may move to; any where absent");
    command->add_option("--valid-for", options->valid_for, "Life of the release")->capture_default_str();
    command->add_option("--out", options->out, "File for the release")->required();
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->footer(
        "\nExample:  mcim transfer release --operator north --key north.pem --eid 89049032000000000000000000000163 "
        "--iccid 8988211000000000011 --to south --out release.jws\n");
    command->callback([options, &console] { console.finish(run_release(*options, console.out)); });
}

// ---------------------------------------------------------------- mcim transfer show

struct TransferShowOptions {
    std::string file;
    std::string key;
    bool json = false;
};

Result<jose::Object> claims_in(const TransferShowOptions& options) {
    TRY(const std::string token, read_token(options.file));
    if (options.key.empty()) {
        auto claims = jose::unverified_claims(token);
        if (!claims) return std::move(claims).error().within(options.file);
        return claims;
    }
    TRY(const auto key, read_public_key(options.key));
    auto verified = jose::verify(token, {transfer::release_typ}, key);
    if (!verified) return std::move(verified).error().within(options.file);
    return std::move(verified->claims);
}

Status run_transfer_show(const TransferShowOptions& options, std::ostream& out) {
    TRY(const auto claims, claims_in(options));
    if (!claims.has("eid") || !claims.has("iccid"))
        return fail(Errc::bad_value, options.file,
                    "it is a signed token of another kind: a release names a device (eid) and a subscription (iccid)");
    TRY(const auto by, claims.text("iss"));
    TRY(const auto eid, claims.text("eid"));
    TRY(const auto iccid, claims.text("iccid"));
    TRY(const auto to, claims.optional_member(&jose::Object::text, "aud"));
    TRY(const auto jti, claims.text("jti"));
    TRY(const auto from, claims.time("iat"));
    TRY(const auto end, claims.time("exp"));
    const bool verified = !options.key.empty();
    if (options.json) {
        jose::ObjectWriter w;
        w.text("iss", by).text("eid", eid).text("iccid", iccid);
        if (to) w.text("aud", *to);
        out << w.text("jti", jti)
                   .time("iat", from)
                   .time("exp", end)
                   .text("signature", verified ? "holds" : "not checked")
                   .finish()
            << "\n";
        return ok();
    }
    print_fields(out, {{"released by", by},
                       {"device", eid},
                       {"subscription", iccid},
                       {"to", to.value_or("any operator")},
                       {"number", jti},
                       {"from", to_rfc3339(from)},
                       {"until", to_rfc3339(end) + (end <= system_now() ? ", so it expired" : "")},
                       {"signature", verified ? "holds under " + options.key : "not checked: give --key PUBLIC-KEY"}});
    return ok();
}

void add_transfer_show(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("show", "Print a release, and verify it where a key is given");
    auto options = std::make_shared<TransferShowOptions>();
    command->add_option("file", options->file, "The release")->required();
    command->add_option("--key", options->key, "Public key of the operator that gave it");
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->callback([options, &console] { console.finish(run_transfer_show(*options, console.out)); });
}

}  // namespace

void add_transfer(CLI::App& app, Console& console) {
    auto* command = app.add_subcommand("transfer", "No consent, no move: releases by the current operator");
    command->require_subcommand(1);
    add_release(*command, console);
    add_transfer_show(*command, console);
}

}  // namespace mcim::apps
