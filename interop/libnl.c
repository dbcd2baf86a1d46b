// SPDX-License-Identifier: GPL-2.0
/*
 * The parley family through libnl. interop/clients.py describes its input and output.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <sys/socket.h>

#define WORDS 8
#define MISS_TYPE 5 /* NLMSGERR_ATTR_MISS_TYPE, newer than some headers */

static struct nl_sock *sock, *listener;
static int family;
/* The error that the callback read, as JSON without the braces; empty if there was none. */
static char refused[512];
static bool replied, ended;
/* The number of messages in a list so far: a comma precedes all but the first. */
static int seen;

static void die(const char *what, int error)
{
	fprintf(stderr, "libnl: %s: %s\n", what, nl_geterror(error));
	exit(1);
}

/* An integer of 4 bytes or 8. */
static uint64_t integer(struct nlattr *attr)
{
	return nla_len(attr) == 8 ? nla_get_u64(attr) : nla_get_u32(attr);
}

static void counter(struct nlattr **attrs)
{
	printf("{\"name\": \"%s\", \"value\": %" PRIu64 ", \"updates\": %" PRIu64,
	       nla_get_string(attrs[1]), integer(attrs[2]), integer(attrs[4]));
}

static void text(const char *name, struct nlattr *attr)
{
	printf("\"%s\": \"%.*s\"", name, nla_len(attr), (char *)nla_data(attr));
}

static void family_told(struct nlattr **attrs)
{
	struct nlattr *nest, *in[4];
	const char *comma = "";
	int rest;

	printf("{\"id\": %u, \"version\": %u, \"header_len\": %u, \"operations\": {",
	       nla_get_u16(attrs[CTRL_ATTR_FAMILY_ID]), nla_get_u32(attrs[CTRL_ATTR_VERSION]),
	       nla_get_u32(attrs[CTRL_ATTR_HDRSIZE]));
	nla_for_each_nested(nest, attrs[CTRL_ATTR_OPS], rest) {
		nla_parse_nested(in, 3, nest, NULL);
		printf("%s\"%u\": %u", comma, nla_get_u32(in[1]), nla_get_u32(in[2]));
		comma = ", ";
	}
	printf("}, \"groups\": {");
	comma = "";
	nla_for_each_nested(nest, attrs[CTRL_ATTR_MCAST_GROUPS], rest) {
		nla_parse_nested(in, 3, nest, NULL);
		printf("%s\"%s\": %u", comma, nla_get_string(in[CTRL_ATTR_MCAST_GRP_NAME]),
		       nla_get_u32(in[CTRL_ATTR_MCAST_GRP_ID]));
		comma = ", ";
	}
	printf("}}");
}

/* Prints an attribute of a policy, or the policies of an operation. The runner sorts them. */
static void policy_told(struct nlattr **attrs)
{
	static const char *const names[] = {
		NULL, "type", "min", "max", "min", "max", "min_len", "max_len",
	};
	struct nlattr *outer, *inner, *bound;
	int rest, more, last;

	if (attrs[CTRL_ATTR_POLICY])
		nla_for_each_nested(outer, attrs[CTRL_ATTR_POLICY], rest)
			nla_for_each_nested(inner, outer, more) {
				printf("%s[\"table\", %d, %d, {", seen++ ? ", " : "",
				       nla_type(outer), nla_type(inner));
				const char *comma = "";

				nla_for_each_nested(bound, inner, last) {
					int type = nla_type(bound);

					if (type < 1 || type > 7)
						continue;
					printf("%s\"%s\": ", comma, names[type]);
					if (type == 2 || type == 3)
						printf("%" PRId64, (int64_t)nla_get_u64(bound));
					else
						printf("%" PRIu64, integer(bound));
					comma = ", ";
				}
				printf("}]");
			}
	if (attrs[CTRL_ATTR_OP_POLICY])
		nla_for_each_nested(outer, attrs[CTRL_ATTR_OP_POLICY], rest)
			nla_for_each_nested(inner, outer, more)
				printf("%s[\"operation\", %d, \"%s\", %u]", seen++ ? ", " : "",
				       nla_type(outer), nla_type(inner) == 1 ? "do" : "dump",
				       nla_get_u32(inner));
}

