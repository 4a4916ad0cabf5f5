// Reference data that the project does not carry (GSMA test PKI and profiles, ASN.1 modules to read). CONTRIBUTING.md
// says where it comes from. Tests of it skip with a message where it is absent.
#pragma once
#include <filesystem>
#include <optional>
#include <string_view>

#include "mcim/base/bytes.h"

namespace mcim::test {

/// Where the project lies: some tests read its documents and data.
[[nodiscard]] std::filesystem::path project_folder();

/// A file or folder below the reference data: the folder that MCIM_REFERENCE_DIR names; else `tests/reference`, which
/// git ignores; else `shared/reference` beside the project, for several checkouts.
[[nodiscard]] std::optional<std::filesystem::path> reference(std::string_view relative);
/// The whole content; a file that cannot be read fails the test.
[[nodiscard]] Bytes file_content(const std::filesystem::path&);

}  // namespace mcim::test

// NOLINTBEGIN(bugprone-macro-parentheses): `name` is declared
/// MCIM_REFERENCE_OR_SKIP(package, "profiles/x.der"); declares `package`, a path, in a test body.
#define MCIM_REFERENCE_OR_SKIP(name, relative)                                                                       \
    const auto name##_found = ::mcim::test::reference(relative);                                                     \
    if (!name##_found)                                                                                               \
        GTEST_SKIP() << "reference data " << (relative) << " is not here; CONTRIBUTING.md says where it comes from"; \
    const ::std::filesystem::path& name = *name##_found
// NOLINTEND(bugprone-macro-parentheses)
