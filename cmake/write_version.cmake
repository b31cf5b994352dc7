# cmake -P: writes attune_version.h from the variables that cmake/version.cmake passes.
find_package(Git QUIET)
set(COMMIT "unknown")
if(GIT_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --dirty --abbrev=12
        WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE _commit
        OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(_commit)
        set(COMMIT ${_commit})
    endif()
endif()
configure_file(${SOURCE}/cmake/version.h.in ${BINARY}/attune_version.h @ONLY)
