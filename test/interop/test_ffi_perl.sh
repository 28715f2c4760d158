#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A captured connection in clear with Perl's FFI::Platypus.
#
# Usage: test_ffi_perl.sh SOURCE-DIR BUILD-DIR
. "$(dirname "$0")/ffi_examples.sh"

command -v perl >/dev/null && perl -MFFI::Platypus=2.00 -e 1 2>/dev/null ||
    skip 'FFI::Platypus (libffi-platypus-perl)'
check Perl perl "$examples/decrypt_capture.pl"
