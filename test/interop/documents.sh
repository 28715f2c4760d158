# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the tests that run what the documents print.  A block is what stands between fences in
# README.md, and in a manual page a run of indented lines.
#
#   source      folder of the project

services_page=$source/provider/man/sslprovider-services.7.pod

# write_blocks DOCUMENT FOLDER: a file for each block, named by the document and the line it begins at.
write_blocks() {
    case $1 in
    *.md)
        awk -v prefix="$2/${1##*/}" '
            /^```/ { inside = !inside; if (inside) out = sprintf("%s.%04d", prefix, NR + 1)
                     else close(out); next }
            inside { print >out }' "$1"
        ;;
    *.pod)
        # Empty lines belong to a block when indented ones follow.
        awk -v prefix="$2/${1##*/}" '
            /^[^ ]/ { if (inside) close(out); inside = 0; next }
            /^$/ { empty++; next }
            !inside { out = sprintf("%s.%04d", prefix, NR); inside = 1; empty = 0 }
            { for (; empty > 0; empty--) print "" >out; print substr($0, 2) >out }' "$1"
        ;;
    esac
}

# stands_behind DOCUMENT LINE: the block that begins at this line follows another one, after a paragraph at most.
stands_behind() {
    awk -v begin="$2" '
        { line[NR] = $0 }
        NR == begin {
            at = begin - 1
            if (line[at] ~ /^```/) at-- # the fence
            while (at > 0 && line[at] == "") at--
            if (line[at] ~ /^[^ =`]/) while (line[at] != "") at--
            while (at > 0 && line[at] == "") at--
            exit
        }
        END { exit line[at] !~ /^( |```)/ }' "$1"
}

# documented_block NAME [DOCUMENT]: the block that begins with the comment "# NAME", in the page on
# services where no document is given.
documented_block() {
    blocks=$(mktemp -d) || return 1
    write_blocks "${2:-$services_page}" "$blocks"
    found=$(for file in "$blocks"/*; do
        [ "$(head -n 1 "$file")" != "# $1" ] || echo "$file"
    done)
    # One block has the name; two names would be split.
    [ -f "$found" ] && cat "$found"
    status=$?
    rm -rf "$blocks"
    return $status
}

# with_module MODULE: a configuration on standard input, with this module in the place of the printed one.
with_module() {
    sed -e '/^module = /d' -e "s|^\[sslprovider_sect]\$|&\\nmodule = $1|"
}
