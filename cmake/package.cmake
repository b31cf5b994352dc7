# `cpack --preset deb` (or `cpack -G DEB` in a build directory): one package with the program, the library,
# its header, the Python module, manual pages and completion.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME attune)
set(CPACK_PACKAGE_VENDOR "the attune authors")
set(CPACK_PACKAGE_CONTACT "the attune authors <maintainers@attune.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION sound)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gnuplot-nox, timgm6mb-soundfont")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "mma, python3-numpy")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Runs music generators across prompts, measures harmony, temporal coherence,
 quality, prompt adherence and reward of audio and MIDI, and writes
 leaderboards, paired comparisons, regression gates, tables and figures.")
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
include(CPack)
