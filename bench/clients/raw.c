// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * A client of the family parley on bare system calls, to measure the library
 * against. Rows on standard output: name, and nanoseconds of CLOCK_MONOTONIC a
 * call.
 *
 *   raw echo | raw events | raw ask | raw counters N | raw dump N
 *   raw once    one echo, whose reply is printed
 */

#include "raw.h"


static uint64_t sum; /* of what was read, so that it is */

static void put_echo(const void *data, size_t len)
{
	begin(family, PARLEY_CMD_ECHO, 0);
	put(PARLEY_A_ECHO_PAYLOAD, data, len);
	end();
}

static void read_echo(uint32_t wanted, size_t len)
{
	struct nlmsghdr *nlh = next(wanted);
	const struct nlattr *found = NULL;
	unsigned int seen = 0;

	each(nla, attributes(nlh, PARLEY_CMD_ECHO), (char *)nlh + nlh->nlmsg_len) {
		switch (nla->nla_type & NLA_TYPE_MASK) {
		case PARLEY_A_ECHO_PAYLOAD:
			found = nla;
			break;
		case PARLEY_A_ECHO_STAMP:
			each(in, payload(nla), (char *)nla + nla->nla_len) {
				sum += uint_of(in);
				seen |= 1 << in->nla_type;
			}
		}
	}
	if (!found || length(found) != len || seen != 0xe)
		die("no echo");
}

static void echo(const void *data, size_t len)
{
	put_echo(data, len);
	send_all();
	read_echo(seq, len);
}

static void batch(const void *data, size_t len, uint32_t count)
{
	uint32_t first = seq + 1;

	for (uint32_t i = 0; i < count; i++)
		put_echo(data, len);
	send_all();
	for (uint32_t i = 0; i < count; i++)
		read_echo(first + i, len);
}

static void read_counter(struct nlmsghdr *nlh)
{
	unsigned int seen = 0;

	each(nla, attributes(nlh, nlh->nlmsg_type == family ?
			     ((struct genlmsghdr *)NLMSG_DATA(nlh))->cmd : 0),
	     (char *)nlh + nlh->nlmsg_len) {
		switch (nla->nla_type & NLA_TYPE_MASK) {
		case PARLEY_A_COUNTER_NAME:
			sum += strnlen(payload(nla), length(nla));
			seen |= 1;
			break;
		case PARLEY_A_COUNTER_VALUE:
			sum += uint_of(nla);
			seen |= 2;
			break;
		case PARLEY_A_COUNTER_UPDATES:
			sum += uint_of(nla);
			seen |= 4;
		}
	}
	if (seen != 7)
		die("no counter");
}

static char names[64][32];

static const char *name(unsigned int i)
{
	return names[i % 64];
}

static void get(unsigned int i)
{
	begin(family, PARLEY_CMD_COUNTER_GET, 0);
	put(PARLEY_A_COUNTER_NAME, name(i), strlen(name(i)) + 1);
	end();
	send_all();
	read_counter(next(seq));
}

static void add(unsigned int i)
{
	int32_t delta = 1;

	begin(family, PARLEY_CMD_COUNTER_ADD, 0);
	put(PARLEY_A_COUNTER_NAME, name(i), strlen(name(i)) + 1);
	put(PARLEY_A_COUNTER_DELTA, &delta, sizeof(delta));
	end();
	send_all();
	read_counter(next(seq));
}

static void set(unsigned int i)
{
	uint32_t value = 1;

	begin(family, PARLEY_CMD_COUNTER_SET, NLM_F_ACK);
	put(PARLEY_A_COUNTER_NAME, name(i), strlen(name(i)) + 1);
	put(PARLEY_A_COUNTER_VALUE, &value, sizeof(value));
	end();
	send_all();
	if (next(seq)->nlmsg_type != NLMSG_ERROR)
		die("no ACK");
}

static unsigned int dump(void)
{
	unsigned int count = 0;
	struct nlmsghdr *nlh;

	begin(family, PARLEY_CMD_COUNTER_GET, NLM_F_DUMP);
	end();
	send_all();
	while ((nlh = next(seq))->nlmsg_type != NLMSG_DONE) {
		read_counter(nlh);
		count++;
	}
	return count;
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

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

#define row(times, per, call, ...) do {                    \
	for (unsigned int i = 0; i < (times) / 10 + 1; i++)        \
		call;                                      \
	double begun = now();                              \
	for (unsigned int i = 0; i < (times); i++)         \
		call;                                      \
	double took = (now() - begun) / (times) / (per);   \
	printf(__VA_ARGS__);                               \
	printf(" %.1f\n", took);                           \
} while (0)

int main(int argc, char **argv)
{
	struct sockaddr_nl own = { .nl_family = AF_NETLINK };
	struct timeval timeout = { .tv_sec = 5 };
	socklen_t len = sizeof(own);
	static char bytes[PARLEY_PAYLOAD_MAX];
	unsigned int count = argc > 2 ? atoi(argv[2]) : 0;
	int one = 1;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0 || setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    bind(fd, (void *)&own, sizeof(own)) || getsockname(fd, (void *)&own, &len))
		die("socket");
	port = own.nl_pid;
	resolve();
	if (argc > 1 && !strcmp(argv[1], "echo")) {
		static const struct { size_t len; unsigned int times; } sizes[] = {
			{ 0, 2000 }, { 16, 2000 }, { 1024, 2000 }, { 16384, 500 }, { 61440, 200 },
		};

		for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++)
			row(sizes[s].times, 1, echo(bytes, sizes[s].len), "echo-%zu", sizes[s].len);
		for (unsigned int n = 1; n <= 128; n = n == 1 ? 8 : n * 4)
			row(2048 / n, n, batch(bytes, 16, n), "batch-%u", n);
		row(1000, 1, resolve(), "resolve");
	} else if (count && !strcmp(argv[1], "counters")) {
		for (unsigned int i = 0; i < 64; i++)
			snprintf(names[i], 32, "counter-%08u", (unsigned int)(i * 7919u % count));
		row(2000, 1, get(i), "get-%u", count);
		row(2000, 1, add(i), "add-%u", count);
		row(2000, 1, set(i), "set-%u", count);
	} else if (count && !strcmp(argv[1], "dump")) {
		if (dump() != count)
			die("dump");
		row(count < 1000 ? 50 : 3, count, dump(), "dump-entry-%u", count);
	} else {
		fprintf(stderr, "usage: raw echo | raw counters N | raw dump N\n");
		return 2;
	}
	return sum == 0;
}
