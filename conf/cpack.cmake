# SPDX-License-Identifier: Apache-2.0
#
# Read by cpack for each kind of package, before it begins.
if(CPACK_GENERATOR STREQUAL "DEB" AND NOT CPACK_INSTALL_PREFIX STREQUAL "/usr")
    message(FATAL_ERROR "Debian packages are made from a build for /usr: cmake --preset debian")
endif()

# Each Debian package has a summary of its own, the first line of its description: cpack adds none that is
# its default.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${CPACK_DEFAULT_PACKAGE_DESCRIPTION_SUMMARY}")

if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
    execute_process(COMMAND date -u -d ${CPACK_SSLP_RELEASE_DATE} +%s
                    OUTPUT_VARIABLE seconds OUTPUT_STRIP_TRAILING_WHITESPACE
                    COMMAND_ERROR_IS_FATAL ANY)
    set(ENV{SOURCE_DATE_EPOCH} ${seconds})
endif()
