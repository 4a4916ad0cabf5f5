// What custody's tests ask of the port, asked again through the socket of mcim-signer.
#include "confirmation_code_test.cpp"  // NOLINT(bugprone-suspicious-include)
#include "custody_test.cpp"            // NOLINT(bugprone-suspicious-include)
#include "seal_test.cpp"               // NOLINT(bugprone-suspicious-include)
#include "transport_test.cpp"          // NOLINT(bugprone-suspicious-include)
