// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * A client of the family parley that makes bare system calls, to compare the library
 * with. Prints rows on standard output: a name, and the nanoseconds of
 * CLOCK_MONOTONIC per call.
 *
 *   raw echo | events | ask | counters N | dump N
 *   raw once    one echo, whose reply is printed
 *   raw times CASE N    for bench/profile, which compares two runs
 */

#include "raw.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t sum; /* of the values read, so that the compiler keeps the reads */

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

static void read_counter_of(struct nlmsghdr *nlh, uint8_t cmd)
{
	unsigned int seen = 0;

	each(nla, attributes(nlh, cmd), (char *)nlh + nlh->nlmsg_len) {
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

/* Reads the counter of a message with any command. */
static void read_counter(struct nlmsghdr *nlh)
{
	read_counter_of(nlh, nlh->nlmsg_type == family ?
			((struct genlmsghdr *)NLMSG_DATA(nlh))->cmd : 0);
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

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

/*
 * The cost of a call after a warm-up: the minimum of four rounds, because the kernel
 * sometimes does work of its own.
 */
#define measure(took, times, call)                                 \
	unsigned int calls = (times) < 4 ? 1 : (times) / 4;                \
	double took = 0;                                           \
	for (unsigned int i = 0; i < (times) / 10 + 1; i++)                \
		call;                                              \
	for (unsigned int nth = 0; nth < 4; nth++) {               \
		double begun = now();                              \
		for (unsigned int i = 0; i < calls; i++)           \
			call;                                      \
		double each_took = (now() - begun) / calls;        \
		if (!nth || each_took < took)                      \
			took = each_took;                          \
	}

#define row(times, per, call, ...) do {                    \
	measure(took, times, call);                        \
	printf(__VA_ARGS__);                               \
	printf(" %.1f\n", took / (per));                   \
} while (0)

/* A counter changes, and each of @count listeners reads its event. */
static int listeners[100];
static int asking;
static uint32_t asking_port;

static void event(unsigned int count)
{
	fd = asking;
	port = asking_port;
	add(0);
	for (unsigned int i = 0; i < count; i++) {
		fd = listeners[i];
		received = at = 0;
		read_counter_of(next_any(), PARLEY_CMD_COUNTER_CHANGE_NTF);
	}
}

static void events(void)
{
	static const struct { unsigned int count, times; } rows[] = {
		{ 1, 1000 }, { 10, 500 }, { 100, 100 },
	};
	uint32_t number = group(PARLEY_MCGRP_EVENTS);
	unsigned int open = 0;

	asking = fd;
	asking_port = port;
	strcpy(names[0], "event");
	for (unsigned int i = 1; i < 64; i++)
		strcpy(names[i], names[0]);
	for (size_t r = 0; r < sizeof(rows) / sizeof(*rows); r++) {
		for (; open < rows[r].count; open++) {
			open_socket();
			listeners[open] = fd;
			if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &number,
				       sizeof(number)))
				die("join");
		}
		row(rows[r].times, 1, event(rows[r].count), "event-%u", rows[r].count);
	}
}

static const char question[16] = "????????????????", answer[16] = "!!!!!!!!!!!!!!!!";

/* Registers as the agent, reports that on @ready, and answers forever. */
static void agent(int ready)
{
	struct timeval for_ever = { 0 };

	open_socket();
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &for_ever, sizeof(for_ever)))
		die("timeout");
	begin(family, PARLEY_CMD_AGENT_REGISTER, NLM_F_ACK);
	end();
	send_all();
	if (next(seq)->nlmsg_type != NLMSG_ERROR || write(ready, "", 1) != 1)
		die("agent");
	for (;;) {
		struct nlmsghdr *nlh = next_any();
		uint64_t id = 0;
		size_t len = 0;

		each(nla, attributes(nlh, PARLEY_CMD_QUESTION), (char *)nlh + nlh->nlmsg_len) {
			if (nla->nla_type == PARLEY_A_ASK_ID)
				id = uint_of(nla);
			else if (nla->nla_type == PARLEY_A_ASK_QUESTION)
				len = length(nla);
			else if (nla->nla_type == PARLEY_A_ASK_PORTID)
				sum += uint_of(nla);
		}
		if (len != sizeof(question))
			die("question");
		begin(family, PARLEY_CMD_ANSWER, NLM_F_ACK);
		put(PARLEY_A_ASK_ID, &id, sizeof(id));
		put(PARLEY_A_ASK_ANSWER, answer, sizeof(answer));
		end();
		send_all();
		if (next(seq)->nlmsg_type != NLMSG_ERROR)
			die("no ACK");
	}
}

