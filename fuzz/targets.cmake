# name, the module that holds the function, its header and its name
mcim_fuzzer(es9_json MODULE msg HEADER mcim/msg/exercise.h FUNCTION mcim::msg::exercise_es9_json)
mcim_fuzzer(es9_body MODULE fuzz_es9_body HEADER ${CMAKE_CURRENT_SOURCE_DIR}/es9_body.h FUNCTION mcim::fuzz::exercise_es9_body)
mcim_fuzzer(profile_package MODULE saip HEADER mcim/saip/exercise.h FUNCTION mcim::saip::exercise_package)
mcim_fuzzer(bound_package MODULE bpp HEADER mcim/bpp/exercise.h FUNCTION mcim::bpp::exercise_bound_package)
mcim_fuzzer(certificate MODULE x509 HEADER mcim/x509/certificate.h FUNCTION mcim::x509::exercise_certificate)
mcim_fuzzer(apdu MODULE euicc HEADER mcim/euicc/exercise.h FUNCTION mcim::euicc::exercise_apdu)
mcim_fuzzer(isdr MODULE euicc HEADER mcim/euicc/exercise.h FUNCTION mcim::euicc::exercise_isdr)
mcim_fuzzer(auc_datagram MODULE auc HEADER mcim/auc/datagram.h FUNCTION mcim::auc::exercise_datagram)
