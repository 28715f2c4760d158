# SPDX-License-Identifier: Apache-2.0
#
# How everything is compiled: warnings, hardening, and no path of the build folder in the result.
# Flags that this compiler or machine does not have are left out.
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)

# Unknown flags are errors here, because clang only warns of a flag for another machine, for each file.
function(sslp_add_known_flags)
    set(CMAKE_REQUIRED_FLAGS -Werror)
    foreach(flag IN LISTS ARGN)
        string(MAKE_C_IDENTIFIER "SSLP_KNOWS${flag}" known)
        check_c_compiler_flag(${flag} ${known})
        if(${known})
            add_compile_options(${flag})
        endif()
    endforeach()
endfunction()

# Without optimisation the checks of the C library cause a warning, and they hide faults from a
# sanitizer.  A level in the flags of the caller stays as it is.
function(sslp_fortify config)
    string(TOUPPER "${config}" upper)
    set(flags "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${upper}}")
    if(flags MATCHES "_FORTIFY_SOURCE")
        return()
    endif()
    set(CMAKE_TRY_COMPILE_CONFIGURATION ${config})
    foreach(level IN ITEMS 3 2)
        string(MAKE_C_IDENTIFIER "SSLP_FORTIFY_${level}_${flags}" usable)
        set(CMAKE_REQUIRED_DEFINITIONS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${level})
        check_c_source_compiles("
            #include <stddef.h>
            #if !defined(__OPTIMIZE__) || (_FORTIFY_SOURCE > 2 && __USE_FORTIFY_LEVEL < 3)
            #error not at this level
            #endif
            int main(void) { return 0; }" ${usable})
        if(${usable})
            add_compile_options("$<$<CONFIG:${config}>:${CMAKE_REQUIRED_DEFINITIONS}>")
            return()
        endif()
    endforeach()
endfunction()

# Strict C11 hides the POSIX names of the C library unless a POSIX level is defined.
add_compile_definitions(_POSIX_C_SOURCE=200809L)
add_compile_options(-Wall -Wextra -Wconversion $<$<BOOL:${SSLP_WERROR}>:-Werror>)

# Stack canaries, and jump and return targets that the processor checks, on x86 and on ARM.
sslp_add_known_flags(-fstack-protector-strong -fcf-protection=full -mbranch-protection=standard)

# GCC makes string instructions of copies whose length it knows to be small.  On x86 they take longer
# to begin than a hash takes for a block.
sslp_add_known_flags(-mstringop-strategy=libcall)

if(SSLP_SANITIZE)
    # Some compilers fortify by default.
    add_compile_options(-U_FORTIFY_SOURCE)
    add_compile_options(-fsanitize=${SSLP_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${SSLP_SANITIZE})
else()
    foreach(config IN LISTS CMAKE_CONFIGURATION_TYPES CMAKE_BUILD_TYPE)
        sslp_fortify(${config})
    endforeach()
endif()

# OpenSSL's error queue names source files: their paths are relative to the top folder.  In a debug
# build a debugger finds the files without help.
check_c_compiler_flag(-ffile-prefix-map=/from/=/to/ SSLP_KNOWS_file_prefix_map)
if(SSLP_KNOWS_file_prefix_map)
    set(map -f$<IF:$<CONFIG:Debug>,macro,file>-prefix-map=)
    add_compile_options(${map}${PROJECT_BINARY_DIR}=. ${map}${PROJECT_SOURCE_DIR}/=)
endif()
