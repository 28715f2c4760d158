# SPDX-License-Identifier: Apache-2.0
#
# What is installed where, and the components: the packages that conf/packages.cmake makes.

# The ABI of libncryptssl, which its soname, its package and conf/ncryptssl.map name.  CONTRIBUTING.md has
# the rule.
set(SSLP_SOVERSION 1)

set(SSLP_MODULE_COMPONENT sslprovider)
set(SSLP_LIBRARY_COMPONENT libncryptssl${SSLP_SOVERSION})
set(SSLP_DEVELOPMENT_COMPONENT libncryptssl-dev)

# The folder where the libcrypto of this build looks for modules, as its own pkg-config file has it.
set(openssl_modules_dir)
find_program(PKG_CONFIG_EXECUTABLE pkg-config)
cmake_path(GET OPENSSL_CRYPTO_LIBRARY PARENT_PATH openssl_pc_dir)
cmake_path(APPEND openssl_pc_dir pkgconfig)
if(PKG_CONFIG_EXECUTABLE AND EXISTS ${openssl_pc_dir}/libcrypto.pc)
    execute_process(
        COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${openssl_pc_dir}
                ${PKG_CONFIG_EXECUTABLE} --variable=modulesdir libcrypto
        OUTPUT_VARIABLE openssl_modules_dir OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()

# The prefix is known only at `cmake --install`, which may name a new one.  If it is the prefix of
# OpenSSL, the module goes where OpenSSL looks.  SSLP_MODULES_DIR is relative to the prefix.
install(CODE "
    cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_PREFIX NORMALIZE OUTPUT_VARIABLE sslp_prefix)
    set(sslp_modules \"${CMAKE_INSTALL_LIBDIR}/ossl-modules\")
    set(sslp_openssl_modules \"${openssl_modules_dir}\")
    cmake_path(IS_PREFIX sslp_prefix \"\${sslp_openssl_modules}\" NORMALIZE sslp_found_by_openssl)
    if(sslp_found_by_openssl)
        set(sslp_modules \"\${sslp_openssl_modules}\")
    endif()
    cmake_path(ABSOLUTE_PATH sslp_modules BASE_DIRECTORY \"\${sslp_prefix}\" NORMALIZE)
    set(SSLP_MODULE_PATH \"\${sslp_modules}/sslprovider.so\")
    cmake_path(RELATIVE_PATH sslp_modules BASE_DIRECTORY \"\${sslp_prefix}\"
               OUTPUT_VARIABLE SSLP_MODULES_DIR)" ALL_COMPONENTS)
