#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks that the family `conformance` returns the attributes that the kernel's own client sends.

usage: run.py SOURCE SPEC [SEED]     in a guest, with the module loaded

Sends valid and invalid values of every kind with pyynl, generated from the seed. Each reply must
equal its request, and each refusal must name the attribute, by its path if it is in a nest.
"""

import copy
import errno
import os
import pathlib
import random
import struct
import sys

NAMES = "low middle high".split()
BITS = "first second fourth-is-not last".split()
ROUNDS = 300
NESTED = 0x8000


class Maker:
    """Generates random values."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def integer(self, bits, signed=False):
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        return self.random.choice([low, high, 0, 1, self.random.randint(low, high)])

    def name(self, least, most):
        return "".join(self.random.choices("abcXYZ 09", k=self.random.randint(least, most)))

    def data(self, least, most=None):
        return self.random.randbytes(self.random.randint(least, least if most is None else most))

    def some(self, names):
        return set(self.random.sample(names, self.random.randint(0, len(names))))

    def deeper(self):
        return self.part({"level": self.random.choice(NAMES), "key": self.data(2)})

    def inner(self):
        return self.part({"number": self.random.randint(0, 1000), "name": self.name(0, 9),
                          "deeper": self.deeper()})

    def part(self, values):
        return {key: values[key] for key in values if self.random.random() < 0.7}

    def several(self, make):
        return [make() for _ in range(self.random.randint(1, 5))]

    def request(self):
        selector = self.some(BITS)
        return self.part({
            **{f"u{bits}": self.integer(bits) for bits in (8, 16, 32, 64)},
            **{f"s{bits}": self.integer(bits, True) for bits in (8, 16, 32, 64)},
            **{f"be{bits}": self.integer(bits) for bits in (16, 32, 64)},
            **{f"le{bits}": self.integer(bits) for bits in (16, 32, 64)},
            **{f"{order}-s{bits}": self.integer(bits, True) for order in ("be", "le")
               for bits in (16, 32, 64)},
            "uint": self.integer(self.random.choice([32, 64])),
            "sint": self.integer(self.random.choice([32, 64]), True),
            "flag": True, "string": self.name(0, 9), "text": self.name(2, 6),
            "bytes": self.data(0, 5000), "exact": self.data(4), "bounded": self.data(2, 8),
            "small": self.random.randint(1, 9), "wide": self.random.randint(10, 60000),
            "network": self.random.randint(0, 1000), "level": self.random.choice(NAMES),
            "colour": self.random.choice(["red", "blue", "grey"]), "mask": self.some(BITS),
            "field": {"value": selector & self.some(BITS), "selector": selector},
            "point": {"x": self.integer(32, True), "tag": self.integer(8), "gap": self.data(1).hex(),
                      "y": self.integer(16)},
            "inner": self.inner(), "numbers": self.several(lambda: self.integer(32)),
            "inners": self.several(self.inner), "elements": self.several(self.inner),
            "words": self.several(lambda: self.integer(32))})


# Invalid values, the errno, and the path of the attribute at fault. Numbers stand for enum values
# that have no name, which the client would not send.
INVALID = [
    ({"small": 0}, errno.ERANGE, ".small"),
    ({"small": 10}, errno.ERANGE, ".small"),
    ({"wide": 9}, errno.ERANGE, ".wide"),
    ({"wide": 60001}, errno.ERANGE, ".wide"),
    ({"network": 1001}, errno.ERANGE, ".network"),
    ({"level": 3}, errno.ERANGE, ".level"),
    ({"colour": 2}, errno.EINVAL, ".colour"),
    ({"mask": 16}, errno.EINVAL, ".mask"),
    ({"string": "ten bytes!"}, errno.EINVAL, ".string"),
    ({"text": "x"}, errno.ERANGE, ".text"),
    ({"text": "seven b"}, errno.ERANGE, ".text"),
    ({"exact": b"123"}, errno.ERANGE, ".exact"),
    ({"exact": b"12345"}, errno.ERANGE, ".exact"),
    ({"bounded": b"1"}, errno.ERANGE, ".bounded"),
    ({"bounded": b"123456789"}, errno.ERANGE, ".bounded"),
    ({"inner": {"number": 1001}}, errno.ERANGE, ".inner.number"),
    ({"inner": {"name": "ten bytes!"}}, errno.EINVAL, ".inner.name"),
    ({"inner": {"deeper": {"level": 3}}}, errno.ERANGE, ".inner.deeper.level"),
    ({"inner": {"deeper": {"key": b"1"}}}, errno.ERANGE, ".inner.deeper.key"),
    ({"inners": [{"number": 1}, {"number": 1001}]}, errno.ERANGE, ".inners.number"),
]


