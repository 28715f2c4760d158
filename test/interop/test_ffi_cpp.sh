#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A captured connection in clear with C++17 and the headers.
#
# Usage: test_ffi_cpp.sh SOURCE-DIR BUILD-DIR
. "$(dirname "$0")/ffi_examples.sh"

command -v c++ >/dev/null || skip 'C++ compiler (g++)'
c++ -std=c++17 -Wall -Wextra -Wconversion -Werror -I"$source/include/ncryptssl" \
    -o "$work/decrypt_capture" "$examples/decrypt_capture.cpp" -L"$build/lib" -lncryptssl \
    >"$work/log" 2>&1 || { cat "$work/log"; fail "decrypt_capture.cpp does not compile"; }
check C++ "$work/decrypt_capture"
