#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The manual page ncryptssl-status(7) and the table of the status test say the same: each row cites an
# item of its function that names the row's status, each item has a row, and of two faults that which
# comes first on the page is the one that is noticed.  A function that answers with a BOOL has no list.
# test_status.c runs the rows.
#
#   sh check_status.sh SOURCE_DIR
set -u
LC_ALL=C
export LC_ALL

cd -- "$1" || exit 2

page=provider/man/ncryptssl-status.7.pod
table=test/shim/status_table.tsv

awk -F '\t' -v page="$page" -v table="$table" -v exports=conf/ncryptssl.map \
    -v headers=include/ncryptssl/ncrypt.h '
    function fault(text) {
        print text
        failed = 1
    }

    # The names of an =head2, which may be several functions; none where it is another heading.
    function read_heading(text,   i) {
        count = split(text, names, ", ")
        for (i = 1; i <= count; i++) {
            if (names[i] !~ /^(GetSChannel|NCrypt|Ncryptssl|Ssl)[A-Za-z]*$/)
                count = 0
        }
        number = 0
    }

    function read_page(line,   i) {
        if (line ~ /^=head/)
            read_heading(line ~ /^=head2 / ? substr(line, 8) : "")
        else if (count > 0 && line ~ /^=item [0-9]+\.$/) {
            if (substr(line, 7) + 0 != ++number)
                fault(page ": " names[1] ": item " number " expected: " line)
            for (i = 1; i <= count; i++)
                last[names[i]] = number
        } else if (count > 0 && line ~ /^=for comment untested: ./) {
            for (i = 1; i <= count; i++)
                untested[names[i], number] = 1
        } else if (number > 0 && line !~ /^=/) {
            for (i = 1; i <= count; i++)
                text[names[i], number] = text[names[i], number] " " line
        }
    }

    # Changes in one order, whatever order the row has them in; only those of the set of bits.
    function key(name, changes, n, bits,   i, j, chosen, m, swap, joined) {
        m = 0
        for (i = 1; i <= n; i++) {
            if (int(bits / 2 ^ (i - 1)) % 2 == 1)
                chosen[++m] = changes[i]
        }
        for (i = 2; i <= m; i++) {
            for (j = i; j > 1 && chosen[j - 1] > chosen[j]; j--) {
                swap = chosen[j]
                chosen[j] = chosen[j - 1]
                chosen[j - 1] = swap
            }
        }
        joined = name
        for (i = 1; i <= m; i++)
            joined = joined " " chosen[i]
        return joined
    }

    # The item of a citation, 0 for one that is none.
    function cited_item(name, citation,   words) {
        split(citation, words, " ")
        if (citation ~ /^ncryptssl-status [A-Za-z]+ [0-9]+$/)
            return words[2] == name ? words[3] + 0 : 0
        if (citation ~ /^Microsoft [A-Za-z]+, item [0-9]+$/)
            return words[2] == name "," ? words[4] + 0 : 0
        if (citation ~ /^RFC [0-9]+ section [0-9.]+, item [0-9]+$/)
            return words[6] + 0
        return 0
    }

    function read_row(   item, n, changes) {
        if (NF != 4) {
            fault(table ":" FNR ": not a row")
            return
        }
        item = cited_item($1, $4)
        if (item < 1 || item > last[$1] + 0) {
            fault(table ":" FNR ": cites no item of " $1 ": " $4)
            return
        }
        if ((text[$1, item] " ") !~ ("[^A-Z_]" $3 "[^A-Z_]"))
            fault(table ":" FNR ": item " item " of " $1 " does not name " $3)
        if ($2 == "" && item != last[$1])
            fault(table ":" FNR ": a call without a fault passes to the last item")
        rows++
        row_line[rows] = FNR
        row_name[rows] = $1
        row_changes[rows] = $2
        row_item[rows] = item
        has_row[$1, item] = 1
        n = split($2, changes, " ")
        item_of[key($1, changes, n, 2 ^ n - 1)] = item
    }

    function includes(bits, wanted,   i) {
        for (i = 1; i <= wanted; i *= 2) {
            if (int(wanted / i) % 2 == 1 && int(bits / i) % 2 == 0)
                return 0
        }
        return 1
    }

    # A row with some of the changes of another shows a part of what is wrong there.  What else is
    # wrong can be noticed sooner, never later, and with all of it in two such rows the sooner one
    # decides.  A change by which a call still passes makes another call, of which all rows have it.
    function check_order(r,   name, n, changes, all, bits, other, base, part) {
        name = row_name[r]
        n = split(row_changes[r], changes, " ")
        if (n < 2)
            return
        all = 2 ^ n - 1
        base = 0
        for (bits = 1; bits <= all; bits++) {
            part[bits] = item_of[key(name, changes, n, bits)] + 0
            if (part[bits] == last[name]) {
                part[bits] = 0
                if (log(bits) / log(2) == int(log(bits) / log(2) + 0.5))
                    base += bits
            }
        }
        for (bits = 1; bits < all; bits++) {
            if (part[bits] == 0 || !includes(bits, base))
                continue
            if (row_item[r] > part[bits])
                fault(table ":" row_line[r] ": item " row_item[r] ", although item " part[bits] \
                    " applies: " key(name, changes, n, bits))
            for (other = 1; other < bits; other++) {
                if (part[other] == 0 || !includes(other, base) || !covers(bits, other, n))
                    continue
                compared[r] = 1
                if (row_item[r] < part[bits] && row_item[r] < part[other])
                    fault(table ":" row_line[r] ": item " row_item[r] " before items " part[other] \
                        " and " part[bits] ", which are all that is wrong")
            }
        }
    }

    function covers(a, b, n,   i) {
        for (i = 0; i < n; i++) {
            if (int(a / 2 ^ i) % 2 == 0 && int(b / 2 ^ i) % 2 == 0)
                return 0
        }
        return 1
    }

    BEGIN { number = count = 0 }
    FILENAME == page { read_page($0); next }
    FILENAME == headers {
        if ($0 ~ /^NCRYPTSSL_API BOOL WINAPI [A-Za-z]+\(/) {
            sub(/\(.*/, "")
            sub(/.* /, "")
            answers[$0] = 1
        }
        next
    }
    FILENAME == exports {
        if ($0 ~ /^ +[A-Za-z]+;$/) {
            gsub(/[ ;]/, "")
            functions++
            if (!($0 in last) && !($0 in answers))
                fault(page ": no list of " $0)
        }
        next
    }
    /^#/ || /^$/ { next }
    { read_row() }

    END {
        for (name in last) {
            for (i = 1; i <= last[name]; i++) {
                items++
                if (text[name, i] !~ /[^A-Z_](ERROR|NTE|STATUS)_[A-Z]/)
                    fault(page ": " name ": item " i " names no status")
                if (has_row[name, i] && untested[name, i])
                    fault(page ": " name ": item " i " has a row, and is said to have none")
                if (!has_row[name, i] && !untested[name, i])
                    fault(table ": no row for item " i " of " name)
                without += !has_row[name, i]
            }
        }
        for (r = 1; r <= rows; r++)
            check_order(r)
        for (r in compared)
            pairs++
        if (functions < 52 || items < 380 || rows < 1800 || pairs < 400)
            fault("too little was read: " functions + 0 " functions, " items + 0 " items, " \
                rows + 0 " rows, " pairs + 0 " of which have two known faults")
        if (failed)
            exit 1
        print "status: " items " items of " functions " functions, " without " without a row; " \
            rows " rows, " pairs " of which have two known faults"
    }' "$page" include/ncryptssl/ncrypt.h conf/ncryptssl.map "$table"
