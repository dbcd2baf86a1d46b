# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 2: two sockets and their ports."""

import re

WRONG = [
    ("route", {"SOCK_CLOEXEC, NETLINK_GENERIC": "SOCK_CLOEXEC, NETLINK_ROUTE"},
     "The socket is for NETLINK_ROUTE"),
    ("not-connected", {"connect(fd, (struct sockaddr *)&kernel, sizeof(kernel))": "kernel.nl_family != AF_NETLINK"},
     "The program never calls connect"),
    ("bound-only", {"connect(fd, (struct sockaddr *)&kernel, sizeof(kernel))": "bind(fd, (struct sockaddr *)&own, sizeof(own))",
                    "own = { 0 }": "own = { .nl_family = AF_NETLINK }"}, "bind gives the socket a port of its own"),
    ("process-id", {"return own.nl_pid;": "return getpid();"}, "is the process ID"),
    ("port-of-the-kernel", {"return own.nl_pid;": "return kernel.nl_pid;"}, "0, which is the kernel's port"),
    ("own-port-as-peer", {".nl_family = AF_NETLINK }": ".nl_family = AF_NETLINK, .nl_pid = getpid() }"},
     "connects to port"),
]


def judge(work):
    ran, calls = work.traced(work.at / "port")
    opened = [line for line in calls if line.startswith("socket(AF_NETLINK")]
    work.need(len(opened) == 2, "The program opens two netlink sockets.",
              f"strace shows {len(opened)} calls of socket(AF_NETLINK, ...) instead of 2.")
    protocol = re.search(r"(NETLINK_\w+|0x\w+|\d+)\)", opened[0])[1]
    work.need(protocol == "NETLINK_GENERIC", "Both are for NETLINK_GENERIC.",
              f"The socket is for {protocol}; the protocol of all families, such as parley's, is NETLINK_GENERIC.")
    connects = [line for line in calls if line.startswith("connect(")]
    bound = any(line.startswith("bind(") for line in calls)
    work.need(connects, "They are connected.",
              "The program never calls connect" + (
                  ": bind gives the socket a port of its own, but does not connect it to the kernel." if bound else
                  ", so the sockets have no port yet: getsockname returns 0."))
    peer = re.search(r"nl_pid=(-?\d+)", connects[0])
    work.need(peer, "The address is a netlink address.",
              "The address that the program connects to is no netlink address: its nl_family is not AF_NETLINK.")
    work.need(peer[1] == "0", "The other side is port 0, the kernel.",
              f"The program connects to port {peer[1]}; the kernel has port 0.")
    # strace prints port numbers as signed integers.
    named = [str(int(re.search(r"nl_pid=(-?\d+)", line)[1]) % 2**32) for line in calls
             if line.startswith("getsockname(") and "nl_pid=" in line]
    printed = re.findall(r"^port (\d+)$", ran.out, re.M)
    work.need(named, "The program asks for each port with getsockname.", "The program never calls getsockname.")
    work.need(set(printed) != {"0"}, "They have ports.",
              "The program prints the port 0, which is the kernel's port: it is in the address to which the socket is connected. "
              "getsockname returns the address of the socket itself.")
    work.need(len(set(printed)) == 2 or printed == named, "The two ports differ.",
              f"The program prints the port {(printed or ['(none)'])[0]} for both sockets. The number is the process ID, which "
              "only the first socket of a process has as its port.")
    work.need(printed == named, "It prints the ports that the kernel assigned.",
              f"The program prints the ports {' and '.join(printed) or '(none)'}, but getsockname returned "
              f"{' and '.join(named)}.")
