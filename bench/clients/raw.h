/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Requests and replies on bare system calls, for raw.c. The checks are the library's:
 * sender, length, sequence number, port, command, and the length of every attribute.
 */

#include <errno.h>
#include <inttypes.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/parley.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

static int fd;
static uint32_t port, seq;
static uint16_t family;
static char request[256 * 1024];
static size_t requested;
static char reply[72 * 1024] __attribute__((aligned(4)));
static size_t received, at;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void begin(uint16_t type, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = (void *)(request + requested);
	struct genlmsghdr *genl = NLMSG_DATA(nlh);

	*nlh = (struct nlmsghdr){ .nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN), .nlmsg_type = type,
				  .nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = ++seq };
	*genl = (struct genlmsghdr){ .cmd = cmd, .version = 1 };
}

static void put(uint16_t type, const void *data, size_t len)
{
	struct nlmsghdr *nlh = (void *)(request + requested);
	struct nlattr *nla = (void *)((char *)nlh + nlh->nlmsg_len);

	nla->nla_len = NLA_HDRLEN + len;
	nla->nla_type = type;
	memcpy((char *)nla + NLA_HDRLEN, data, len);
	memset((char *)nla + nla->nla_len, 0, NLA_ALIGN(nla->nla_len) - nla->nla_len);
	nlh->nlmsg_len += NLA_ALIGN(nla->nla_len);
}

static void end(void)
{
	requested += ((struct nlmsghdr *)(request + requested))->nlmsg_len;
}

static void send_all(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(fd, request, requested, 0, (void *)&kernel, sizeof(kernel)) < 0)
		die("sendto");
	requested = received = at = 0;
}

/* Returns the next message that answers @wanted, or with @any the next of all. */
static inline __attribute__((always_inline)) struct nlmsghdr *next_of(bool any, uint32_t wanted)
{
	for (;;) {
		struct sockaddr_nl from;
		socklen_t len = sizeof(from);
		ssize_t got;

		while (at < received) {
			struct nlmsghdr *nlh = (void *)(reply + at);

			if (received - at < sizeof(*nlh) || nlh->nlmsg_len < sizeof(*nlh) ||
			    nlh->nlmsg_len > received - at)
				die("malformed");
			at += NLMSG_ALIGN(nlh->nlmsg_len);
			if (!any && (nlh->nlmsg_seq != wanted || nlh->nlmsg_pid != port))
				continue;
			if (nlh->nlmsg_type == NLMSG_ERROR) {
				struct nlmsgerr *err = NLMSG_DATA(nlh);

				if (nlh->nlmsg_len < NLMSG_LENGTH(sizeof(*err)))
					die("malformed");
				if (err->error) {
					errno = -err->error;
					die("refused");
				}
			}
			return nlh;
		}
		got = recvfrom(fd, reply, sizeof(reply), MSG_TRUNC, (void *)&from, &len);
		if (got < 0)
			die("recvfrom");
		if (len != sizeof(from) || from.nl_family != AF_NETLINK || from.nl_pid)
			continue;
		if ((size_t)got > sizeof(reply))
			die("truncated");
		received = got;
		at = 0;
	}
}

static struct nlmsghdr *next(uint32_t wanted)
{
	return next_of(false, wanted);
}

static struct nlmsghdr *next_any(void)
{
	return next_of(true, 0);
}

static bool valid(const struct nlattr *nla, const char *end)
{
	return end - (const char *)nla >= NLA_HDRLEN && nla->nla_len >= NLA_HDRLEN &&
	       nla->nla_len <= end - (const char *)nla;
}

#define each(nla, start, stop)                                                     \
	for (struct nlattr *nla = (void *)(start);                                  \
	     (char *)nla < (char *)(stop) && (valid(nla, stop) || (die("attribute"), 0)); \
	     nla = (void *)((char *)nla + NLA_ALIGN(nla->nla_len)))

static const void *payload(const struct nlattr *nla)
{
	return (const char *)nla + NLA_HDRLEN;
}

static size_t length(const struct nlattr *nla)
{
	return nla->nla_len - NLA_HDRLEN;
}

static uint64_t uint_of(const struct nlattr *nla)
{
	uint64_t wide;
	uint32_t narrow;

	if (length(nla) == sizeof(wide)) {
		memcpy(&wide, payload(nla), sizeof(wide));
		return wide;
	}
	if (length(nla) != sizeof(narrow))
		die("integer");
	memcpy(&narrow, payload(nla), sizeof(narrow));
	return narrow;
}

static char *attributes(struct nlmsghdr *nlh, uint8_t cmd)
{
	struct genlmsghdr *genl = NLMSG_DATA(nlh);

	if (nlh->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN) || genl->cmd != cmd)
		die("another command");
	return (char *)genl + GENL_HDRLEN;
}

static void resolve(void)
{
	begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	put(CTRL_ATTR_FAMILY_NAME, PARLEY_FAMILY_NAME, sizeof(PARLEY_FAMILY_NAME));
	end();
	send_all();
	struct nlmsghdr *nlh = next(seq);

	each(nla, attributes(nlh, CTRL_CMD_NEWFAMILY), (char *)nlh + nlh->nlmsg_len) {
		if (nla->nla_type == CTRL_ATTR_FAMILY_ID)
			family = *(const uint16_t *)payload(nla);
	}
	if (!family)
		die("no family");
}

/* Returns the number of the family's multicast group @name. */
static uint32_t group(const char *name)
{
	begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	put(CTRL_ATTR_FAMILY_NAME, PARLEY_FAMILY_NAME, sizeof(PARLEY_FAMILY_NAME));
	end();
	send_all();
	struct nlmsghdr *nlh = next(seq);

	each(nla, attributes(nlh, CTRL_CMD_NEWFAMILY), (char *)nlh + nlh->nlmsg_len) {
		if ((nla->nla_type & NLA_TYPE_MASK) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		each(found, payload(nla), (char *)nla + nla->nla_len) {
			uint32_t number = 0;
			bool same = false;

			each(in, payload(found), (char *)found + found->nla_len) {
				if (in->nla_type == CTRL_ATTR_MCAST_GRP_ID)
					number = uint_of(in);
				if (in->nla_type == CTRL_ATTR_MCAST_GRP_NAME)
					same = !strncmp(payload(in), name, length(in));
			}
			if (same)
				return number;
		}
	}
	errno = ENOENT;
	die(name);
	return 0;
}

/* Opens @fd, bound to @port. */
static void open_socket(void)
{
	struct sockaddr_nl own = { .nl_family = AF_NETLINK };
	struct timeval timeout = { .tv_sec = 5 };
	socklen_t len = sizeof(own);
	int one = 1;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0 || setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    bind(fd, (void *)&own, sizeof(own)) || getsockname(fd, (void *)&own, &len))
		die("socket");
	port = own.nl_pid;
}