static int told(struct nl_msg *msg, void *arg)
{
	static const char *const events[] = { "new", "changed", "deleted" };
	static const char *const stats[] = {
		"echoes", "echo-bytes", "counters", "notifications", "asks-pending",
		"asks-answered",
	};
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct genlmsghdr *genl = genlmsg_hdr(header);
	struct nlattr *attrs[16], *stamp[4];
	int i;

	(void)arg;
	genlmsg_parse(header, 0, attrs, 15, NULL);
	replied = true;
	if (header->nlmsg_type == GENL_ID_CTRL) {
		if (genl->cmd == CTRL_CMD_GETPOLICY)
			policy_told(attrs);
		else
			family_told(attrs);
		return NL_OK;
	}
	switch (genl->cmd) {
	case 1:
		nla_parse_nested(stamp, 3, attrs[2], NULL);
		printf("{\"payload_hex\": \"");
		for (i = 0; i < nla_len(attrs[1]); i++)
			printf("%02x", ((unsigned char *)nla_data(attrs[1]))[i]);
		printf("\", \"time_ns\": %" PRIu64 ", \"cpu\": %u, \"portid\": %u, \"port\": %u}",
		       integer(stamp[1]), nla_get_u32(stamp[2]), nla_get_u32(stamp[3]),
		       nl_socket_get_local_port(sock));
		break;
	case 2:
	case 4:
		printf("%s", header->nlmsg_flags & NLM_F_MULTI && seen++ ? ", " : "");
		counter(attrs);
		printf("}");
		break;
	case 6:
	case 7:
	case 8:
		counter(attrs);
		printf(", \"event\": \"%s\"}", events[genl->cmd - 6]);
		break;
	case 10:
		printf("{\"id\": %" PRIu64 ", ", integer(attrs[1]));
		text("answer", attrs[3]);
		printf("}");
		break;
	case 11:
		printf("{\"id\": %" PRIu64 ", \"portid\": %u, ", integer(attrs[1]),
		       nla_get_u32(attrs[5]));
		text("question", attrs[2]);
		printf("}");
		break;
	case 13:
		for (i = 0; i < (int)(sizeof(stats) / sizeof(*stats)); i++)
			printf("%s\"%s\": %" PRIu64, i ? ", " : "{", stats[i],
			       integer(attrs[i + 1]));
		printf("}");
		break;
	}
	return NL_OK;
}

/*
 * libnl reports an errno, but no message. The extended ACK follows the request, which
 * follows the errno.
 */
static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct nlmsghdr *header = (struct nlmsghdr *)((char *)error - NLMSG_HDRLEN);
	char *words = (char *)error + sizeof(error->error) + NLMSG_ALIGN(error->msg.nlmsg_len);
	struct nlattr *attrs[8] = { NULL };
	int at;

	(void)from;
	(void)arg;
	at = snprintf(refused, sizeof(refused), "\"errno\": %d", -error->error);
	if (header->nlmsg_flags & NLM_F_ACK_TLVS)
		nla_parse(attrs, 7, (struct nlattr *)words,
			  (char *)header + header->nlmsg_len - words, NULL);
	if (attrs[NLMSGERR_ATTR_MSG])
		at += snprintf(refused + at, sizeof(refused) - at, ", \"message\": \"%s\"",
			       nla_get_string(attrs[NLMSGERR_ATTR_MSG]));
	if (attrs[NLMSGERR_ATTR_OFFS])
		at += snprintf(refused + at, sizeof(refused) - at, ", \"offset\": %u",
			       nla_get_u32(attrs[NLMSGERR_ATTR_OFFS]));
	if (attrs[MISS_TYPE])
		snprintf(refused + at, sizeof(refused) - at, ", \"missing\": %u",
			 nla_get_u32(attrs[MISS_TYPE]));
	ended = true;
	return NL_STOP;
}

static int finished(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	ended = true;
	return NL_STOP;
}

static struct nl_sock *open_socket(void)
{
	struct nl_sock *made = nl_socket_alloc();
	int on = 1, error;

	if (!made)
		die("no socket", -NLE_NOMEM);
	error = genl_connect(made);
	if (error)
		die("connect", error);
	/* Requests ask for an ACK only if they need one. */
	nl_socket_disable_auto_ack(made);
	/* Events and questions do not have one of our sequence numbers. */
	nl_socket_disable_seq_check(made);
	nl_socket_enable_msg_peek(made);
	setsockopt(nl_socket_get_fd(made), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	nl_socket_modify_cb(made, NL_CB_VALID, NL_CB_CUSTOM, told, NULL);
	nl_socket_modify_cb(made, NL_CB_FINISH, NL_CB_CUSTOM, finished, NULL);
	nl_socket_modify_cb(made, NL_CB_ACK, NL_CB_CUSTOM, finished, NULL);
	nl_socket_modify_err_cb(made, NL_CB_CUSTOM, on_error, NULL);
	return made;
}

/* Receives up to a reply, or with @to_the_end up to an ACK or the end of a dump. */
static void receive(struct nl_sock *from, bool to_the_end)
{
	int error;

	replied = ended = false;
	while (!ended && (to_the_end || !replied)) {
		error = nl_recvmsgs_default(from);
		if (error < 0 && !*refused)
			die("receive", error);
	}
}

static struct nl_msg *request(int to, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(70000);

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, to, 0, flags, cmd, 1))
		die("no message", -NLE_NOMEM);
	return msg;
}

/* Sends @msg and prints the result, or @whole if the kernel returns nothing. */
static void converse(struct nl_msg *msg, bool to_the_end, const char *whole)
{
	bool list = nlmsg_hdr(msg)->nlmsg_flags & NLM_F_DUMP;
	int error = nl_send_auto(sock, msg);

	nlmsg_free(msg);
	if (error < 0)
		die("send", error);
	seen = 0;
	*refused = 0;
	if (list)
		printf("[");
	receive(sock, to_the_end);
	if (*refused)
		printf("%s{\"error\": {%s}}", seen ? ", " : "", refused);
	else
		printf("%s", whole);
	printf("%s\n", list ? "]" : "");
}

