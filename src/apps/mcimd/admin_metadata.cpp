// What an operator's profiles say of themselves: set for all of them, for those of a profile type, or for one line.
#include <algorithm>
#include <map>

#include "mcim/apps/mcimd/admin_calls.h"
#include "mcim/apps/mcimd/metadata.h"

namespace mcim::apps::mcimd {
namespace {

using ByType = std::map<std::optional<std::string>, MetadataSettings>;  ///< nullopt: of all his lines

Result<ByType> documents_of(Platform& p, const std::string& operator_id) {
    TRY(auto found, metadata_of_operator(p.store, operator_id));
    ByType out;
    for (auto& [type, settings] : found) out.emplace(std::move(type), std::move(settings));
    return out;
}

/// A line that no card would take with what counts for it now would be noticed at its download only.
Status check_lines(Platform& p, const std::string& operator_id, const ByType& documents) {
    TRY(const auto lines, p.store.list_subscriptions());
    std::optional<Error> first;
    std::size_t others = 0;
    for (const auto& line : lines) {
        if (line.operator_id != operator_id || line.standing == store::Standing::closed) continue;
        auto document = line.profile_type ? documents.find(line.profile_type) : documents.end();
        if (document == documents.end()) document = documents.find(std::nullopt);
        if (document == documents.end()) continue;
        auto fits = check_fits(document->second, line);
        if (fits) continue;
        TRY(const auto own, own_metadata(p.store, line.iccid));
        if (own) continue;
        if (first)
            ++others;
        else
            first = std::move(fits).error().within("metadata");
    }
    if (!first) return ok();
    if (others != 0) first->detail += " (so are " + std::to_string(others) + " other lines)";
    return *std::move(first);
}

}  // namespace

Result<std::optional<MetadataSettings>> metadata_in(const jose::Object& in) {
    TRY(const auto document, in.optional_member(&jose::Object::object, "metadata"));
    if (!document) return std::optional<MetadataSettings>{};
    TRY(auto settings, read_metadata_settings(*document));
    return std::optional(std::move(settings));
}

Result<Json> set_metadata_of_operator(Platform& p, std::string_view operator_id, const jose::Object& in) {
    TRY(const auto known, p.store.find_operator(operator_id));
    if (!known) return unknown_operator(operator_id);
    TRY(const auto type, in.optional_member(&jose::Object::text, "profile_type"));
    TRY(const auto settings, metadata_in(in));
    TRY(auto documents, documents_of(p, known->id));
    documents.erase(type);
    if (settings) documents.emplace(type, *settings);
    CHECKED(check_lines(p, known->id, documents));
    store::Batch batch;
    CHECKED(set_operator_metadata(p.store, known->id, type, settings, batch));
    if (!batch.empty()) CHECKED(p.store.commit_one(std::move(batch)));
    Json out;
    out.text("operator", known->id);
    if (type) out.text("profile_type", *type);
    if (settings) out.object("metadata", json_of(*settings));
    return out;
}

Result<Json> set_metadata_of_line(Platform& p, std::string_view iccid, const jose::Object& in) {
    TRY(const auto line, subscription_named(p, iccid));
    if (line.standing == store::Standing::closed)
        return fail(Errc::refused, "standing", "the subscription is closed: it is never ordered again");
    TRY(const auto settings, metadata_in(in));
    TRY(auto counts, inherited_metadata(p.store, line));
    if (settings) counts = {MetadataFrom::line, *settings};
    if (auto fits = check_fits(counts.settings, line); !fits) return std::move(fits).error().within("metadata");
    store::Batch batch{store::PutSubscription{line}};  // with its version: another node may be closing it
    CHECKED(set_line_metadata(p.store, line.iccid, settings, batch));
    CHECKED(p.store.commit_one(std::move(batch)));
    return Json()
        .text("iccid", line.iccid.text())
        .object("metadata", json_of(counts.settings))
        .text("metadata_from", to_string(counts.from));
}

}  // namespace mcim::apps::mcimd
