// SPDX-License-Identifier: BSL-1.0
/// measure COMMAND...: runs it and prints `SECONDS MEGABYTES`, its processor time and its largest resident size.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

int main(int count, char** argument) {
  if (count < 2) return 2;
  const pid_t child = fork();
  if (child == 0) {
    execvp(argument[1], argument + 1);
    _exit(127);
  }
  int status = 0;
  rusage used{};
  if (child < 0 || wait4(child, &status, 0, &used) < 0) return 2;
  const double seconds = double(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                         1e-6 * double(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  std::printf("%.2f %.0f\n", seconds, double(used.ru_maxrss) / 1024);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