def plain(value):
    """Returns a value in a form to compare: bytes as hex, elements without their index."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(next(iter(value)), int):
            return plain(next(iter(value.values())))
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


class Run:
    """One run and its results."""

    def __init__(self, source, spec, seed):
        sys.path.insert(0, str(source / "tools/net/ynl"))
        from pyynl.lib import NlError, YnlFamily  # pylint: disable=import-outside-toplevel
        schema = source / "Documentation/netlink/genetlink-legacy.yaml"

        class Client(YnlFamily):
            """pyynl, extended by arrays of integers, which it cannot send."""

            def _add_attr(self, space, name, value, search_attrs):
                if name != "words":
                    return super()._add_attr(space, name, value, search_attrs)
                words = (self._add_attr_raw(place, struct.pack("=I", word))
                         for place, word in enumerate(value, 1))
                number = self.attr_sets[space][name].value | NESTED
                return self._add_attr_raw(number, b"".join(words))

        self.ynl, self.error = Client(str(spec), str(schema)), NlError
        self.listener = Client(str(spec), str(schema))
        self.maker = Maker(seed)
        self.same, self.wrong = 0, []

    def hold(self, what, found, expected):
        found, expected = plain(found), plain(expected)
        if found == expected:
            self.same += 1
        elif isinstance(found, dict) and isinstance(expected, dict):
            for key in sorted({*found, *expected}):
                if found.get(key) != expected.get(key):
                    self.wrong.append(f"{what}, {key}: got {found.get(key)!r}, expected {expected.get(key)!r}")
        else:
            self.wrong.append(f"{what}: got {found!r}, expected {expected!r}")

    def header(self):
        return {"cookie": self.maker.integer(32), "kind": self.maker.integer(8),
                "rest": self.maker.data(3).hex()}

    def refused(self, operation, values, dump=False):
        try:
            (self.ynl.dump if dump else self.ynl.do)(operation, {**self.header(), **values})
        except self.error as refused:
            extack = refused.nl_msg.extack or {}
            where = extack.get("bad-attr") or extack.get("miss-type")
            # For an attribute in a nest, the client reports only the number.
            return refused.error, where, extack.get("msg"), "miss-nest" in extack
        return None

    def echoes(self):
        for _ in range(ROUNDS):
            sent = {**self.header(), **self.maker.request()}
            self.hold("echo", self.ynl.do("echo", copy.deepcopy(sent)), sent)

    def dumps(self):
        for _ in range(ROUNDS // 10):
            sent = {**self.header(), **self.maker.request(), "u32": self.maker.integer(32)}
            for key in ("numbers", "inners", "elements", "words"):
                sent.pop(key, None)
            self.hold("dump", self.ynl.dump("echo", copy.deepcopy(sent)), [sent] * 3)
        self.hold("a dump without u32", self.refused("echo", {}, dump=True)[:2], (errno.EINVAL, "u32"))

    def refusals(self):
        for values, error, where in INVALID:
            found = self.refused("echo", values)
            self.hold(f"refusal of {values}", found and found[:2], (error, where))

    def hooks(self):
        deeper = {"key": b"ab"}
        for before in range(3):
            reply = self.ynl.do("need", {**self.header(), "u32": 5, "inner": {"deeper": deeper}})
            self.hold("the hook's number", reply["u32"], 5)
            self.hold("the namespace", (reply["u64"], reply["flag"]),
                      (os.stat("/proc/self/ns/net").st_ino, True))
            self.hold("guards dropped before", int.from_bytes(reply["exact"], sys.byteorder), before)
            # pyynl decodes only the first cell of the table.
            cell = {"row": 2, "column": 7, "number": 5, "deeper": deeper}
            self.hold("the table", reply["table"], cell)
        self.hold("a hook that refuses", self.refused("need", {"u32": 13}),
                  (errno.EBUSY, ".u32", "the hook refuses this number", False))
        # A guard is dropped if the handler fails, and none is created if the hook fails.
        words = "required attribute is missing"
        for values, missing, nest in (({}, "inner", False), ({"inner": {}}, 3, True),
                                      ({"inner": {"deeper": {}}}, 2, True)):
            found = self.refused("need", {"u32": 1, **values})
            self.hold(f"missing in {values}", found, (errno.EINVAL, missing, words, nest))
        reply = self.ynl.do("need", {**self.header(), "u32": 5, "inner": {"deeper": deeper}})
        self.hold("guards dropped in all", int.from_bytes(reply["exact"], sys.byteorder), 6)

    def relaxed(self):
        self.listener.ntf_subscribe("news")
        # Neither `wide`, whose number is beyond the end of the policy, nor `u8` belongs to this
        # operation. Its hook is shared with `begun`, which takes `u8`, but has no method for `u8`.
        sent = {**self.header(), "u16": 7, "string": "x"}
        reply = self.ynl.do("relaxed", {**sent, "wide": 1, "u8": 200})
        self.hold("relaxed", reply, sent)
        begun = {**self.header(), "u8": 200, "string": "x"}
        self.hold("begun", self.ynl.do("begun", {**begun}), begun)
        self.listener.check_ntf()
        told = self.listener.async_msg_queue.get(timeout=5)
        self.hold("told", [told["name"], told["msg"]], ["told", sent])


def main(arguments):
    if len(arguments) not in (2, 3):
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    seed = int(arguments[2]) if len(arguments) > 2 else random.randrange(1 << 32)
    run = Run(pathlib.Path(arguments[0]), pathlib.Path(arguments[1]), seed)
    for part in (run.echoes, run.dumps, run.refusals, run.hooks, run.relaxed):
        part()
    for line in run.wrong[:20]:
        print(f"conformance: {line}", file=sys.stderr)
    print(f"conformance: {run.same} checks passed, {len(run.wrong)} failed, with the seed {seed}")
    sys.exit(1 if run.wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