static void put_flags(struct nl_msg *msg, char **words)
{
	for (; *words; words++)
		nla_put_flag(msg, !strcmp(*words, "create") ? 6 : 7);
}

static void put_file(struct nl_msg *msg, const char *path)
{
	static char bytes[70000];
	FILE *file = fopen(path, "rb");
	size_t len;

	if (!file)
		die(path, -NLE_FAILURE);
	len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	nla_put(msg, 1, len, bytes);
}

static void obey(char **words)
{
	const char *what = words[0];
	struct nl_msg *msg;
	int group, error;

	if (!strcmp(what, "family") || !strcmp(what, "policy")) {
		bool policy = what[0] == 'p';

		msg = request(GENL_ID_CTRL, policy ? CTRL_CMD_GETPOLICY : CTRL_CMD_GETFAMILY,
			      policy ? NLM_F_DUMP : 0);
		nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, "parley");
		converse(msg, policy, "");
	} else if (!strcmp(what, "echo")) {
		msg = request(family, 1, 0);
		put_file(msg, words[1]);
		converse(msg, false, "");
	} else if (!strcmp(what, "get")) {
		msg = request(family, 2, 0);
		nla_put_string(msg, 1, words[1]);
		converse(msg, false, "");
	} else if (!strcmp(what, "list")) {
		msg = request(family, 2, NLM_F_DUMP);
		if (words[1])
			nla_put_string(msg, 5, words[1]);
		converse(msg, true, "");
	} else if (!strcmp(what, "set")) {
		msg = request(family, 3, NLM_F_ACK);
		nla_put_string(msg, 1, words[1]);
		nla_put_u64(msg, 2, strtoull(words[2], NULL, 10));
		put_flags(msg, words + 3);
		converse(msg, true, "{}");
	} else if (!strcmp(what, "add")) {
		msg = request(family, 4, 0);
		nla_put_string(msg, 1, words[1]);
		nla_put_s64(msg, 3, strtoll(words[2], NULL, 10));
		put_flags(msg, words + 3);
		converse(msg, false, "");
	} else if (!strcmp(what, "del")) {
		msg = request(family, 5, NLM_F_ACK);
		nla_put_string(msg, 1, words[1]);
		converse(msg, true, "{}");
	} else if (!strcmp(what, "stats")) {
		converse(request(family, 13, 0), false, "");
	} else if (!strcmp(what, "bare")) {
		converse(request(family, atoi(words[1]), NLM_F_ACK), true, "{}");
	} else if (!strcmp(what, "listen")) {
		group = genl_ctrl_resolve_grp(sock, "parley", "events");
		listener = open_socket();
		error = group < 0 ? group : nl_socket_add_membership(listener, group);
		if (error)
			die("events", error);
		printf("{}\n");
	} else if (!strcmp(what, "event") || !strcmp(what, "question")) {
		receive(what[0] == 'e' ? listener : sock, false);
		printf("\n");
	} else if (!strcmp(what, "ask")) {
		/* Without an ACK, which would come before the answer. */
		msg = request(family, 10, 0);
		nla_put(msg, 2, strlen(words[1]), words[1]);
		if (words[2])
			nla_put_u32(msg, 4, strtoul(words[2], NULL, 10));
		converse(msg, false, "");
	} else if (!strcmp(what, "agent")) {
		converse(request(family, 9, NLM_F_ACK), true, "{}");
	} else if (!strcmp(what, "answer")) {
		msg = request(family, 12, NLM_F_ACK);
		nla_put_u64(msg, 1, strtoull(words[1], NULL, 10));
		nla_put(msg, 3, strlen(words[2]), words[2]);
		converse(msg, true, "{}");
	} else if (!strcmp(what, "decline")) {
		msg = request(family, 12, NLM_F_ACK);
		nla_put_u64(msg, 1, strtoull(words[1], NULL, 10));
		nla_put_flag(msg, 6);
		converse(msg, true, "{}");
	} else {
		die(what, -NLE_INVAL);
	}
}

int main(void)
{
	char line[4096], *words[WORDS], *at;
	int count;

	sock = open_socket();
	family = genl_ctrl_resolve(sock, "parley");
	if (family < 0)
		die("parley", family);
	while (fgets(line, sizeof(line), stdin)) {
		count = 0;
		/* An array of strings, in which nothing is escaped. */
		for (at = strchr(line, '"'); at && count < WORDS - 1; at = strchr(at + 1, '"')) {
			words[count++] = at + 1;
			at = strchr(at + 1, '"');
			if (!at)
				break;
			*at = 0;
		}
		words[count] = NULL;
		if (count)
			obey(words);
		fflush(stdout);
	}
	return 0;
}
