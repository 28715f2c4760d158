/* SPDX-License-Identifier: Apache-2.0
 *
 * Which status a wrong call gets, and which one where two things are wrong: every row of
 * status_table.tsv, one test a function.  The parts that know the functions are in status/.
 */
#include "status/status.h"

enum { MAX_ROWS = 4096, MIN_ROWS = 1800, MAX_FAULTS_LEN = 128, COLUMNS = 4 };

#define TABLE   SSLP_TEST_VECTORS "/../shim/status_table.tsv"
#define EXPORTS SSLP_TEST_VECTORS "/../../conf/ncryptssl.map"

static const struct status_family *const families[] = {&status_providers, &status_lookup,
    &status_hashes, &status_keys, &status_signatures, &status_master_keys, &status_records,
    &status_keying_material, &status_key_schedule, &status_companions};

struct row {
    unsigned line;
    const char *columns[COLUMNS]; /* function, faults, status, source */
};

enum { FUNCTION, FAULTS, STATUS, SOURCE };

static char *table; /* cut into strings */
static struct row rows[MAX_ROWS];
static size_t row_count;

#define NAMED(status)                                                                              \
    {                                                                                              \
#        status, status                                                                            \
    }

static const struct {
    const char *name;
    SECURITY_STATUS status;
} statuses[] = {NAMED(ERROR_SUCCESS), NAMED(NTE_BAD_DATA), NAMED(NTE_BAD_SIGNATURE),
    NAMED(NTE_BAD_ALGID), NAMED(NTE_BAD_FLAGS), NAMED(NTE_BAD_KEY), NAMED(NTE_NO_KEY),
    NAMED(NTE_INVALID_HANDLE), NAMED(NTE_INVALID_PARAMETER), NAMED(NTE_BUFFER_TOO_SMALL),
    NAMED(NTE_NOT_SUPPORTED), NAMED(NTE_NO_MORE_ITEMS), NAMED(NTE_NOT_FOUND),
    NAMED(NTE_BUFFERS_OVERLAP), NAMED(NTE_DECRYPTION_FAILURE), NAMED(NTE_INTERNAL_ERROR),
    NAMED(NTE_FAIL), NAMED(STATUS_INVALID_HANDLE), NAMED(STATUS_NOT_FOUND),
    NAMED(STATUS_AUTH_TAG_MISMATCH)};

static bool find_status(const char *name, SECURITY_STATUS *status)
{
    for (size_t i = 0; i < COUNT(statuses); i++) {
        if (strcmp(statuses[i].name, name) == 0) {
            *status = statuses[i].status;
            return true;
        }
    }
    return false;
}

/* ---- The table ---- */

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size = -1;

    if (file != NULL && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    if (size >= 0)
        text = calloc((size_t)size + 1, 1);
    if (text != NULL) {
        rewind(file);
        if (fread(text, 1, (size_t)size, file) != (size_t)size) {
            free(text);
            text = NULL;
        }
    }
    if (file != NULL)
        fclose(file);
    return text;
}

/* Cuts a line at its tabs; every column but that of the faults has to say something. */
static bool cut(char *line, struct row *row)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        row->columns[i] = line;
        line += strcspn(line, "\t");
        if ((*line == '\t') != (i + 1 < COLUMNS))
            return false;
        *line++ = '\0';
        if (*row->columns[i] == '\0' && i != FAULTS)
            return false;
    }
    return true;
}

static bool read_table(void)
{
    unsigned number = 0;
    char *line, *next;

    table = read_file(TABLE);
    if (table == NULL)
        return false;
    for (line = table; *line != '\0'; line = next) {
        next = line + strcspn(line, "\n");
        if (*next != '\0')
            *next++ = '\0';
        number++;
        if (*line == '#' || *line == '\0')
            continue;
        rows[row_count].line = number;
        if (!cut(line, &rows[row_count]) || ++row_count == MAX_ROWS) {
            fprintf(stderr, "%s:%u: not a row\n", TABLE, number);
            return false;
        }
    }
    return true;
}

static const struct status_function *find_function(
    const char *name, const struct status_family **family)
{
    for (size_t i = 0; i < COUNT(families); i++) {
        for (size_t j = 0; j < families[i]->function_count; j++) {
            *family = families[i];
            if (strcmp(families[i]->functions[j].name, name) == 0)
                return &families[i]->functions[j];
        }
    }
    *family = NULL;
    return NULL;
}

/* ---- One row ---- */

/* Whether the word is one of those in the list. */
static bool has_word(const char *list, const char *word)
{
    const size_t len = strlen(word);

    while (*list != '\0') {
        const size_t next = strcspn(list, " ");

        if (next == len && strncmp(list, word, len) == 0)
            return true;
        list += next + (list[next] == ' ');
    }
    return false;
}

