# The version string carries the commit, so that a number in a database can be traced to its source.
find_package(Git QUIET)
set(ATTUNE_COMMIT "unknown")
if(GIT_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --dirty --abbrev=12
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE ATTUNE_COMMIT
        OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
get_target_property(_flags attune_flags INTERFACE_COMPILE_OPTIONS)
string(REPLACE ";" " " _flags "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_RELEASE} ${_flags}")
string(STRIP "${_flags}" ATTUNE_CFLAGS)
configure_file(${PROJECT_SOURCE_DIR}/cmake/version.h.in ${PROJECT_BINARY_DIR}/attune_version.h)
