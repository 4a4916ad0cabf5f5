// Step 3 with `--profile`: somebody's own package in the place of the project's template.
#include "story.h"

namespace mcim::demo {
namespace {

/// A package that does not come back octet for octet was not understood: `profile lint` says so, and has no findings.
void look_at_package(Story& s) {
    const auto lint = s.lab.mcim({"profile", "lint", s.given->file.string(), "--class", s.given->card_class()});
    s.lab.say().check(lint.json && lint.json->has("findings"),
                      "the package is decoded, and encoded again to the same octets", lint.text);
}

}  // namespace

Status subscription_from_package(Story& s) {
    const GivenPackage& given = *s.given;
    s.lab.say().step("Operator alpha brings a subscription: the package " + given.file.filename().string());
    s.alpha = {.id = "alpha",
               .key = {},
               .iccid = given.iccid,
               .imsi = given.imsi,
               .mnc_digits = given.mnc_digits,
               .pin = given.pin,
               .algorithm = given.algorithm};
    look_at_package(s);
    CHECKED(add_operator(s, s.alpha, "Alpha Mobile"));
    const auto added = s.lab.mcim({"subscription", "add", "--admin", s.platform.admin().string(), "--operator",
                                   s.alpha.id, "--profile", given.file.string()});
    if (!added.good()) return fail(Errc::refused, "mcim subscription add", added.text);
    return ok();
}

Status refused_by_production_class(Story& s) {
    TRY(const Ordered made, order(s.lab, s.platform, s.alpha, {"--policy", "open"}));
    TRY(const Device production, s.lab.make_device("production", s.pki));
    const auto refused = s.lab.agent(production, s.platform, {"download", "-a", made.activation_code});
    s.lab.say().check(!refused.good() && refused.text.find("PEStatus " + s.given->refusal) != std::string::npos,
                      "a production-class card refuses the package, with the PEStatus of the first thing that it lacks",
                      refused.text);
    s.lab.say().note(refused.text);
    s.lab.say().check(installed_profiles(s.lab, production, s.platform) == 0U,
                      "nothing is on that card; the story goes on with one of class lab");
    const auto cancelled = s.lab.mcim({"order", "cancel", made.id, "--admin", s.platform.admin().string()});
    if (!cancelled.good()) return fail(Errc::refused, "mcim order cancel", cancelled.text);
    return ok();
}

}  // namespace mcim::demo
