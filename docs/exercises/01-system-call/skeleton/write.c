// SPDX-License-Identifier: MIT OR Apache-2.0
/* Writes a line with a system call, without write(). */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <unistd.h>

static const char text[] = "hello, kernel\n";

int main(void)
{
	long number = GAP_1; /* the number of write(2) */
	long length = GAP_2; /* the bytes to write */

	return syscall(number, 1, text, length) == length ? 0 : 1;
}
