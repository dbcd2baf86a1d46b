// SPDX-License-Identifier: GPL-2.0
/* A family whose module makes three things: a state, a directory that users see, and the family. */

#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/genetlink.h>

static char *directory_name = "life";
module_param_named(directory, directory_name, charp, 0444);
MODULE_PARM_DESC(directory, "Name of the directory in debugfs");

static bool fail;
module_param(fail, bool, 0444);
MODULE_PARM_DESC(fail, "Fail to register the family");

/* With stop=1, each step waits until `go` has its number, so that others see what is there by then. */
static bool stop;
module_param(stop, bool, 0444);
MODULE_PARM_DESC(stop, "Stop after each step");

static int steps;
module_param(steps, int, 0444);
MODULE_PARM_DESC(steps, "Steps done so far, of init and of exit");

static int go;
module_param(go, int, 0644);
MODULE_PARM_DESC(go, "The step up to which the module may go on");

enum { LIFE_CMD_GET = 1 };
enum { LIFE_A_VALUE = 1 };

static u32 *state;
static struct dentry *directory;

/*
 * Without the first check, a request without the state would crash the kernel. The second stands for
 * a handler that uses the directory.
 */
static int life_get(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *reply;
	void *header;

	if (!READ_ONCE(state) || !READ_ONCE(directory)) {
		NL_SET_ERR_MSG(info->extack, "the family is visible, but not what it needs");
		return -ENODEV;
	}
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = genlmsg_put_reply(reply, info, info->family, 0, LIFE_CMD_GET);
	if (!header || nla_put_u32(reply, LIFE_A_VALUE, *state)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

static const struct genl_split_ops operations[] = {
	{
		.cmd = LIFE_CMD_GET,
		.doit = life_get,
		.flags = GENL_CMD_CAP_DO,
	},
};

static struct genl_family family __ro_after_init = {
	.name = "life",
	.version = 1,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.split_ops = operations,
	.n_split_ops = ARRAY_SIZE(operations),
};

static void step(void)
{
	int number = steps + 1;

	WRITE_ONCE(steps, number);
	while (stop && READ_ONCE(go) < number)
		msleep(10);
}

static int begin_state(void)
{
	u32 *new = kmalloc(sizeof(*new), GFP_KERNEL);

	if (!new)
		return -ENOMEM;
	*new = 42;
	WRITE_ONCE(state, new);
	step();
	return 0;
}

static void end_state(void)
{
	u32 *old = state;

	WRITE_ONCE(state, NULL);
	step();
	kfree(old);
}

static int begin_directory(void)
{
	struct dentry *new = debugfs_create_dir(directory_name, NULL);

	if (IS_ERR(new))
		return PTR_ERR(new);
	WRITE_ONCE(directory, new);
	step();
	return 0;
}

static void end_directory(void)
{
	struct dentry *old = directory;

	WRITE_ONCE(directory, NULL);
	step();
	debugfs_remove(old);
}

static int begin_family(void)
{
	int error = fail ? -ENOMEM : genl_register_family(&family);

	if (!error)
		step();
	return error;
}

static void end_family(void)
{
	genl_unregister_family(&family);
	step();
}

static int __init life_init(void)
{
	int error;

	error = begin_state();
	if (error)
		return error;
	error = begin_directory();
	if (error)
		goto no_second;
	error = begin_family();
	if (error)
		goto no_third;
	return 0;

no_third:
	end_directory();
no_second:
	end_state();
	return error;
}

static void __exit life_exit(void)
{
	end_family();
	end_directory();
	end_state();
}

module_init(life_init);
module_exit(life_exit);
MODULE_DESCRIPTION("Exercise 15: the order of a family's life");
MODULE_LICENSE("GPL");
