// SPDX-License-Identifier: MIT OR Apache-2.0
/* count FAMILY: counts the counters of parley, whose family has this number, with a dump. */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define COUNTER_GET 2

/* Counts the messages of a dump up to its end. Returns whether the list was interrupted. */
static int count(int fd, unsigned int *total)
{
	char buffer[16384];
	int interrupted = 0;

	*total = 0;
	for (;;) {
		ssize_t length = recv(fd, buffer, sizeof(buffer), 0);
		struct nlmsghdr *head = (struct nlmsghdr *)buffer;

		if (length <= 0)
			exit(1);
		for (; NLMSG_OK(head, length); head = NLMSG_NEXT(head, length)) {
			if (head->nlmsg_flags & NLM_F_DUMP_INTR)
				interrupted = 1;
			if (head->nlmsg_type == NLMSG_DONE)
				return interrupted;
			if (head->nlmsg_type == NLMSG_ERROR)
				exit(2);
			++*total;
		}
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct {
		struct nlmsghdr head;
		struct genlmsghdr genl;
	} request = {
		.head.nlmsg_len = sizeof(request),
		.head.nlmsg_type = argc > 1 ? atoi(argv[1]) : 0,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.genl = { .cmd = COUNTER_GET, .version = 1 },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	unsigned int total;

	if (fd < 0 || connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)))
		return 1;
	do {
		if (send(fd, &request, sizeof(request), 0) < 0)
			return 1;
	} while (count(fd, &total));
	printf("%u\n", total);
	return 0;
}
