// SPDX-License-Identifier: MIT OR Apache-2.0
/* Writes a line with a system call, without write(). */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <unistd.h>

static const char text[] = "hello, kernel\n";

int main(void)
{
	long number = SYS_write;
	long length = sizeof(text) - 1;

	return syscall(number, 1, text, length) == length ? 0 : 1;
}
