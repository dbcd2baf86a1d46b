// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * The echo through libnl with its default settings: every request asks for an ACK, and
 * libnl peeks at each message. Prints rows as raw.c does.
 */

#include <linux/parley.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static size_t expected;
static unsigned int answered;

static void check(int err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "libnl: %s: %s\n", what, nl_geterror(err));
	exit(1);
}

static int valid(struct nl_msg *msg, void *arg)
{
	static struct nla_policy policy[PARLEY_A_ECHO_MAX + 1] = {
		[PARLEY_A_ECHO_PAYLOAD] = { .type = NLA_UNSPEC },
		[PARLEY_A_ECHO_STAMP] = { .type = NLA_NESTED },
	};
	static struct nla_policy stamp_policy[PARLEY_A_STAMP_MAX + 1] = {
		[PARLEY_A_STAMP_CPU] = { .type = NLA_U32 },
		[PARLEY_A_STAMP_PORTID] = { .type = NLA_U32 },
	};
	struct nlattr *attrs[PARLEY_A_ECHO_MAX + 1], *stamp[PARLEY_A_STAMP_MAX + 1];

	(void)arg;
	check(genlmsg_parse(nlmsg_hdr(msg), 0, attrs, PARLEY_A_ECHO_MAX, policy), "parse");
	if (!attrs[PARLEY_A_ECHO_PAYLOAD] || !attrs[PARLEY_A_ECHO_STAMP] ||
	    (size_t)nla_len(attrs[PARLEY_A_ECHO_PAYLOAD]) != expected)
		check(-NLE_MSG_TOOSHORT, "reply");
	check(nla_parse_nested(stamp, PARLEY_A_STAMP_MAX, attrs[PARLEY_A_ECHO_STAMP],
			       stamp_policy), "stamp");
	answered++;
	return NL_OK;
}

static void echo(struct nl_sock *sk, int family, const char *bytes, size_t len)
{
	struct nl_msg *msg = nlmsg_alloc_size(len + 256);

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, 0,
				 PARLEY_CMD_ECHO, PARLEY_FAMILY_VERSION))
		check(-NLE_NOMEM, "message");
	expected = len;
	check(nla_put(msg, PARLEY_A_ECHO_PAYLOAD, len, bytes), "payload");
	check(nl_send_auto(sk, msg), "send");
	nlmsg_free(msg);
	check(nl_recvmsgs_default(sk), "reply");
	check(nl_wait_for_ack(sk), "ACK");
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(void)
{
	static const struct { size_t len; unsigned int times; } sizes[] = {
		{ 16, 2000 }, { 1024, 2000 }, { 16384, 500 },
	};
	static char bytes[16384];
	struct nl_sock *sk = nl_socket_alloc();
	int family;

	if (!sk)
		check(-NLE_NOMEM, "socket");
	check(genl_connect(sk), "connect");
	family = genl_ctrl_resolve(sk, PARLEY_FAMILY_NAME);
	check(family, PARLEY_FAMILY_NAME);
	check(nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, valid, NULL), "callback");
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		unsigned int times = sizes[s].times;
		double least = 0;

		for (unsigned int i = 0; i < times / 10 + 1; i++)
			echo(sk, family, bytes, sizes[s].len);
		answered = 0;
		/* Measures as raw.c does. */
		for (unsigned int round = 0; round < 4; round++) {
			double begun = now(), took;

			for (unsigned int i = 0; i < times / 4; i++)
				echo(sk, family, bytes, sizes[s].len);
			took = (now() - begun) / (times / 4);
			if (!round || took < least)
				least = took;
		}
		printf("echo-%zu %.1f\n", sizes[s].len, least);
		if (answered != times)
			check(-NLE_MSG_TRUNC, "replies");
	}
	nl_socket_free(sk);
	return 0;
}
