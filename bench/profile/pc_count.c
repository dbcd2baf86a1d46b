// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU's TCG that counts how often each translation block of the
 * guest is executed, and writes one line per block when QEMU ends: address, number
 * of instructions, executions. The difference between two runs is then what one of
 * them did in addition, to the instruction.
 *
 *   qemu-system-x86_64 -plugin ./pc_count.so,out=FILE ...
 *
 * QEMU's docs/devel/tcg-plugins.rst describes the plugin interface. No Debian package
 * has its header, so the few functions that are used are declared here.
 */

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The interface's version: 1 up to QEMU 8.1, 2 or higher after that. */
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION 1
#endif

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_info;
struct qemu_plugin_tb;

enum { QEMU_PLUGIN_CB_NO_REGS };

extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
	void (*cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
	void (*cb)(unsigned int vcpu, void *userdata), int flags, void *userdata);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
	void (*cb)(qemu_plugin_id_t id, void *userdata), void *userdata);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);

EXPORT int qemu_plugin_version = PLUGIN_VERSION;

struct block {
	uint64_t address;
	uint64_t instructions;
	uint64_t executions;
};

/* Open addressing; never more than half full. */
#define BLOCKS (1u << 21)
static struct block *blocks;
static unsigned int used;
static const char *out;

/* The guest has one processor, so calls do not overlap. */
static void executed(unsigned int vcpu, void *userdata)
{
	struct block *block = userdata;

	(void)vcpu;
	block->executions++;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	uint64_t address = qemu_plugin_tb_vaddr(tb);
	uint64_t instructions = qemu_plugin_tb_n_insns(tb);
	uint64_t hash = (address * 31 + instructions) * 0x9e3779b97f4a7c15u;
	size_t at = hash >> 43;

	(void)id;
	while (blocks[at].instructions &&
	       (blocks[at].address != address || blocks[at].instructions != instructions))
		at = (at + 1) % BLOCKS;
	if (!blocks[at].instructions) {
		if (++used > BLOCKS / 2) {
			fprintf(stderr, "pc_count: more blocks than there is room for\n");
			exit(1);
		}
		blocks[at].address = address;
		blocks[at].instructions = instructions;
	}
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, QEMU_PLUGIN_CB_NO_REGS, &blocks[at]);
}

static void finished(qemu_plugin_id_t id, void *userdata)
{
	FILE *file = fopen(out, "w");

	(void)id;
	(void)userdata;
	if (!file) {
		perror(out);
		return;
	}
	for (size_t i = 0; i < BLOCKS; i++)
		if (blocks[i].executions)
			fprintf(file, "%" PRIx64 " %" PRIu64 " %" PRIu64 "\n", blocks[i].address,
				blocks[i].instructions, blocks[i].executions);
	if (fclose(file))
		perror(out);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc,
			       char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out = strdup(argv[i] + 4);
	blocks = calloc(BLOCKS, sizeof(*blocks));
	if (!out || !blocks) {
		fprintf(stderr, "pc_count: usage: -plugin pc_count.so,out=FILE\n");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finished, NULL);
	return 0;
}
