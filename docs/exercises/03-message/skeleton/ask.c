// SPDX-License-Identifier: MIT OR Apache-2.0
/* Asks the controller for the number of the family parley, with a message built by hand. */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct request {
	struct nlmsghdr head;
	struct genlmsghdr genl;
	struct nlattr attr;
	char name[8]; /* "parley", its NUL, and a byte of padding */
};

int main(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct request request = {
		.head.nlmsg_len = GAP_1,
		.head.nlmsg_type = GENL_ID_CTRL,
		.head.nlmsg_flags = GAP_2,
		.head.nlmsg_seq = GAP_3, /* choose 7 */
		.genl = { .cmd = CTRL_CMD_GETFAMILY, .version = 2 },
		.attr.nla_type = CTRL_ATTR_FAMILY_NAME,
		.attr.nla_len = GAP_4,
		.name = "parley",
	};
	char buffer[8192];
	struct nlmsghdr *reply = (struct nlmsghdr *)buffer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0 || connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)))
		return 1;
	if (send(fd, &request, sizeof(request), 0) < 0)
		return 1;
	if (recv(fd, buffer, sizeof(buffer), 0) < (ssize_t)sizeof(*reply))
		return 1;
	printf("type %u seq %u\n", reply->nlmsg_type, reply->nlmsg_seq);
	return 0;
}
