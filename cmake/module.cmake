# mcim_module(<name> LAYER <n> [DEPS <module>...] [LIBS <external>...] SOURCES <file>...
#             [EXERCISE <file>...] [TESTS <file>... [TOGETHER <filter>]])
#
# Folder under src/ = target mcim_<name> = namespace mcim::<name>. A dependency must sit on a lower layer, or the configure
# step fails. Only headers of declared dependencies, and of theirs, are on the include path; tests/layers compares the
# #include lines with DEPS, so that a module names every module it uses.
# EXERCISE becomes a library of its own, mcim_<name>_exercise, for tests and fuzzers: no program links it.
# TESTS become one executable <name>_test; its cases are ctest tests.
set(MCIM_ADAPTER_LAYER 6)  # from here on: files, sockets, programs (ARCHITECTURE.md)
function(mcim_module name)
  cmake_parse_arguments(ARG "" "LAYER;TOGETHER" "DEPS;LIBS;SOURCES;EXERCISE;TESTS" ${ARGN})
  foreach(dep IN LISTS ARG_DEPS)
    if(NOT TARGET mcim_${dep})
      message(FATAL_ERROR "${name} depends on ${dep}, which is not a module declared before it")
    endif()
    get_target_property(dep_layer mcim_${dep} MCIM_LAYER)
    if(NOT dep_layer LESS ARG_LAYER)
      message(FATAL_ERROR "${name} (layer ${ARG_LAYER}) may not depend on ${dep} (layer ${dep_layer})")
    endif()
  endforeach()
  add_library(mcim_${name} STATIC ${ARG_SOURCES})
  add_library(mcim::${name} ALIAS mcim_${name})
  set_target_properties(mcim_${name} PROPERTIES MCIM_LAYER ${ARG_LAYER})
  list(JOIN ARG_DEPS " " deps)
  set_property(GLOBAL APPEND PROPERTY MCIM_MODULES "${name} ${ARG_LAYER} ${deps}")
  list(TRANSFORM ARG_SOURCES PREPEND "${name}/" OUTPUT_VARIABLE files)
  set_property(GLOBAL APPEND PROPERTY MCIM_PRODUCT_SOURCES ${files})
  set(view ${PROJECT_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${view}/mcim)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${view}/mcim/${name} SYMBOLIC)
  target_include_directories(mcim_${name} PUBLIC ${view})
  list(TRANSFORM ARG_DEPS PREPEND mcim::)
  target_link_libraries(mcim_${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_LIBS} mcim_build_flags)
  # what sources of one module instantiate is mostly the same: twelve files compile in the time of eight
  set_target_properties(mcim_${name} PROPERTIES UNITY_BUILD_BATCH_SIZE 12)
  if(MCIM_SANITIZE AND NOT ARG_LAYER LESS ${MCIM_ADAPTER_LAYER})
    # wiring around the cores, full of templates: a third of its compilation less, and no test waits for it
    target_compile_options(mcim_${name} PRIVATE -O0)
  endif()
  if(ARG_EXERCISE)
    add_library(mcim_${name}_exercise STATIC ${ARG_EXERCISE})
    add_library(mcim::${name}_exercise ALIAS mcim_${name}_exercise)
    target_link_libraries(mcim_${name}_exercise PUBLIC mcim::${name} PRIVATE mcim_build_flags)
    set(exercise ${name}_exercise)
  endif()
  if(ARG_TESTS)
    mcim_test(${name}_test DEPS ${name} ${exercise} SOURCES ${ARG_TESTS} TOGETHER ${ARG_TOGETHER})
  endif()
endfunction()

# mcim_test(<executable> [DEPS <module>...] [LIBS <external>...] SOURCES <file>... [TOGETHER <filter>])
# Each case is a ctest test in a process of its own; those of the filter (gtest's, "*/postgres") are one, in one process,
# for what they share is dear.
# Tests find data files and reference data by tests/support/reference.h: the place of a clone is compiled into that one
# file, so that ccache serves the others to every clone.
function(mcim_test name)
  cmake_parse_arguments(ARG "" "TOGETHER" "DEPS;LIBS;SOURCES" ${ARGN})
  list(TRANSFORM ARG_DEPS PREPEND mcim::)
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE
    ${ARG_DEPS} ${ARG_LIBS} mcim_test_support GTest::gtest_main mcim_build_flags mcim_test_flags)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  set_target_properties(${name} PROPERTIES UNITY_BUILD_BATCH_SIZE 12)
  if(ARG_TOGETHER)
    set(others TEST_FILTER "-${ARG_TOGETHER}")
    add_test(NAME ${name}_together COMMAND ${name} --gtest_filter=${ARG_TOGETHER})
    set_tests_properties(${name}_together PROPERTIES TIMEOUT 120)
  endif()
  gtest_discover_tests(${name} ${others} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120)
endfunction()
