# The version header carries the commit, so that a number in a database can be traced to its source. It is
# written anew by every build, but touched only when something in it has changed.
get_target_property(_options attune_flags INTERFACE_COMPILE_OPTIONS)
list(FILTER _options EXCLUDE REGEX "^-W")
string(TOUPPER "${CMAKE_BUILD_TYPE}" _type)
string(REPLACE ";" " " _options "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${_type}} ${_options}")
string(STRIP "${_options}" _options)
set(_write_version ${CMAKE_COMMAND}
    "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DBINARY=${PROJECT_BINARY_DIR}" "-DVERSION=${PROJECT_VERSION}"
    "-DCOMPILER=${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}" "-DFLAGS=${_options}"
    "-DBUILD_TYPE=${CMAKE_BUILD_TYPE}"
    -P ${PROJECT_SOURCE_DIR}/cmake/write_version.cmake)
execute_process(COMMAND ${_write_version})
add_custom_target(attune_version COMMAND ${_write_version}
    BYPRODUCTS ${PROJECT_BINARY_DIR}/attune_version.h VERBATIM)
add_dependencies(attune_flags attune_version)
