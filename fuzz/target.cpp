// A target around one exercise_ function: MCIM_FUZZ_HEADER declares it, MCIM_FUZZ_FUNCTION is its name.
#include MCIM_FUZZ_HEADER

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    MCIM_FUZZ_FUNCTION({data, size});
    return 0;
}
