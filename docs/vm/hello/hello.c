// SPDX-License-Identifier: GPL-2.0
/*
 * A module to try scripts/vm on: greets whom it is told to, and refuses to be
 * loaded where that is nobody.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

static char *who = "world";
module_param(who, charp, 0444);
MODULE_PARM_DESC(who, "whom to greet");

static int __init hello_init(void)
{
	if (!*who) {
		pr_err("there is nobody to greet\n");
		return -EINVAL;
	}
	pr_info("hello, %s\n", who);
	return 0;
}

static void __exit hello_exit(void)
{
	pr_info("goodbye, %s\n", who);
}

module_init(hello_init);
module_exit(hello_exit);

MODULE_DESCRIPTION("Greets");
MODULE_LICENSE("GPL");
