# name, the library that holds the function, its header and its name
mcim_fuzzer(es9_json LIBRARY msg_exercise HEADER mcim/msg/exercise.h FUNCTION mcim::msg::exercise_es9_json)
mcim_fuzzer(es9_body LIBRARY fuzz_es9_body HEADER ${CMAKE_CURRENT_SOURCE_DIR}/es9_body.h FUNCTION mcim::fuzz::exercise_es9_body)
mcim_fuzzer(profile_package LIBRARY saip_exercise HEADER mcim/saip/exercise.h FUNCTION mcim::saip::exercise_package)
mcim_fuzzer(bound_package LIBRARY bpp_exercise HEADER mcim/bpp/exercise.h FUNCTION mcim::bpp::exercise_bound_package)
mcim_fuzzer(certificate LIBRARY x509_exercise HEADER mcim/x509/exercise.h FUNCTION mcim::x509::exercise_certificate)
mcim_fuzzer(apdu LIBRARY euicc_exercise HEADER mcim/euicc/exercise.h FUNCTION mcim::euicc::exercise_apdu)
mcim_fuzzer(isdr LIBRARY euicc_exercise HEADER mcim/euicc/exercise.h FUNCTION mcim::euicc::exercise_isdr)
mcim_fuzzer(auc_datagram LIBRARY auc_exercise HEADER mcim/auc/exercise.h FUNCTION mcim::auc::exercise_datagram)
