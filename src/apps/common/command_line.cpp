#include "mcim/apps/common/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <numeric>

namespace mcim::apps {
namespace {

constexpr std::size_t near_edits_max = 2;

/// Levenshtein's: letters changed, added or left out.
std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

std::string listed(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

/// To a word of one letter or none everything is near.
std::string those_near(std::string_view word, const std::vector<std::string>& names) {
    const auto letters = word.size() - std::min(word.find_first_not_of('-'), word.size());
    std::vector<std::string> out;
    for (const auto& name : names) {
        const auto edits = edits_between(word, name);
        if (letters > 1 && ((edits <= near_edits_max && edits < letters) || name.starts_with(word)))
            out.push_back(name);
    }
    return out.empty() ? std::string() : "; near it: " + listed(out);
}

/// The command that was understood, as far as it was.
const CLI::App& chosen(const CLI::App& app) {
    const CLI::App* at = &app;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().back();
    return *at;
}

std::string full_name(const CLI::App& app) {
    const auto* parent = app.get_parent();
    return parent == nullptr ? app.get_name() : full_name(*parent) + " " + app.get_name();
}

std::vector<std::string> commands_of(const CLI::App& app) {
    std::vector<std::string> out;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        out.push_back(command->get_name());
    return out;
}

std::vector<std::string> options_of(const CLI::App& app) {
    std::vector<std::string> out;
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames()) out.push_back("--" + name);
    return out;
}

std::string unknown_command(const std::string& word, const CLI::App& app) {
    const auto commands = commands_of(app);
    return "\"" + word + "\" is no command of " + full_name(app) + those_near(word, commands) +
           ".\nIts commands: " + listed(commands) + ". " + full_name(app) + " --help explains them.\n";
}

std::string commands_wanted(const CLI::App& app) {
    return full_name(app) + " wants one of its commands: " + listed(commands_of(app)) + ".\n" + full_name(app) +
           " --help explains them.\n";
}

std::string unknown_option(const std::string& word, const CLI::App& app) {
    const std::string name = word.substr(0, word.find('='));
    const auto options = options_of(app);
    if (std::ranges::find(options, name) != options.end())
        return name + " belongs behind \"" + full_name(app) + "\".\n";
    return name + " is no option of " + full_name(app) + those_near(name, options) + ".\n" + full_name(app) +
           " --help lists them.\n";
}

std::string word_too_many(const std::string& word, const CLI::App& app) {
    return "\"" + word + "\" is a word too many for " + full_name(app) + ".\n" + full_name(app) +
           " --help says what it takes.\n";
}

/// Of an option that is missing, has no value or has several; empty where nothing is wrong with it.
std::string complaint_of(const CLI::Option& option, std::string_view said) {
    const std::string name = option.get_name();
    const std::string what = option.get_description().empty() ? "" : ": " + option.get_description();
    if (said == name + " is required") return name + " is required" + what + ".\n";
    if (!said.starts_with(name + ": ")) return {};
    if (option.count() > 1) return name + " is there " + std::to_string(option.count()) + " times; give it once.\n";
    return name + " wants a value" + what + ".\n";
}

std::string wrong_option(const CLI::App& command, std::string_view said) {
    for (const auto* app = &command; app != nullptr; app = app->get_parent())
        for (const auto* option : app->get_options())
            if (const auto complaint = complaint_of(*option, said); !complaint.empty())
                return complaint + full_name(command) + " --help says more.\n";
    return {};
}

}  // namespace

std::string complaint(const CLI::App* app, const CLI::Error& error) {
    const auto code = static_cast<CLI::ExitCodes>(error.get_exit_code());
    const auto left = app->remaining(true);
    if (!left.empty() && (code == CLI::ExitCodes::RequiredError || code == CLI::ExitCodes::ExtrasError)) {
        const CLI::App& command = chosen(*app);
        const auto is_option = [](const std::string& word) { return word.size() > 1 && word.starts_with('-'); };
        if (!commands_of(command).empty() && !is_option(left.front())) return unknown_command(left.front(), command);
        const auto option = std::ranges::find_if(left, is_option);
        if (option != left.end()) return unknown_option(*option, command);
        if (code == CLI::ExitCodes::ExtrasError) return word_too_many(left.front(), command);
    }
    if (code == CLI::ExitCodes::RequiredError && std::string_view(error.what()).ends_with("command is required"))
        return commands_wanted(chosen(*app));
    if (code == CLI::ExitCodes::RequiredError || code == CLI::ExitCodes::ArgumentMismatch)
        if (auto wrong = wrong_option(chosen(*app), error.what()); !wrong.empty()) return wrong;
    return CLI::FailureMessage::simple(app, error);
}

}  // namespace mcim::apps
