/* SPDX-License-Identifier: Apache-2.0
 *
 * The file that SSLKEYLOGFILE names: which files are written to, and what is left of the lines
 * where there is no room for them.
 */

/* For unshare, which POSIX does not have. */
#define _GNU_SOURCE

#include "shim/support.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LINE_LEN =
        13 + 1 + 2 * RANDOM_LEN + 1 + 2 * MASTER_KEY_LEN + 1, /* CLIENT_RANDOM and two numbers */
    HALF_LEN = LINE_LEN / 2,
    MAX_TEXT = 8192,
    LIFE = 120, /* seconds; of a program that waits for a pipe */
    NOT_POSSIBLE = 77
};

static NCRYPT_PROV_HANDLE provider;
static NCRYPT_KEY_HANDLE master;
static char folder[] = "/tmp/sslprovider-key-log-XXXXXX";
static char line[LINE_LEN + 1]; /* the one that every call writes */
static char text[MAX_TEXT];

static const char *path_of(const char *name)
{
    static char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

/* What the file holds. */
static const char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t len = 0;

    if (file != NULL) {
        len = fread(text, 1, sizeof(text) - 1, file);
        fclose(file);
    }
    text[len] = '\0';
    return text;
}

static void write_file(const char *path, const char *content, mode_t mode)
{
    FILE *file = fopen(path, "wb");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(content, file);
    fclose(file);
    CU_ASSERT(chmod(path, mode) == 0);
}

/* Appends one line, if the log can be written to. */
static bool log_to(const char *path)
{
    struct key_pair keys;
    SECURITY_STATUS status;

    setenv("SSLKEYLOGFILE", path, 1);
    status = generate(provider, master, &keys);
    if (status == ERROR_SUCCESS)
        free_pair(&keys);
    unsetenv("SSLKEYLOGFILE");
    return status == ERROR_SUCCESS;
}

/* ---- Which files ---- */

static void expect_untouched(const char *name, const char *label)
{
    EXPECT(log_to(path_of(name)), label);
    EXPECT(strcmp(read_file(path_of(name)), "before\n") == 0, label);
    CU_ASSERT(unlink(path_of(name)) == 0);
}

static void test_own_files_are_written(void)
{
    struct stat status = {.st_mode = 0};

    EXPECT(log_to(path_of("new")), "new");
    CU_ASSERT(stat(path_of("new"), &status) == 0 && (status.st_mode & 07777) == 0600);
    EXPECT(log_to(path_of("new")), "again");
    EXPECT(strncmp(read_file(path_of("new")), line, LINE_LEN) == 0, "first line");
    EXPECT(strcmp(text + LINE_LEN, line) == 0, "second line");
    write_file(path_of("new"), "before\n", 0644);
    EXPECT(log_to(path_of("new")), "readable by all");
    EXPECT(strcmp(read_file(path_of("new")) + strlen("before\n"), line) == 0, "readable by all");
    CU_ASSERT(unlink(path_of("new")) == 0);
}

static void test_files_that_others_can_write_are_refused(void)
{
    write_file(path_of("log"), "before\n", 0620);
    expect_untouched("log", "writable by the group");
    write_file(path_of("log"), "before\n", 0602);
    expect_untouched("log", "writable by others");
}

static void test_files_of_other_users_are_refused(void)
{
    if (geteuid() != 0) {
        puts("left out: a file can be given to another user by root alone");
        return;
    }
    write_file(path_of("log"), "before\n", 0644);
    CU_ASSERT(chown(path_of("log"), 12345, 12345) == 0);
    expect_untouched("log", "of another user");
}

static void test_symbolic_and_hard_links_are_refused(void)
{
    char target[PATH_MAX];

    write_file(path_of("target"), "before\n", 0600);
    snprintf(target, sizeof(target), "%s", path_of("target"));
    CU_ASSERT(symlink(target, path_of("log")) == 0);
    expect_untouched("log", "symbolic link");
    CU_ASSERT(link(target, path_of("log")) == 0);
    expect_untouched("log", "second name");
    CU_ASSERT(unlink(target) == 0);
}

/* An alarm ends a program that waits for a reader of the pipe. */
static void test_pipes_devices_and_folders_are_refused(void)
{
    char byte;
    int reader;

    CU_ASSERT(mkfifo(path_of("pipe"), 0600) == 0);
    alarm(LIFE);
    EXPECT(log_to(path_of("pipe")), "pipe without a reader");
    reader = open(path_of("pipe"), O_RDONLY | O_NONBLOCK);
    EXPECT(log_to(path_of("pipe")), "pipe with a reader");
    CU_ASSERT(read(reader, &byte, 1) <= 0);
    close(reader);
    EXPECT(log_to("/dev/full"), "device");
    EXPECT(log_to(folder), "folder");
    EXPECT(log_to(path_of("none/log")), "no such folder");
    alarm(0);
    CU_ASSERT(unlink(path_of("pipe")) == 0);
}

/* ---- No room ---- */

/* The first line, half of one, and that of the last call on a line of its own. */
static bool is_recovered(const char *content)
{
    return strncmp(content, line, LINE_LEN) == 0 &&
        strncmp(content + LINE_LEN, line, HALF_LEN) == 0 && content[LINE_LEN + HALF_LEN] == '\n' &&
        strcmp(content + LINE_LEN + HALF_LEN + 1, line) == 0;
}

