// SPDX-License-Identifier: MIT OR Apache-2.0
/* Opens two sockets to Generic Netlink, and prints their ports. */
#include <linux/netlink.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* Returns the port of a new socket that is connected to the kernel, or 0. */
static unsigned int open_socket(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct sockaddr_nl own = { 0 };
	socklen_t length = sizeof(own);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, GAP_1);

	if (fd < 0)
		return 0;
	if (GAP_2) /* connect to the kernel; fails if not 0 */
		return 0;
	if (getsockname(fd, (struct sockaddr *)&own, &length))
		return 0;
	return GAP_3; /* the port */
}

int main(void)
{
	printf("port %u\n", open_socket());
	printf("port %u\n", open_socket());
	return 0;
}