static void ask(void)
{
	const struct nlattr *found = NULL;

	begin(family, PARLEY_CMD_ASK, 0);
	put(PARLEY_A_ASK_QUESTION, question, sizeof(question));
	end();
	send_all();
	struct nlmsghdr *nlh = next(seq);

	each(nla, attributes(nlh, PARLEY_CMD_ASK), (char *)nlh + nlh->nlmsg_len) {
		if (nla->nla_type == PARLEY_A_ASK_ID)
			sum += uint_of(nla);
		else if (nla->nla_type == PARLEY_A_ASK_ANSWER)
			found = nla;
	}
	if (!found || length(found) != sizeof(answer) || memcmp(payload(found), answer, sizeof(answer)))
		die("answer");
}

/* A question, and the answer of an agent in a process of its own. */
static void asks(void)
{
	int ready[2];
	pid_t child;
	char byte;

	if (pipe(ready))
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (!child)
		agent(ready[1]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		die("agent");
	row(1000, 1, ask(), "ask");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void echo_with_ack(const void *data, size_t len)
{
	begin(family, PARLEY_CMD_ECHO, NLM_F_ACK);
	put(PARLEY_A_ECHO_PAYLOAD, data, len);
	end();
	send_all();
	read_echo(seq, len);
	if (next(seq)->nlmsg_type != NLMSG_ERROR)
		die("no ACK");
}

/*
 * The longest echo: the minimum of several rounds, each of which leaves one more reply
 * unread. For such a large reply, the page allocator splits and merges pages depending on
 * which memory is free. That varies by more than the difference to be measured.
 */
static void longest_echo(const void *data)
{
	int own_fd = fd;
	uint32_t own_port = port;
	double least = 0;

	for (unsigned int round = 0; round < 8; round++) {
		measure(took, 40, echo(data, PARLEY_PAYLOAD_MAX));
		if (!round || took < least)
			least = took;
		open_socket();
		put_echo(data, PARLEY_PAYLOAD_MAX);
		send_all();
		fd = own_fd;
		port = own_port;
	}
	printf("echo-%d %.1f\n", PARLEY_PAYLOAD_MAX, least);
}

static void echoes(void)
{
	static const struct { size_t len; unsigned int times; } sizes[] = {
		{ 0, 2000 }, { 16, 2000 }, { 1024, 2000 }, { 16384, 500 },
	};
	static char bytes[PARLEY_PAYLOAD_MAX];

	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++)
		row(sizes[s].times, 1, echo(bytes, sizes[s].len), "echo-%zu", sizes[s].len);
	longest_echo(bytes);
	for (unsigned int n = 1; n <= 128; n = n == 1 ? 8 : n * 4)
		row(2048 / n, n, batch(bytes, 16, n), "batch-%u", n);
	for (size_t s = 1; s < 4; s++)
		row(1000, 1, echo_with_ack(bytes, sizes[s].len), "echo-ack-%zu", sizes[s].len);
	row(1000, 1, resolve(), "resolve");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	unsigned int count = argc > 2 ? atoi(argv[2]) : 0;

	open_socket();
	resolve();
	if (!strcmp(what, "echo")) {
		echoes();
	} else if (!strcmp(what, "once")) {
		echo("x", 1);
		puts("x");
	} else if (!strcmp(what, "events")) {
		events();
	} else if (!strcmp(what, "ask")) {
		asks();
	} else if (argc == 4 && !strcmp(what, "times")) {
		int times = atoi(argv[3]);

		snprintf(names[0], 32, "counter-%08u", 0);
		if (!strcmp(argv[2], "echo-16"))
			for (int i = 0; i < times; i++)
				echo("0123456789abcdef", 16);
		else if (!strcmp(argv[2], "get-1"))
			for (int i = 0; i < times; i++)
				get(0);
		else if (!strcmp(argv[2], "dump"))
			for (int i = 0; i < times; i++)
				dump();
		else
			die("case");
	} else if (count && !strcmp(what, "counters")) {
		for (unsigned int i = 0; i < 64; i++)
			snprintf(names[i], 32, "counter-%08u", (unsigned int)(i * 7919u % count));
		row(2048, 1, get(i), "get-%u", count);
		row(2048, 1, add(i), "add-%u", count);
		row(2048, 1, set(i), "set-%u", count);
	} else if (count && !strcmp(what, "dump")) {
		if (dump() != count)
			die("dump");
		row(count < 1000 ? 50 : 3, count, dump(), "dump-entry-%u", count);
	} else {
		fprintf(stderr, "usage: raw echo | events | ask | once | counters N | dump N\n");
		return 2;
	}
	return sum == 0;
}