/* The exit status of a child that does the work; -1 if a signal has ended it. */
static int in_child(int (*work)(void))
{
    pid_t child;
    int status = 0;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        alarm(LIFE);
        _exit(work());
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

static bool limit_files(rlim_t size)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
        return false;
    limit.rlim_cur = size;
    return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* The second line fits by half, the third not at all. */
static int reach_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || !limit_files(LINE_LEN + HALF_LEN))
        return 1;
    for (int i = 0; i < 3; i++) {
        if (!log_to(path_of("log")))
            return 2;
    }
    if (!limit_files(limit.rlim_max) || !log_to(path_of("log")))
        return 3;
    return is_recovered(read_file(path_of("log"))) ? 0 : 4;
}

static void test_log_recovers_from_a_limit_on_file_size(void)
{
    CU_ASSERT_EQUAL(in_child(reach_limit), 0);
    CU_ASSERT(unlink(path_of("log")) == 0);
}

/* Writing the log leaves signals alone: a pending one stays pending, none is added, and the mask is
 * as before. */
static int keep_signals(void)
{
    sigset_t set, waiting, mask;

    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    if (!limit_files(1) || !log_to(path_of("log")) || !log_to(path_of("log")))
        return 1;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    if (sigismember(&mask, SIGXFSZ) != 0)
        return 2;
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (!log_to(path_of("log")) || sigpending(&waiting) != 0 || sigismember(&waiting, SIGXFSZ) != 0)
        return 3;
    raise(SIGXFSZ);
    if (!log_to(path_of("log")) || sigpending(&waiting) != 0 || sigismember(&waiting, SIGXFSZ) != 1)
        return 4;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return sigismember(&mask, SIGXFSZ) == 1 ? 0 : 5;
}

static void test_signals_of_the_program_are_left_alone(void)
{
    CU_ASSERT_EQUAL(in_child(keep_signals), 0);
    CU_ASSERT(unlink(path_of("log")) == 0);
}

/* A file of blank lines. */
static void write_blank(const char *path, long len)
{
    memset(text, '\n', (size_t)len);
    text[len] = '\0';
    write_file(path, text, 0600);
}

/* A small file system that only this child sees.  Its room is a page for the log and one that is
 * given away until the last line. */
static int fill_disk(void)
{
    const long page = sysconf(_SC_PAGESIZE);
    char options[64], filler[PATH_MAX];
    const char *content;

    snprintf(options, sizeof(options), "size=%ld", 2 * page);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "", MS_REC | MS_PRIVATE, "") != 0 ||
        mount("none", folder, "tmpfs", 0, options) != 0)
        return NOT_POSSIBLE;
    snprintf(filler, sizeof(filler), "%s", path_of("filler"));
    write_file(filler, "x", 0600);
    /* So that the first line and half of the second end the page. */
    write_blank(path_of("log"), page - LINE_LEN - HALF_LEN);
    for (int i = 0; i < 3; i++) {
        if (!log_to(path_of("log")))
            return 3;
    }
    if (unlink(filler) != 0 || !log_to(path_of("log")))
        return 4;
    content = read_file(path_of("log"));
    return is_recovered(content + page - LINE_LEN - HALF_LEN) ? 0 : 5;
}

static void test_log_recovers_from_a_full_disk(void)
{
    const int status = in_child(fill_disk);

    if (status == NOT_POSSIBLE)
        puts("left out: no file system can be mounted here");
    else
        CU_ASSERT_EQUAL(status, 0);
}

/* ---- The program ---- */

static int set_up(void)
{
    if (mkdtemp(folder) == NULL || SslOpenProvider(&provider, NULL, 0) != ERROR_SUCCESS)
        return 1;
    setenv("SSLKEYLOGFILE", "/dev/null", 1); /* the master key is to be exportable */
    if (import_master(provider, TLS1_2_PROTOCOL_VERSION, SUITE_AES128_GCM, NCRYPT_SSL_CLIENT_FLAG,
            &master) != ERROR_SUCCESS ||
        !log_to(path_of("first")))
        return 1;
    if (strlen(read_file(path_of("first"))) != LINE_LEN)
        return 1;
    memcpy(line, text, sizeof(line));
    return unlink(path_of("first")) != 0;
}

static int tear_down(void)
{
    SslFreeObject(master, 0);
    SslFreeObject(provider, 0);
    return rmdir(folder) != 0;
}

int main(void)
{
    static const struct named_test tests[] = {
        TEST(test_own_files_are_written),
        TEST(test_files_that_others_can_write_are_refused),
        TEST(test_files_of_other_users_are_refused),
        TEST(test_symbolic_and_hard_links_are_refused),
        TEST(test_pipes_devices_and_folders_are_refused),
        TEST(test_log_recovers_from_a_limit_on_file_size),
        TEST(test_signals_of_the_program_are_left_alone),
        TEST(test_log_recovers_from_a_full_disk),
    };

    return RUN_TESTS("the file of the key log", set_up, tear_down, tests);
}
