find_package(OpenSSL 3.0 REQUIRED)
find_package(GTest REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
include(GoogleTest)

# The programs that serve many at once, and what they are measured against, allocate with tcmalloc: a sixth less CPU
# for a download (docs/adr/0062-tcmalloc.md). A sanitizer brings an allocator of its own.
add_library(mcim_allocator INTERFACE)
if(NOT MCIM_SANITIZE AND NOT MCIM_TSAN)
  # by the name that Debian's package without headers has
  find_library(MCIM_TCMALLOC NAMES libtcmalloc_minimal.so.4 REQUIRED)
  target_link_libraries(mcim_allocator INTERFACE ${MCIM_TCMALLOC})
endif()
