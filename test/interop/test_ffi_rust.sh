#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A captured connection in clear with Rust's extern block.
#
# Usage: test_ffi_rust.sh SOURCE-DIR BUILD-DIR
. "$(dirname "$0")/ffi_examples.sh"

command -v rustc >/dev/null || skip rustc
rustc --edition 2021 -D warnings -L "$build/lib" -o "$work/decrypt_capture" \
    "$examples/decrypt_capture.rs" >"$work/log" 2>&1 ||
    { cat "$work/log"; fail "decrypt_capture.rs does not compile"; }
check Rust "$work/decrypt_capture"
