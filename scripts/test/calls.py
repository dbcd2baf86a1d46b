# SPDX-License-Identifier: GPL-2.0
"""Compares requests and output of parley call with those of pyynl, for every spec of the kernel.

usage: calls.py SOURCE PARLEY [SPEC...]     in a guest, with the kernel's source and the program

Each do and dump is called without attributes, and with those of KNOWN that it takes: by pyynl, by
parley and by pyynl again. Values that differ between pyynl's two replies change by themselves, and
are only counted. The requests of CHANGES must have the same bytes, except for the sequence number,
the port and the version of the family. Each request of ASKED and CHANGES for a family of this
kernel must be used.
"""

import contextlib
import io
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile

# Commands that create the objects to query. A kernel may lack some kinds. Links of kinds that
# the spec lacks, such as macvlan and vxlan, are left out, because pyynl fails for them.
PREPARE = """
ip link set lo up
ip link add name calls0 type veth peer name calls1
ip link add name callsdummy type dummy
ip link add name callsbond type bond mode active-backup
ip link add name callsbridge type bridge vlan_filtering 1 mcast_snooping 1
ip link add link calls0 name callsvlan type vlan id 7 egress-qos-map 1:2
ip link add name callsgeneve type geneve id 7 remote 192.0.2.2
ip link add name callsgre type gre local 192.0.2.1 remote 192.0.2.2 key 7
ip link add name callsgretap type gretap local 192.0.2.1 remote 192.0.2.2
ip link add name callsip6gre type ip6gre local 2001:db8::1 remote 2001:db8::2
ip link add name callsipip type ipip local 192.0.2.1 remote 192.0.2.2
ip link add name callssit type sit local 192.0.2.1 remote 192.0.2.2
ip link add name callsip6tnl type ip6tnl local 2001:db8::1 remote 2001:db8::2
ip link add name callsvti type vti local 192.0.2.1 remote 192.0.2.2
ip link add name callsvrf type vrf table 7
ip link add name callsifb type ifb
ip link add name callswg type wireguard
ip link add name callsteam type team
ip link add name callsovpn type ovpn
ip link set callsdummy master callsbridge
ip link set calls0 up
ip link set calls1 up
ip link set callsbridge up
ip addr add 192.0.2.1/24 dev calls0
ip addr add 2001:db8::1/64 dev calls0 nodad
ip route add 198.51.100.0/24 via 192.0.2.9 dev calls0 mtu 1400
ip route add 203.0.113.0/24 nexthop via 192.0.2.8 dev calls0 weight 2 nexthop via 192.0.2.9 dev calls0
ip -6 route add 2001:db8:7::/48 via 2001:db8::9 dev calls0
ip rule add from 192.0.2.7 lookup 7 pref 77
ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev calls0
tc qdisc add dev calls0 root handle 1: prio
tc qdisc add dev calls1 root handle 1: fq
tc qdisc add dev callsdummy root handle 1: fq_codel
tc qdisc add dev callsifb root handle 1: netem delay 10ms
tc qdisc add dev calls0 clsact
tc filter add dev calls0 ingress protocol ip matchall action drop
tc filter add dev calls0 ingress protocol ip flower dst_ip 192.0.2.7/32 ip_proto tcp action gact ok
nft add table inet calls
nft add chain inet calls input { type filter hook input priority 0 ; policy accept ; }
nft add rule inet calls input ip saddr 192.0.2.7 tcp dport { 22, 80 } counter accept
nft add set inet calls names { type ipv4_addr ; flags interval ; elements = { 192.0.2.0/28 } ; }
nft add counter inet calls hits
"""

