// SPDX-License-Identifier: MIT OR Apache-2.0
/* Prints the names of all links that are up, with a dump of rtnetlink. */
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>

/* Prints the name of a link, if it is up. */
static void show(struct nlmsghdr *head)
{
	struct ifinfomsg *link = NLMSG_DATA(head);
	struct rtattr *attr = IFLA_RTA(link);
	int left = IFLA_PAYLOAD(head);

	if (!(link->ifi_flags & IFF_UP))
		return;
	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left))
		if (attr->rta_type == IFLA_IFNAME)
			printf("%s\n", (char *)RTA_DATA(attr));
}

int main(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
	} request = {
		.head.nlmsg_len = sizeof(request),
		.head.nlmsg_type = RTM_GETLINK,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
	};
	char buffer[32768];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)))
		return 1;
	if (send(fd, &request, sizeof(request), 0) < 0)
		return 1;
	for (;;) {
		ssize_t length = recv(fd, buffer, sizeof(buffer), 0);
		struct nlmsghdr *head = (struct nlmsghdr *)buffer;

		if (length <= 0)
			return 1;
		for (; NLMSG_OK(head, length); head = NLMSG_NEXT(head, length)) {
			if (head->nlmsg_type == NLMSG_DONE)
				return 0;
			if (head->nlmsg_type == NLMSG_ERROR)
				return 2;
			show(head);
		}
	}
}
