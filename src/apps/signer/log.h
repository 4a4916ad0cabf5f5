// Lines on standard error: time, level and a sentence, for people or as an object of JSON. Long numbers are masked, as
// in the log of mcimd.
#pragma once
#include "options.h"

namespace mcim::signer_program {

class Log {
public:
    explicit Log(LogFormat format) : format_(format) {}
    void info(std::string_view sentence) const { line("info", sentence); }
    void warning(std::string_view sentence) const { line("warning", sentence); }

private:
    void line(std::string_view level, std::string_view sentence) const;
    LogFormat format_;
};

}  // namespace mcim::signer_program
