# SPDX-License-Identifier: Apache-2.0
#
# Binary packages.  In a build for the prefix /usr, such as that of the preset "debian", cpack makes the
# Debian packages, in any other build a tar.gz to be unpacked at the root folder.
#
# A build of the same source with the same tools and umask gives the same packages, wherever it is made:
# what they carry as time is SOURCE_DATE_EPOCH, or else the date of the release.
set(CPACK_PACKAGE_NAME sslprovider)
set(CPACK_PACKAGE_VENDOR "the sslprovider authors")
set(CPACK_PACKAGE_CONTACT "the sslprovider authors <sslprovider@example.org>" CACHE STRING
    "Maintainer of the packages: whoever makes them")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_SYSTEM_NAME ${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/conf/cpack.cmake)
set(CPACK_SSLP_RELEASE_DATE ${SSLP_RELEASE_DATE})
set(CPACK_SSLP_MODULE_COMPONENT ${SSLP_MODULE_COMPONENT})

set(CPACK_GENERATOR TGZ)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
    set(CPACK_GENERATOR DEB)
endif()
# The files know their prefix, and so do the archives.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_INCLUDE_TOPLEVEL_DIRECTORY OFF)

# --- Debian -----------------------------------------------------------------------------------
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL ${SSLP_MODULE_COMPONENT} ${SSLP_DEVELOPMENT_COMPONENT})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/conf/debian/complete.cmake)

# sslp_describe_package(<component> <section> <summary> <text>)
macro(sslp_describe_package component section summary text)
    string(TOUPPER ${component} upper)
    set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${component})
    set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section})
    set(CPACK_COMPONENT_${upper}_DESCRIPTION "${summary}\n${text}")
endmacro()

sslp_describe_package(${SSLP_MODULE_COMPONENT} libs
    "OpenSSL provider for the key schedules of SSL, TLS and DTLS"
    "The module sslprovider.so derives the keys of TLS connections from a master
key, as bytes or by handle, and can compute the secrets of every program with
libssl. No program uses it until a configuration file activates it.
/etc/ssl/sslprovider.cnf is such a file, which nothing reads by itself.")
set(CPACK_DEBIAN_SSLPROVIDER_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_SSLPROVIDER_PACKAGE_SUGGESTS openssl)
set(CPACK_DEBIAN_SSLPROVIDER_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/conf/debian/conffiles)

sslp_describe_package(${SSLP_DEVELOPMENT_COMPONENT} libdevel
    "TLS keys by handle for C programs - development files"
    "Headers, static libraries, pkg-config files, CMake packages and the manual
pages of the functions, for programs that use the provider through EVP, have
it built in, or call the functions of the Windows CNG SSL provider interface.")
set(CPACK_DEBIAN_LIBNCRYPTSSL-DEV_PACKAGE_DEPENDS libssl-dev)
set(CPACK_DEBIAN_LIBNCRYPTSSL-DEV_PACKAGE_SUGGESTS ${SSLP_MODULE_COMPONENT})

if(SSLP_SHIM)
    string(TOUPPER ${SSLP_LIBRARY_COMPONENT} upper)
    list(APPEND CPACK_COMPONENTS_ALL ${SSLP_LIBRARY_COMPONENT})
    sslp_describe_package(${SSLP_LIBRARY_COMPONENT} libs
        "functions of the Windows CNG SSL provider interface on OpenSSL"
        "Programs that were written for the Ssl functions of ncrypt.dll do handshakes
and protect records of TLS with this library. It has the provider sslprovider
linked in and needs no configuration.")
    set(CPACK_DEBIAN_${upper}_PACKAGE_SHLIBDEPS ON)
    set(shlibs ${PROJECT_BINARY_DIR}/conf/debian/shlibs)
    file(CONFIGURE OUTPUT ${shlibs} CONTENT
        "libncryptssl ${SSLP_SOVERSION} ${SSLP_LIBRARY_COMPONENT} (>= ${PROJECT_VERSION})\n")
    set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA
        ${PROJECT_SOURCE_DIR}/conf/debian/triggers ${shlibs})
    set(CPACK_COMPONENT_LIBNCRYPTSSL-DEV_DEPENDS ${SSLP_LIBRARY_COMPONENT})
endif()

include(CPack)