# Values for requests, by attribute. Each operation gets those that it accepts.
KNOWN = {
    "family-name": "nlctrl",
    "ifname": "calls0",
    "ifi-index": "calls0",
    "ifindex": "calls0",
    "ifa-index": "calls0",
    "header": {"dev-name": "calls0"},
    "handle": {"scope": "netdev", "id": 0},
    "bus-name": "netdevsim",
    "dev-name": "netdevsim7",
    "port-index": 0,
    "dst": "192.0.2.1",
    "table": "calls",
    "name": "calls",
    "sockindex": 0,
}
# Values that differ for a family or an operation.
ASKED = {
    "conntrack": {},
    "ethtool": [{"header": {"dev-name": name}} for name in ("calls0", "ETHERNET")],
    "nftables": [
        {"nfgen-family": 1, "name": "calls"},
        {"nfgen-family": 1, "table": "calls"},
        {"nfgen-family": 1, "table": "calls", "name": "names"},
        {"nfgen-family": 1, "table": "calls", "set": "names"},
        {"nfgen-family": 1, "table": "calls", "name": "input"},
        {"nfgen-family": 1, "table": "calls", "chain": "input", "handle": 4},
        {"nfgen-family": 1, "table": "calls", "name": "hits", "type": "counter"},
    ],
    "rt-link": "LINKS",
    "rt-addr": [{"ifa-index": "calls0", "ifa-family": 2}, {"ifa-family": 10}],
    "rt-route": [{"rtm-family": 2, "dst": "192.0.2.9"}, {"rtm-family": 10, "dst": "2001:db8:7::1"}],
    "rt-neigh": [{"ndm-family": 2, "ndm-ifindex": "calls0", "dst": "192.0.2.9"}],
    "rt-rule": [{"family": 2}],
    "tc": [{"ifindex": "calls0"}, {"ifindex": "calls0", "parent": 0xFFFFFFF2}, {"ifindex": "calls1"}],
    "wireguard": [{"ifname": "callswg"}],
    "ovpn": [{"ifindex": "callsovpn"}],
    "team": [{"team-ifindex": "callsteam"}],
}

# Families of netlink-raw can be opened without the kernel's part, which has these symbols.
SYMBOLS = {"conntrack": "ctnetlink_get_conntrack", "nftables": "nf_tables_gettable", "tc": "tc_get_qdisc"}

# Operations that only change something are called without attributes, in families that refuse this.
READS = ("get", "dump", "list", "query", "show", "select")

# Requests that must have the same bytes, in the order of the spec.
CHANGES = [
    ("rt-link", "newlink", {
        "address": "02:00:00:00:00:07", "ifname": "callsnew", "mtu": 1400, "link": 1,
        "linkinfo": {"kind": "vlan", "data": {
            "id": 7, "flags": {"flags": 3, "mask": 0xFFFFFFFF},
            "egress-qos": {"mapping": [{"from": 1, "to": 2}, {"from": 3, "to": 4}]},
            "protocol": "8021ad"}}}),
    ("rt-link", "newlink", {
        "ifi-index": 3, "ifi-flags": 1, "ifi-change": 1,
        "linkinfo": {"kind": "geneve", "data": {"id": 7, "remote": "192.0.2.7", "port": 4789}},
        "af-spec": {"inet6": {"addr-gen-mode": 1}}}),
    ("rt-link", "newlink", {
        "ifname": "callsnew", "linkinfo": {"kind": "bond", "data": {
            "mode": 1, "primary-reselect": 1}}}),
    ("rt-addr", "newaddr", {
        "ifa-family": 2, "ifa-prefixlen": 24, "ifa-index": 1, "address": "192.0.2.3",
        "local": "192.0.2.3", "label": "lo:x", "flags": ["noprefixroute", "permanent"]}),
    ("rt-addr", "newaddr", {"ifa-family": 10, "ifa-prefixlen": 64, "address": "2001:db8::3"}),
    ("rt-route", "newroute", {
        "rtm-family": 2, "rtm-dst-len": 24, "rtm-type": 1, "dst": "198.51.100.0",
        "oif": 1, "metrics": {"mtu": 1400, "hoplimit": 7}}),
    ("rt-neigh", "newneigh", {
        "ndm-ifindex": 1, "ndm-state": 128, "dst": "192.0.2.3",
        "lladdr": "02:00:00:00:00:03"}),
    ("rt-rule", "newrule", {"family": 2, "action": 1, "priority": 7, "table": 7}),
    ("tc", "newqdisc", {
        "ifindex": 1, "parent": 0xFFFFFFFF, "kind": "fq_codel",
        "options": {"target": 5000, "limit": 100}}),
    ("tc", "newtfilter", {
        "ifindex": 1, "kind": "flower", "options": {
            "key-eth-dst": "02:00:00:00:00:03", "key-ipv4-src": "192.0.2.7", "key-ipv4-src-mask": "255.255.255.0"}}),
    ("nftables", "newtable", {"nfgen-family": 1, "name": "x", "flags": ["dormant"]}),
    ("nftables", "newset", {
        "nfgen-family": 1, "table": "x", "name": "y", "flags": ["interval", "map"],
        "key-type": 7, "key-len": 4, "desc": {"size": 7}, "id": 1}),
    ("wireguard", "set-device", {
        "ifname": "callswg", "private-key": "48" * 32, "flags": ["replace-peers"],
        "listen-port": 51820, "fwmark": 7, "peers": [
            {"public-key": "09" * 32, "flags": ["replace-allowedips"],
             "persistent-keepalive-interval": 3, "allowedips": [
                 {"family": 2, "ipaddr": "192.0.2.0", "cidr-mask": 24},
                 {"family": 10, "ipaddr": "2001:db8::", "cidr-mask": 32}]},
            {"public-key": "0b" * 32, "flags": 1}]}),
    ("ethtool", "linkmodes-set", {
        "header": {"dev-name": "calls0", "flags": ["compact-bitsets"]}, "autoneg": 0,
        "ours": {"nomask": True, "bits": {"bit": [{"index": 3, "value": True}, {"name": "TP"}]}},
        "speed": 1000}),
    ("ethtool", "rss-get", {"header": {"dev-index": 1}, "context": 3}),
    ("devlink", "reload", {
        "bus-name": "netdevsim", "dev-name": "netdevsim7", "reload-action": "fw-activate",
        # The spec names the actions, not the limits.
        "reload-limits": {"value": ["fw-activate"], "selector": ["fw-activate"]}}),
    ("net_shaper", "group", {
        # In the order of the spec, in which parley sends them.
        "handle": {"scope": "node", "id": 7}, "metric": "bps", "bw-max": 1 << 40, "ifindex": 1,
        "leaves": [{"handle": {"scope": "queue", "id": 0}, "weight": 1},
                   {"handle": {"scope": "queue", "id": 1}}]}),
    ("mptcp_pm", "add-addr", {
        "addr": {"family": 2, "id": 3, "addr4": 7, "port": 7, "flags": 5}}),
    ("fou", "add", {"port": 7777, "ipproto": 4, "type": 1, "local-v4": 7}),
    ("netdev", "napi-set", {"id": 7, "irq-suspend-timeout": 1 << 33, "threaded": "enabled"}),
    ("ovs_datapath", "new", {"dp-ifindex": 0, "name": "x", "upcall-pid": 0, "user-features": ["vport-pids"]}),
    ("psp", "dev-set", {"id": 1, "psp-versions-ena": ["hdr0-aes-gcm-128", "hdr0-aes-gcm-256"]}),
]

