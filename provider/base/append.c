/* SPDX-License-Identifier: Apache-2.0 */
#include "base/append.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool remember(struct sslp_append_file *file, int descriptor)
{
    struct stat status;

    if (descriptor < 0)
        return false;
    if (fstat(descriptor, &status) != 0) {
        close(descriptor);
        return false;
    }
    *file = (struct sslp_append_file){descriptor, status.st_dev, status.st_ino};
    return true;
}

/* A pipe that nobody reads makes the call fail, where it would wait otherwise. */
bool sslp_append_open(struct sslp_append_file *file, const char *path)
{
    return remember(file,
        open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
            S_IRUSR | S_IWUSR));
}

/* Above the standard ones, which a program may close and open again as it likes. */
bool sslp_append_to(struct sslp_append_file *file, int descriptor)
{
    return remember(file, fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

static bool is_still_there(const struct sslp_append_file *file)
{
    const int error = errno;
    struct stat status;
    const bool there = fstat(file->descriptor, &status) == 0 && status.st_dev == file->device &&
        status.st_ino == file->inode;

    errno = error;
    return there;
}

void sslp_append_close(struct sslp_append_file *file)
{
    if (is_still_there(file))
        close(file->descriptor);
}

/* The signals that a write can send: nobody reads the pipe, or a limit of the process is reached.
 */
static void signals_of_write(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGPIPE);
    sigaddset(set, SIGXFSZ);
}

/* Takes away what the write has sent to this thread, but not what was there before. */
static void take_away(const sigset_t *sent, const sigset_t *pending_before)
{
    static const struct timespec at_once = {0, 0};
    sigset_t unwanted = *sent;

    if (sigismember(pending_before, SIGPIPE) == 1)
        sigdelset(&unwanted, SIGPIPE);
    if (sigismember(pending_before, SIGXFSZ) == 1)
        sigdelset(&unwanted, SIGXFSZ);
    while (sigtimedwait(&unwanted, NULL, &at_once) > 0 || errno == EINTR)
        continue;
}

size_t sslp_write_quietly(int descriptor, const void *data, size_t len)
{
    const int error = errno;
    sigset_t sent, mask, pending;
    ssize_t written;

    signals_of_write(&sent);
    sigemptyset(&pending);
    if (pthread_sigmask(SIG_BLOCK, &sent, &mask) != 0)
        return 0;
    (void)sigpending(&pending);
    written = write(descriptor, data, len);
    take_away(&sent, &pending);
    (void)pthread_sigmask(SIG_SETMASK, &mask, NULL);
    errno = error;
    return written < 0 ? 0 : (size_t)written;
}

size_t sslp_append(const struct sslp_append_file *file, const void *data, size_t len)
{
    return is_still_there(file) ? sslp_write_quietly(file->descriptor, data, len) : 0;
}
