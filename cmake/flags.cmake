# One interface target carries every compile and link option of the project.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_PCH_INSTANTIATE_TEMPLATES OFF)
endif()

add_library(mcim_build_flags INTERFACE)
target_compile_options(mcim_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fno-omit-frame-pointer
  # no path of a clone in an object: ccache gives it to the others
  -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 reports false positives of these two inside its own std::string and std::variant when sanitizers are on
  target_compile_options(mcim_build_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow)
  # it need not look for garbage below half a gigabyte: a sixth of the compilation less
  target_compile_options(mcim_build_flags INTERFACE --param=ggc-min-heapsize=500000)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # in clang -Wconversion has this one too, in gcc it has not
  target_compile_options(mcim_build_flags INTERFACE -Wno-sign-conversion)
endif()
if(MCIM_SANITIZE)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
  # of a bad pointer the address sanitizer tells too, and x86 reads what is not aligned: a fifth of the compilation less
  target_compile_options(mcim_build_flags INTERFACE ${sanitizers} -fno-sanitize=null,alignment,object-size)
  target_link_options(mcim_build_flags INTERFACE ${sanitizers})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_link_options(mcim_build_flags INTERFACE -fuse-ld=gold)  # of binutils too, and twice as quick
  endif()
elseif(MCIM_TSAN)
  # with it gcc 12 believes that a vector which is not empty may have no data; and Asio has fences, which it does not watch
  target_compile_options(mcim_build_flags INTERFACE -fsanitize=thread -Wno-nonnull -Wno-tsan)
  target_link_options(mcim_build_flags INTERFACE -fsanitize=thread)
else()
  target_compile_definitions(mcim_build_flags INTERFACE _FORTIFY_SOURCE=2)
  target_compile_options(mcim_build_flags INTERFACE -fstack-protector-strong -fPIE)
  target_link_options(mcim_build_flags INTERFACE -pie -Wl,-z,relro,-z,now)
endif()
if(MCIM_FUZZ)
  target_compile_options(mcim_build_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Linked after mcim_build_flags, whose options it takes back. What is tested is watched for undefined behaviour, the
# tests are not: half the time of their compilation.
add_library(mcim_test_flags INTERFACE)
if(MCIM_SANITIZE)
  target_compile_options(mcim_test_flags INTERFACE -O0 -fno-sanitize=undefined)
endif()
if(CMAKE_UNITY_BUILD)
  # several tests in one translation unit: a local name may be a file's; the other presets look at each by itself
  target_compile_options(mcim_test_flags INTERFACE -Wno-shadow)
endif()