# Members that describe the requester.
OWN = ("proc-pid", "proc-name")
# pyynl reads these structs without the padding that C has in them, or that the spec lacks.
PACKED = ("vf-guid",)


# The kernel sends the flags of ip6tnl in host order. In the spec the attribute inherits the byte
# order of ipip's, which has 16 bits. pyynl follows the spec; parley does not, see docs/specs.md.
OTHER_ORDER = {("rt-link", "linkinfo.data.flags"): 4}


class Encoder(json.JSONEncoder):
    """As that of pyynl's own program."""

    def default(self, o):
        if isinstance(o, bytes):
            return o.hex()
        if isinstance(o, set):
            return sorted(o)
        return super().default(o)


def normal(value):
    return json.loads(json.dumps(value, cls=Encoder))


def count(value):
    if isinstance(value, dict):
        return sum(map(count, value.values()))
    if isinstance(value, list):
        return sum(map(count, value))
    return 1


def differences(one, other, at=""):
    """Where two values differ: path, one, the other."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(set(one) | set(other)):
            if name not in one or name not in other:
                yield f"{at}.{name}", one.get(name), other.get(name)
            else:
                yield from differences(one[name], other[name], f"{at}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other)):
            yield from differences(left, right, f"{at}.{place}")
    elif one != other or isinstance(one, bool) != isinstance(other, bool):
        yield at, one, other


class Judge:
    """Sends the request with both, and counts equal values."""

    def __init__(self, program, nlerror):
        self.program, self.nlerror = program, nlerror
        self.counts, self.wrong, self.broken = {}, [], {}
        # The queried families, and the places of their used requests in ASKED.
        self.used = {}

    def theirs(self, ynl, mode, operation, request):
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                return normal(getattr(ynl, mode)(operation, json.loads(json.dumps(request))))
        except self.nlerror as refusal:
            return f"refused: {refusal.error}"
        except Exception as error:  # pylint: disable=broad-exception-caught
            # pyynl itself failed.
            return error

    def call(self, file, mode, operation, request, *options):
        command = [self.program, "-j", *options, "call", "--spec", file, operation, json.dumps(request)]
        return subprocess.run(command + ["--dump"] * (mode == "dump"), check=False,
                              capture_output=True, text=True)

    def ours(self, *asked):
        done = self.call(*asked)
        if done.returncode == 0:
            return json.loads(done.stdout)
        try:
            failure = json.loads(done.stderr)
        except ValueError:
            return f"status {done.returncode}, {done.stderr!r}"
        return f"refused: {failure['errno']}" if failure["errno"] else failure["error"]

    def ask(self, family, ynl, file, mode, operation, request):
        at = f"{family} {mode} {operation} {json.dumps(request)}"
        before = self.theirs(ynl, mode, operation, request)
        ours = self.ours(file, mode, operation, request)
        after = self.theirs(ynl, mode, operation, request)
        if isinstance(before, Exception) or isinstance(after, Exception):
            self.broken[at] = (f"{family} {mode} {operation}", f"{before!r}; parley: {str(ours)[:200]}")
            return False
        changing = {path for path, _, _ in differences(before, after)}
        tally = self.counts.setdefault(family, {"asked": 0, "answered": 0, "values": 0, "changing": 0})
        tally["asked"] += 1
        tally["answered"] += not isinstance(before, str)
        tally["changing"] += len(changing)
        wrong = [(path, one, other) for path, one, other in differences(ours, before)
                 if not any((path + ".").startswith(place + ".") for place in changing)
                 and path.rsplit(".", 1)[-1] not in OWN
                 and not in_other_order(family, path, one, other)]
        tally["values"] += count(before) - len(wrong) - len(changing)
        for path, one, other in wrong:
            self.wrong.append(f"{at}{path}: {str(one)[:300]}; pyynl has {str(other)[:300]}")
        return True

    def encode(self, family, ynl, file, operation, request):
        """Compares the bytes of a request: of the capture, the last message to the kernel."""
        at = f"{family} request {operation}"
        try:
            theirs = ynl._encode_message(ynl.ops[operation], json.loads(json.dumps(request)), None, 1)  # pylint: disable=protected-access
        except Exception as error:  # pylint: disable=broad-exception-caught
            self.wrong.append(f"{at}: pyynl does not encode it: {error!r}")
            return
        with tempfile.NamedTemporaryFile() as capture:
            done = self.call(file, "do", operation, request, "--pcap", capture.name)
            sent = sent_in(pathlib.Path(capture.name).read_bytes())
        ours = comparable(sent[-1], ynl.proto) if sent else b""
        theirs = comparable(theirs, ynl.proto)
        if ours != theirs:
            self.wrong.append(f"{at}: {ours.hex()}; pyynl sends {theirs.hex()} {done.stderr[:200]}")
            return
        tally = self.counts.setdefault(family, {"asked": 0, "answered": 0, "values": 0, "changing": 0})
        tally["encoded"] = tally.get("encoded", 0) + 1


    def unused(self, changes):
        """Reports missing comparisons of the families that exist."""
        for family, used in self.used.items():
            asked = ASKED.get(family, [])
            for place, request in enumerate([] if asked == "LINKS" else asked):
                if place not in used:
                    yield f"{family}: no operation was asked with {json.dumps(request)}"
            if family in ASKED and is_there(family) and not self.counts.get(family, {}).get("answered"):
                yield f"{family}: nothing was answered"
        for family in {family for family, _, _ in changes if family in self.used}:
            if not self.counts.get(family, {}).get("encoded"):
                yield f"{family}: no request was the same"


def in_other_order(family, path, one, other):
    """Returns whether a value of OTHER_ORDER differs only in its byte order."""
    lengths = [length for (spec, end), length in OTHER_ORDER.items()
               if spec == family and path.endswith("." + end)]
    return any(isinstance(one, int) and isinstance(other, int)
               and one.to_bytes(length, "little") == other.to_bytes(length, "big")
               for length in lengths)


def is_there(family):
    """Whether the kernel has its part of a family that was opened."""
    if family not in SYMBOLS:
        return True
    symbols = pathlib.Path("/proc/kallsyms").read_text(encoding="ascii")
    return re.search(rf" {SYMBOLS[family]}\b", symbols) is not None


def comparable(message, proto):
    """The type and flags of a message, the command if it is Generic Netlink, and the rest."""
    if proto == "netlink-raw":
        return message[4:8] + message[16:]
    return message[4:8] + message[16:17] + message[20:]


def sent_in(capture):
    """The messages to the kernel in a capture."""
    at, sent = 24, []
    while at + 16 <= len(capture):
        length = struct.unpack_from("=I", capture, at + 8)[0]
        packet = capture[at + 16:at + 16 + length]
        # Of the cooked header: the kind of packet, 4 if it was sent.
        if struct.unpack_from(">H", packet)[0] == 4:
            sent.append(packet[16:])
        at += 16 + length
    return sent


def prepare():
    """Creates the objects to query. Returns the name of a netdevsim device, if there is one."""
    for line in PREPARE.strip().splitlines():
        subprocess.run(line.split(), check=False, stderr=subprocess.DEVNULL)
    bus = pathlib.Path("/sys/bus/netdevsim")
    if not bus.exists():
        return "calls1"
    if not (bus / "devices/netdevsim7").exists():
        (bus / "new_device").write_text("7 2")
    return sorted((bus / "devices/netdevsim7/net").iterdir())[0].name


def indexed(value):
    """A request with the numbers of interfaces in place of their names."""
    if isinstance(value, str) and value.startswith("calls"):
        with contextlib.suppress(OSError):
            return socket.if_nametoindex(value)
    return value


def requests(stem, ynl, operation, mode, ethernet, used):
    """Yields the requests for an operation. Adds the places of those in ASKED to `used`."""
    yield {}
    if not any(word in operation for word in READS):
        return
    spec = ynl.ops[operation]
    takes = spec.yaml[mode].get("request", {}).get("attributes", [])
    known = {name: KNOWN[name] for name in takes if name in KNOWN and spec.attr_set[name].type != "u64"}
    asked = ASKED.get(stem, [known])
    if asked == "LINKS":
        asked = [{"ifname": name} for _, name in socket.if_nameindex()]
    for place, request in enumerate(asked):
        request = json.loads(json.dumps(request).replace("ETHERNET", ethernet))
        names = [*takes, *(member.name for member in ynl.consts[spec.fixed_header])] if spec.fixed_header else takes
        if request and all(name in names for name in request):
            used.add(place)
            by_index = ("ifindex", "ifi-index", "ifa-index", "ndm-ifindex", "team-ifindex")
            yield {name: indexed(value) if name in by_index else value for name, value in request.items()}


def main(source, program, only):
    os.environ["PYTHONWARNINGS"] = "ignore"
    sys.path.insert(0, str(source / "tools/net/ynl"))
    from pyynl.lib import NlError, YnlFamily  # pylint: disable=import-outside-toplevel
    judge, ethernet, absent = Judge(program, NlError), prepare(), []
    for file in sorted((source / "Documentation/netlink/specs").glob("*.yaml")):
        if only and file.stem not in only:
            continue

        def family(file=file):
            return YnlFamily(str(file), schema="", process_unknown=True)

        try:
            ynl = family()
        except Exception as error:  # pylint: disable=broad-exception-caught
            if "not supported by the kernel" not in str(error):
                raise
            absent.append(file.stem)
            continue
        used = judge.used.setdefault(file.stem, set())
        for operation, spec in ynl.ops.items():
            for mode in ("do", "dump"):
                if mode in spec.yaml:
                    for request in requests(file.stem, ynl, operation, mode, ethernet, used):
                        if not judge.ask(file.stem, ynl, file, mode, operation, request):
                            # Unread messages would be taken for the next reply.
                            ynl = family()
        for stem, operation, request in CHANGES:
            if stem == file.stem:
                judge.encode(stem, ynl, file, operation, request)
    total = {"asked": 0, "answered": 0, "values": 0, "changing": 0, "encoded": 0}
    for family, tally in judge.counts.items():
        for key in total:
            total[key] += tally.get(key, 0)
        print(f"calls: {family}: {tally['asked']} asked, {tally['answered']} answered, "
              f"{tally['values']} values the same, {tally.get('encoded', 0)} requests")
    print(f"calls: {len(judge.counts)} families, {total['asked']} asked, {total['answered']} answered, "
          f"{total['values']} values the same, {total['changing']} that change, "
          f"{total['encoded']} requests the same bytes")
    if absent:
        print(f"calls: not in this kernel: {', '.join(absent)}")
    named = {*ASKED, *(family for family, _, _ in CHANGES)}
    unused = [*judge.unused(CHANGES), *(f"there is no spec {stem}" for stem in sorted(
        named - set(judge.used) - set(absent)) if not only)]
    for at, (_, line) in judge.broken.items():
        print(f"calls: pyynl fails: {at}: {line}")
    for line in judge.wrong + unused:
        print(f"calls: {line}", file=sys.stderr)
    calls = sorted({call for call, _ in judge.broken.values()})
    print(f"calls: pyynl fails for {len(judge.broken)} requests, which are not compared: {', '.join(calls) or 'none'}",
          flush=True)
    if judge.wrong:
        sys.exit("calls: parley call differs from pyynl")
    if unused or not total["answered"] or not (total["encoded"] or only):
        sys.exit("calls: too little was compared")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    main(pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