/* "argument=value", cut in two. */
static bool spoil(
    const struct status_family *family, const struct status_function *function, char *fault)
{
    char *value = strchr(fault, '=');

    if (value == NULL)
        return false;
    *value++ = '\0';
    if (!has_word(function->arguments, fault))
        return false;
    for (size_t i = 0; i < family->argument_count; i++) {
        if (strcmp(family->arguments[i].name, fault) == 0)
            return family->arguments[i].set(family->arguments[i].argument, value);
    }
    return false;
}

/* What a + joins counts as one fault where the table is compared with the manual page; the call has
 * it as several assignments. */
static bool spoil_all(const struct status_family *family, const struct status_function *function,
    const char *assignments)
{
    char faults[MAX_FAULTS_LEN];
    char *rest = NULL;

    if (strlen(assignments) >= sizeof(faults))
        return false;
    strcpy(faults, assignments);
    for (char *fault = strtok_r(faults, " +", &rest); fault != NULL;
         fault = strtok_r(NULL, " +", &rest)) {
        if (!spoil(family, function, fault))
            return false;
    }
    return true;
}

static void run_row(const struct row *row, const struct status_family *family,
    const struct status_function *function)
{
    char label[512];
    SECURITY_STATUS wanted = ERROR_SUCCESS;

    snprintf(label, sizeof(label), "row %u: %s(%s), %s", row->line, row->columns[FUNCTION],
        row->columns[FAULTS], row->columns[SOURCE]);
    status_row = label;
    family->prepare();
    if (function->prepare != NULL)
        function->prepare();
    if (EXPECT(spoil_all(family, function, row->columns[FAULTS]), label) &&
        EXPECT(find_status(row->columns[STATUS], &wanted), label))
        EXPECT_STATUS(function->call(), wanted, label);
    status_row = "";
}

/* ---- Tests ---- */

static void test_function(void)
{
    const char *name = CU_get_current_test()->pName;
    const struct status_family *family;
    const struct status_function *function = find_function(name, &family);
    unsigned count = 0, without_fault = 0;

    for (size_t i = 0; i < row_count; i++) {
        if (strcmp(rows[i].columns[FUNCTION], name) != 0)
            continue;
        count++;
        without_fault += *rows[i].columns[FAULTS] == '\0';
        run_row(&rows[i], family, function);
    }
    printf("%u rows ", count);
    EXPECT(without_fault == 1, name);
}

static bool repeats(size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(rows[i].columns[FUNCTION], rows[index].columns[FUNCTION]) == 0 &&
            strcmp(rows[i].columns[FAULTS], rows[index].columns[FAULTS]) == 0)
            return true;
    }
    return false;
}

static void test_the_table_is_complete(void)
{
    const struct status_family *family;

    printf("%zu rows in all ", row_count);
    CU_ASSERT(row_count >= MIN_ROWS);
    for (size_t i = 0; i < row_count; i++) {
        EXPECT(
            find_function(rows[i].columns[FUNCTION], &family) != NULL, rows[i].columns[FUNCTION]);
        EXPECT(!repeats(i), rows[i].columns[FAULTS]);
    }
}

/* The list of exports has one name a line; the functions are in a family each, but for one that
 * answers with a BOOL. */
static void test_every_export_is_tested(void)
{
    char *exports = read_file(EXPORTS);
    const struct status_family *family;
    char *rest = NULL;

    if (!EXPECT(exports != NULL, EXPORTS))
        return;
    for (char *name = strtok_r(exports, " \n;", &rest); name != NULL;
         name = strtok_r(NULL, " \n;", &rest)) {
        if (strcmp(name, "NCryptIsKeyHandle") == 0)
            continue;
        if (strcmp(name, "GetSChannelInterface") == 0 || strncmp(name, "Ssl", 3) == 0 ||
            strncmp(name, "NCrypt", 6) == 0 || strncmp(name, "Ncryptssl", 9) == 0)
            EXPECT(find_function(name, &family) != NULL, name);
    }
    free(exports);
}

static bool add_tests(void)
{
    CU_pSuite suite = CU_add_suite("table", NULL, NULL);

    if (suite == NULL || CU_ADD_TEST(suite, test_the_table_is_complete) == NULL ||
        CU_ADD_TEST(suite, test_every_export_is_tested) == NULL)
        return false;
    for (size_t i = 0; i < COUNT(families); i++) {
        suite = CU_add_suite(families[i]->name, NULL, NULL);
        if (suite == NULL)
            return false;
        for (size_t j = 0; j < families[i]->function_count; j++) {
            if (CU_add_test(suite, families[i]->functions[j].name, test_function) == NULL)
                return false;
        }
    }
    return true;
}

static bool run_all(void)
{
    unsigned failures = 1;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return false;
    if (add_tests()) {
        CU_basic_set_mode(CU_BRM_VERBOSE);
        CU_basic_run_tests();
        failures = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
    }
    CU_cleanup_registry();
    return failures == 0;
}

/* The objects are made once, since generating keys takes longer than all calls together. */
int main(void)
{
    bool passed = read_table() && status_objects_open() && run_all();

    passed = status_objects_close() && passed;
    free(table);
    return passed ? 0 : 1;
}
