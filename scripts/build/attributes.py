# SPDX-License-Identifier: GPL-2.0
"""Writes the kernel's numbers that the library's tables name.

    scripts/build/attributes [--check]

The tables of user/netlink/src/route and user/netlink/src/firewall name attributes as the kernel's
headers do. This reads the headers of the kernel that scripts/build/kernel builds and puts
the number of each name that is used into numbers.rs beside them. With --check
nothing is written: it fails where a file is not what it would be.
"""

import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
ROOMS = ("user/netlink/src/route", "user/netlink/src/firewall")
# Names that the headers give to attributes and what is in them.
PREFIXES = (
    "RTA|BRIDGE|BR_|BOND_|GRE_|IFLA|ILA|IOAM6|IP6_TNL|IPVLAN|LWT|LWTUNNEL|MACSEC|MACVLAN|MPLS|NFTA|"
    "NFT|RPL|SEG6|SIT|TUNNEL|VLAN"
)
NAME = re.compile(rf"\bn::((?:{PREFIXES})[A-Z0-9_]*)\b")
HEADERS = (
    "rtnetlink.h if_link.h if_tunnel.h if_bridge.h if_vlan.h if_macsec.h amt.h batman_adv.h lwtunnel.h seg6.h "
    "seg6_iptunnel.h seg6_local.h mpls_iptunnel.h rpl_iptunnel.h ioam6_iptunnel.h ila.h "
    "ip6_tunnel.h netfilter/nf_tables.h can/netlink.h"
).split()


def value_of(text, known):
    """The value of a C constant expression, or None."""
    text = re.sub(r"\b__cpu_to_be16\((.*)\)", r"(\1)", text)
    text = re.sub(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", text)
    text = re.sub(r"\b[A-Za-z_]\w*\b", lambda m: str(known.get(m[0], m[0])), text)
    if not re.fullmatch(r"[0-9a-fA-Fx()<>|&+*\s~-]+", text):
        return None
    try:
        return int(eval(text, {"__builtins__": {}}))  # numbers and operators alone
    except (SyntaxError, TypeError):
        return None


def read(header, known):
    """Adds what a header's enums and macros define."""
    text = header.read_text()
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    macros = {}
    for name, body in re.findall(r"^#define[ \t]+(\w+)[ \t]+(.+)$", text, flags=re.M):
        macros[name] = body.strip()
    text = re.sub(r"^[ \t]*#.*(?:\\\n.*)*$", "", text, flags=re.M)
    for body in re.findall(r"\benum\b[^{;]*\{(.*?)\}", text, flags=re.S):
        following = 0
        for item in filter(None, (item.strip() for item in body.split(","))):
            name, _, value = (part.strip() for part in item.partition("="))
            number = value_of(value, known) if value else following
            if number is None:
                break
            known[name] = number
            following = number + 1
    for name, body in macros.items():
        number = value_of(body, known)
        if number is not None:
            known.setdefault(name, number)


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit("usage: scripts/build/attributes [--check]")
    kernel = subprocess.run([TOP / "scripts/build/kernel", "--source"], text=True, stdout=subprocess.PIPE)
    if kernel.returncode:
        sys.exit(1)
    source = kernel.stdout.strip()
    known = {}
    for header in HEADERS:
        read(pathlib.Path(source, "include/uapi/linux", header), known)
    for room in ROOMS:
        folder = TOP / room
        made = folder / "numbers.rs"
        files = [file for file in folder.rglob("*.rs") if file != made]
        names = {name for file in files for name in NAME.findall(file.read_text())}
        if missing := sorted(names - known.keys()):
            sys.exit("attributes: not in the kernel's headers: " + ", ".join(missing))
        lines = [
            "// SPDX-License-Identifier: MIT OR Apache-2.0",
            "",
            "//! The kernel's numbers. Made by scripts/build/attributes from its headers.",
            "",
        ]
        for name in sorted(names):
            # What a table counts, or what a value is compared with.
            kind = "u16" if 0 <= known[name] < 1 << 16 else "u64"
            lines.append(f"pub(crate) const {name}: {kind} = {known[name]};")
        text = "\n".join(lines) + "\n"
        if check and text != made.read_text():
            sys.exit(f"attributes: {room}/numbers.rs is not what scripts/build/attributes makes")
        if not check:
            made.write_text(text)


main()
