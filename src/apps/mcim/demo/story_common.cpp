#include "story.h"

namespace mcim::demo {

Status add_operator(Story& s, Operator& o, const std::string& name) {
    o.key = s.lab.folder() / (o.id + ".key.pem");
    const auto key = s.lab.mcim({"operator", "key", "--out", o.key.string()});
    if (!key.good()) return fail(Errc::refused, "mcim operator key", key.text);
    return add_operator_to(s.lab, s.platform, o, name);
}

Status add_operator_to(Lab& lab, const Platform& platform, const Operator& o, const std::string& name) {
    const auto added = lab.mcim({"operator", "add", "--admin", platform.admin().string(), "--id", o.id, "--name", name,
                                 "--key", o.key.string() + ".pub"});
    if (!added.good()) return fail(Errc::refused, "mcim operator add", added.text);
    return ok();
}

Status add_subscription(Lab& lab, const Platform& platform, const Operator& o, const fs::path& key_file) {
    std::vector<std::string> arguments{"subscription", "add",
                                       "--admin",      platform.admin().string(),
                                       "--operator",   o.id,
                                       "--iccid",      o.iccid,
                                       "--imsi",       o.imsi,
                                       "--msisdn",     o.msisdn,
                                       "--mnc-digits", std::to_string(o.mnc_digits)};
    if (!key_file.empty()) arguments.insert(arguments.end(), {"--k-file", key_file.string()});
    const auto added = lab.mcim(std::move(arguments));
    if (!added.good()) return fail(Errc::refused, "mcim subscription add", added.text);
    return ok();
}

Result<Ordered> order(Lab& lab, const Platform& platform, const Operator& o, std::vector<std::string> more) {
    std::vector<std::string> arguments{"order",      "create", "--admin", platform.admin().string(),
                                       "--operator", o.id,     "--iccid", o.iccid};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto made = lab.mcim(std::move(arguments));
    if (!made.good()) return fail(Errc::refused, "mcim order create", made.text);
    Ordered ordered{made.member("id"), made.member("activation_code")};
    if (made.json && made.json->has("waits_for")) {
        TRY(const auto waits, made.json->object("waits_for"));
        TRY(ordered.waits_for, waits.text("operator"));
        TRY(ordered.why, waits.text("sentence"));
    }
    return ordered;
}

void show_timeline(Lab& lab, const Platform& platform, const std::string& order_id) {
    (void)lab.mcim_text({"order", "explain", order_id, "--admin", platform.admin().string()});
}

Result<Login> try_login(Story& s, const Radius& radius, Method method, const Operator& o, const std::string& log_name) {
    TRY(Imsi imsi, Imsi::parse(o.imsi));
    return log_in(radius, method, {std::move(imsi), o.mnc_digits, o.pin}, s.lab.folder() / (log_name + ".log"));
}

std::optional<std::string> card_resources(Lab& lab, const Device& device, const Platform& platform) {
    const auto info = lab.agent(device, platform, {"chip", "info"});
    if (!info.good() || !info.json) return {};
    const auto info2 = info.json->object("EUICCInfo2");
    if (!info2) return {};
    const auto resources = info2->text("extCardResource");
    if (!resources || resources->empty()) return {};
    return *resources;
}

std::optional<std::size_t> installed_profiles(Lab& lab, const Device& device, const Platform& platform) {
    const auto list = lab.agent(device, platform, {"profile", "list"});
    if (!list.good() || !list.json) return {};
    const auto payload = list.json->object("payload");
    if (!payload) return {};
    const auto profiles = payload->objects("data");
    if (!profiles) return {};
    return profiles->size();
}

void check_keys_are_private(Lab& lab, const fs::path& folder, const std::string& whose) {
    int count = 0;
    std::string others_read;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string name = fs::relative(entry.path(), folder).string();
        if (!entry.is_regular_file() || name.find("key") == std::string::npos || name.ends_with(".pub")) continue;
        ++count;
        if (!only_its_owner_opens(entry.path())) others_read += " " + name;
    }
    lab.say().check(count > 0 && others_read.empty(),
                    whose + ": " + std::to_string(count) + " key files, readable by their owner only",
                    "others may open:" + others_read);
}

}  // namespace mcim::demo
