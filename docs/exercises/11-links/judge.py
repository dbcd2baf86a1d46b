# SPDX-License-Identifier: MIT OR Apache-2.0
"""Judges exercise 11: the links that are up."""

WRONG = [
    ("header-skipped-wrongly", {"IFLA_RTA(link)": "(struct rtattr *)link"}, "struct ifinfomsg, 16 bytes"),
    ("down-too", {"!(link->ifi_flags & IFF_UP)": "!link->ifi_index"}, "d1, which is down"),
    ("only-up", {"!(link->ifi_flags & IFF_UP)": "link->ifi_flags != IFF_UP"}, "ifi_flags is a set of bits"),
    ("alias-for-name", {"attr->rta_type == IFLA_IFNAME": "attr->rta_type == IFLA_QDISC"}, "are no names of links"),
    ("address-for-name", {"attr->rta_type == IFLA_IFNAME": "attr->rta_type == IFLA_ADDRESS"}, "are no names of links"),
    ("other-name", {"attr->rta_type == IFLA_IFNAME": "attr->rta_type == IFLA_ALT_IFNAME"}, "no attribute its test of the type"),
    ("no-loopback", {"!(link->ifi_flags & IFF_UP)": "!(link->ifi_flags & IFF_UP) || link->ifi_flags & IFF_LOOPBACK"},
     "instead of d0, d2, lo and v0"),
    ("running", {"!(link->ifi_flags & IFF_UP)": "!(link->ifi_flags & IFF_RUNNING)"}, "IFF_RUNNING says that it can also carry"),
    ("generic", {"NETLINK_ROUTE": "NETLINK_GENERIC"}, "links belong to NETLINK_ROUTE"),
]


def judge(work):
    for name, state in (("d0", "up"), ("d1", "down"), ("d2", "up")):
        work.run("ip", "link", "add", name, "type", "dummy")
        work.run("ip", "link", "set", name, state)
    # A link that is up and not running, because the other end of its cable is down.
    work.run("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
    for name in ("v0", "lo"):
        work.run("ip", "link", "set", name, "up")
    ran = work.run(work.at / "up")
    names = ran.out.split()
    work.need(ran.status != 2, "The kernel accepts the request.",
              "The kernel answered with an error: the protocol of the socket has no RTM_GETLINK, 18; links belong to NETLINK_ROUTE.")
    work.need(ran.status == 0, "The program ends with status 0.", f"The program ended with {ran.why()}.")
    if not names:
        text = (work.at / "up.c").read_text()
        work.need(False, "", "The program prints no link. ifi_flags is a set of bits, and a link that is up has others, too: "
                  "test one bit, not the whole number." if "!= IFF_UP" in text else
                  "The program prints no link: no link passes its test of ifi_flags, or no attribute its test of the type."
                  if "IFLA_RTA(" in text else
                  "The program prints no link. The attributes come after struct ifinfomsg, 16 bytes, and not at its "
                  "beginning.")
    work.need(set(names) <= {"lo", "d0", "d1", "d2", "v0", "v1"}, "It prints names of links.",
              f"The program prints {', '.join(map(ascii, names))}. These are no names of links, but of another attribute than "
              "IFLA_IFNAME.")
    work.need("d1" not in names, "It leaves out d1, which is down.",
              "The program prints d1, which is down: IFF_UP is missing in its ifi_flags.")
    work.need("v0" in names or set(names) != {"d0", "d2", "lo"}, "It prints v0, whose other end is down.",
              "The program leaves out v0, a link that is up although the other end of its cable is down. IFF_UP says that it was "
              "set up; IFF_RUNNING says that it can also carry packets.")
    work.need(sorted(names) == ["d0", "d2", "lo", "v0"], "It prints d0, d2, lo and v0, which are up.",
              f"The program prints {names} instead of d0, d2, lo and v0.")
