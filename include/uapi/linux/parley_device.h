/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* The ioctls of /dev/parley. */
#ifndef _UAPI_LINUX_PARLEY_DEVICE_H
#define _UAPI_LINUX_PARLEY_DEVICE_H

#include <linux/ioctl.h>
#include <linux/parley.h>
#include <linux/types.h>

#define PARLEY_IOC_MAGIC		'P'
#define PARLEY_IOC_NR_ECHO		1
#define PARLEY_IOC_NR_COUNTER_ADD	2

/**
 * struct parley_ioc_echo - copies bytes to the kernel and back
 * @from: address of the bytes
 * @to: address that they are written to
 * @len: number of bytes, at most PARLEY_PAYLOAD_MAX
 * @flags: must be 0
 */
struct parley_ioc_echo {
	__u64 from;
	__u64 to;
	__u32 len;
	__u32 flags;
};

/**
 * struct parley_ioc_counter_add - adds to an existing counter
 * @name: name of the counter, with a NUL
 * @delta: what to add
 * @value: set to the new value
 *
 * Needs CAP_NET_ADMIN, as over netlink.
 */
struct parley_ioc_counter_add {
	__u8 name[PARLEY_NAME_MAX + 1];
	__s64 delta;
	__u64 value;
};

#define PARLEY_IOC_ECHO \
	_IOWR(PARLEY_IOC_MAGIC, PARLEY_IOC_NR_ECHO, struct parley_ioc_echo)
#define PARLEY_IOC_COUNTER_ADD \
	_IOWR(PARLEY_IOC_MAGIC, PARLEY_IOC_NR_COUNTER_ADD, struct parley_ioc_counter_add)

#endif /* _UAPI_LINUX_PARLEY_DEVICE_H */
