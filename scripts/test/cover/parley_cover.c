// SPDX-License-Identifier: GPL-2.0
/*
 * Records which blocks of the module parley run, for scripts/test/coverage. Unlike KCOV, which
 * records one task, this sees every context, and the module's init and exit.
 *
 * The compiler puts a call of __sanitizer_cov_trace_pc() at the start of each block. debugfs has the
 * places in parley_cover: a line for each, with the part of the module's memory, text or init, and
 * the offset there of what follows the call. They are kept when the module is unloaded, and those of
 * all its loads are in one list, as each load has the same layout.
 */

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/seq_file.h>

/* More than the module has of either. */
#define BYTES (1 << 20)

static struct part {
	const char *name;
	enum mod_mem_type type;
	unsigned long base, size;
	u8 ran[BYTES];
} parts[] = {
	{ .name = "text", .type = MOD_TEXT },
	{ .name = "init", .type = MOD_INIT_TEXT },
};

void __sanitizer_cov_trace_pc(void);
void notrace __sanitizer_cov_trace_pc(void)
{
	unsigned long at = (unsigned long)__builtin_return_address(0);

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		unsigned long offset = at - READ_ONCE(parts[i].base);

		/* Contexts that race write the same value. */
		if (offset < READ_ONCE(parts[i].size) && !READ_ONCE(parts[i].ran[offset]))
			WRITE_ONCE(parts[i].ran[offset], 1);
	}
}
EXPORT_SYMBOL_GPL(__sanitizer_cov_trace_pc);

/*
 * A module runs nothing before it is COMING or after it is GOING, and nothing of its init once it is
 * LIVE. Another module may then be in that memory.
 */
static int loading(struct notifier_block *block, unsigned long state, void *data)
{
	struct module *module = data;

	if (strcmp(module->name, "parley"))
		return NOTIFY_OK;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const struct module_memory *memory = &module->mem[parts[i].type];
		bool there = state == MODULE_STATE_COMING ||
			     (state == MODULE_STATE_LIVE && parts[i].type == MOD_TEXT);

		if (state == MODULE_STATE_COMING)
			WRITE_ONCE(parts[i].base, (unsigned long)memory->base);
		WRITE_ONCE(parts[i].size, there ? min(memory->size, BYTES) : 0);
	}
	return NOTIFY_OK;
}

static struct notifier_block block = { .notifier_call = loading };

static int places_show(struct seq_file *file, void *unused)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		seq_printf(file, "%s base %lx\n", parts[i].name, parts[i].base);
		for (unsigned long at = 0; at < BYTES; at++)
			if (READ_ONCE(parts[i].ran[at]))
				seq_printf(file, "%s %lx\n", parts[i].name, at);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(places);

static struct dentry *places;

static int __init begin(void)
{
	int error = register_module_notifier(&block);

	if (!error)
		places = debugfs_create_file("parley_cover", 0400, NULL, NULL, &places_fops);
	return error;
}

static void __exit end(void)
{
	debugfs_remove(places);
	unregister_module_notifier(&block);
}

module_init(begin);
module_exit(end);
MODULE_DESCRIPTION("Records which blocks of the module parley run");
MODULE_LICENSE("GPL");
