/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/support/run_again.h"

#include "common/run_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

int run_again(char *const argv[], const char *conf, const char *modules)
{
    int status = 0;
    pid_t child;

    fflush(stdout);
    fflush(stderr);
    child = fork();
    if (child == 0) {
        setenv("OPENSSL_CONF", conf != NULL ? conf : "/dev/null", 1);
        if (modules != NULL)
            setenv("OPENSSL_MODULES", modules, 1);
        else
            unsetenv("OPENSSL_MODULES");
        run_program(argv);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}
