// SPDX-License-Identifier: GPL-2.0
/*
 * Fails in the way that its parameter names, when it is loaded. scripts/test/failures
 * checks that each of these runs is red.
 */

#include <linux/err.h>
#include <linux/module.h>
#include <linux/processor.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/workqueue.h>

static char *how = "";
module_param(how, charp, 0444);
MODULE_PARM_DESC(how, "panic, hang, leak, oops, refuse or flood; by default, all is well");

/* No page is mapped there, on any architecture. */
static void dereference_error(struct work_struct *work)
{
	int *pointer = ERR_PTR(-EIO);

	OPTIMIZER_HIDE_VAR(pointer);
	WRITE_ONCE(*pointer, 1);
}

static DECLARE_WORK(work, dereference_error);

/* Called on each processor with its interrupts disabled. */
static void spin(void *unused)
{
	for (;;)
		cpu_relax();
}

static int __init broken_init(void)
{
	int i;

	if (!strcmp(how, "panic")) {
		panic("broken: as asked");
	} else if (!strcmp(how, "hang")) {
		on_each_cpu(spin, NULL, 0);
	} else if (!strcmp(how, "leak")) {
		for (i = 0; i < 10; i++)
			memset(kmalloc(96, GFP_KERNEL | __GFP_NOFAIL), 0x5a, 96);
	} else if (!strcmp(how, "oops")) {
		schedule_work(&work);
	} else if (!strcmp(how, "refuse")) {
		return -ENODEV;
	} else if (!strcmp(how, "flood")) {
		/* More than the 16 MiB of the log. */
		for (i = 0; i < 20000; i++)
			pr_info("broken: %06d %0900d\n", i, 0);
	}
	return 0;
}
module_init(broken_init);

static void __exit broken_exit(void)
{
}
module_exit(broken_exit);

MODULE_DESCRIPTION("Fails when it is loaded");
MODULE_LICENSE("GPL");
