/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <openssl/crypto.h>

void report_add_line(struct report *report, struct report_line line)
{
    bench_require(report->line_count < REPORT_MAX_LINES, "listing a line");
    report->lines[report->line_count++] = line;
}

void report_add_bound(struct report *report, const char *name, double value, double bound)
{
    bench_require(report->bound_count < REPORT_MAX_BOUNDS, "listing a bound");
    report->bounds[report->bound_count++] = (struct report_bound){name, value, bound};
}

bool report_keeps_bounds(const struct report *report)
{
    for (size_t i = 0; i < report->bound_count; i++) {
        if (report->bounds[i].value > report->bounds[i].bound)
            return false;
    }
    return true;
}

static void text_ratio(FILE *out, double ratio)
{
    if (ratio == 0)
        fprintf(out, " %12s", "");
    else
        fprintf(out, " %12.3f", ratio);
}

static void text_lines(const struct report *report, FILE *out)
{
    fprintf(out, "%-44s %10s %12s %12s\n", "", "ns", "of OpenSSL", "of the floor");
    for (size_t i = 0; i < report->line_count; i++) {
        const struct report_line *line = &report->lines[i];

        if (line->begins_part && i != 0)
            fputc('\n', out);
        fprintf(out, "%-44s %10.0f", line->name, line->ns);
        text_ratio(out, line->of_openssl);
        text_ratio(out, line->of_floor);
        fputc('\n', out);
    }
}

static void text_threads(const struct threads_result *threads, FILE *out)
{
    fprintf(out,
        "\ntwo threads, of one: nothing shared %.2f, neighbouring handles %.2f, one key %.2f\n",
        threads->nothing_shared, threads->neighbours, threads->shared);
}

static void text_memory(const struct memory_result *memory, FILE *out)
{
    fprintf(out, "\nkey object and handle: %.0f bytes\n", memory->bytes);
    fprintf(out, "random handle among %d, of one: %.2f (control %.2f)\n", memory->objects,
        memory->random, memory->control);
}

static void text_bounds(const struct report *report, FILE *out)
{
    fputc('\n', out);
    for (size_t i = 0; i < report->bound_count; i++) {
        const struct report_bound *bound = &report->bounds[i];

        fprintf(out, "%-64s %8.3f, at most %7.3f%s\n", bound->name, bound->value, bound->bound,
            bound->value > bound->bound ? ": MISSED" : "");
    }
}

void report_text(const struct report *report, FILE *out)
{
    fprintf(out, "%s; medians of %d rounds\n\n", OpenSSL_version(OPENSSL_VERSION), report->rounds);
    text_lines(report, out);
    if (report->has_threads)
        text_threads(&report->threads, out);
    if (report->has_memory)
        text_memory(&report->memory, out);
    text_bounds(report, out);
}

/* ---- Bar chart ---- */

enum {
    LABEL_WIDTH = 300,
    BAR_WIDTH = 360,
    NUMBER_WIDTH = 90,
    BAR_HEIGHT = 16,
    LINE_HEIGHT = 22,
    PART_GAP = 14,
    MARGIN = 12
};

static double longest_of_part(const struct report *report, size_t first)
{
    double longest = report->lines[first].ns;

    for (size_t i = first + 1; i < report->line_count && !report->lines[i].begins_part; i++) {
        if (report->lines[i].ns > longest)
            longest = report->lines[i].ns;
    }
    return longest;
}

static int svg_height(const struct report *report)
{
    int height = 2 * MARGIN;

    for (size_t i = 0; i < report->line_count; i++)
        height += LINE_HEIGHT + (report->lines[i].begins_part && i != 0 ? PART_GAP : 0);
    return height;
}

/* Names have no character that XML would take for its own. */
static void svg_bar(const struct report_line *line, double longest, int y, FILE *out)
{
    const double width = line->ns / longest * BAR_WIDTH;
    const int text_y = y + BAR_HEIGHT - 4;

    fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", LABEL_WIDTH - 8, text_y,
        line->name);
    fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n",
        LABEL_WIDTH, y, width, BAR_HEIGHT, line->is_subject ? "#1f6f8b" : "#b8b8b8");
    fprintf(out, "<text x=\"%.1f\" y=\"%d\">%.0f ns</text>\n", LABEL_WIDTH + width + 6, text_y,
        line->ns);
}

/* Every part has a scale of its own. */
void report_svg(const struct report *report, FILE *out)
{
    const int width = LABEL_WIDTH + BAR_WIDTH + NUMBER_WIDTH, height = svg_height(report);
    double longest = 0;
    int y = MARGIN;

    fprintf(out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
        "font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n",
        width, height);
    fprintf(out, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, height);
    for (size_t i = 0; i < report->line_count; i++) {
        const struct report_line *line = &report->lines[i];

        if (line->begins_part) {
            longest = longest_of_part(report, i);
            y += i == 0 ? 0 : PART_GAP;
        }
        svg_bar(line, longest, y, out);
        y += LINE_HEIGHT;
    }
    fputs("</svg>\n", out);
}
