# SPDX-License-Identifier: GPL-2.0
"""Compares the replies that generated clients and pyynl read from the kernel's families.

usage: answers.py SOURCE PROGRAM     in a guest, with the kernel's source and interop-specs

The program sends a request to a family and prints the reply in the format of Rust's Debug. pyynl
sends the same request right after it, and every attribute of the reply's type is compared.
"""

import json
import pathlib
import re
import socket
import subprocess
import sys

TOKEN = re.compile(r"[{}()\[\],:]|-?\d+|\w+")


class Shown:
    """A value as Rust's Debug shows it."""

    def __init__(self, text):
        self.tokens = TOKEN.findall(text)
        self.value = self.one()

    def take(self, *wanted):
        """Takes the next token if it is one of these."""
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in wanted else None

    def some(self, end, one):
        found = []
        while not self.take(end):
            found.append(one())
            self.take(",")
        return found

    def field(self):
        name = self.tokens.pop(0)
        assert self.take(":")
        return name, self.one()

    def one(self):
        if self.take("["):
            return self.some("]", self.one)
        word = self.tokens.pop(0)
        if self.take("{"):
            return dict(self.some("}", self.field))
        if self.take("("):
            # Some, Ok and Err, a flag set, or a struct with one field.
            return self.some(")", self.one)[0]
        constants = {"None": None, "true": True, "false": False}
        return int(word) if word.lstrip("-").isdigit() else constants.get(word, word)


def snake(name):
    return name.replace("-", "_")


class Judge:
    """Counts the values that are the same, and lists the others."""

    def __init__(self, ynl):
        self.ynl, self.same, self.wrong = ynl, 0, []

    def message(self, at, space, ours, theirs):
        """Compares the attributes of a set that the type `ours` has."""
        for name, spec in self.ynl.attr_sets[space].items():
            names = (snake(name), snake(name) + "_")
            field = next((field for field in names if field in ours), None)
            if field is not None:
                self.attribute(f"{at}.{name}", spec, ours[field], theirs.get(name))

    def attribute(self, at, spec, ours, theirs):
        if spec.name == "age":
            # It grows from one question to the next.
            self.check(at, (ours is None) == (theirs is None), ours, theirs)
        elif theirs is None:
            self.check(at, ours in (None, False, []), ours, theirs)
        elif isinstance(theirs, list) and (spec.is_multi or spec.type == "indexed-array"):
            self.check(at, ours is not None and len(ours) == len(theirs), ours, theirs)
            for place, (one, other) in enumerate(zip(ours or [], theirs)):
                if spec.type == "indexed-array" and isinstance(other, dict):
                    # pyynl gives each element its index.
                    [other] = other.values()
                self.value(f"{at}.{place}", spec, one, other)
        else:
            self.value(at, spec, ours, theirs)

    def value(self, at, spec, ours, theirs):
        nested = spec.yaml.get("nested-attributes")
        if spec.type == "nest-type-value":
            # The client hands over the attributes as they are.
            self.check(at, isinstance(ours, dict), ours, theirs)
        elif nested and isinstance(theirs, dict):
            self.check(at, isinstance(ours, dict), ours, theirs)
            self.message(at, nested, ours, theirs)
        elif isinstance(theirs, dict):
            # A struct, or a bitfield: its members, whose enums have names there.
            for name, member in theirs.items():
                if isinstance(ours, dict):
                    right = self.alike(spec, ours[snake(name)], member)
                    self.check(f"{at}.{name}", right, ours, theirs)
        else:
            self.check(at, self.alike(spec, ours, theirs), ours, theirs)

    def alike(self, spec, ours, theirs):
        if isinstance(theirs, set):
            entries = self.ynl.consts[spec.yaml["enum"]].entries
            return ours == sum(1 << entries[name].value for name in theirs)
        if isinstance(theirs, str) and isinstance(ours, str):
            return ours.rstrip("_").lower() == re.sub("[-_]", "", theirs).lower()
        if isinstance(theirs, str) and isinstance(ours, int):
            return theirs == f"Unknown({ours})"
        if isinstance(theirs, str):
            return bytes(ours) == theirs.encode()
        if isinstance(theirs, bytes):
            return bytes(ours) == theirs
        return ours == theirs

    def check(self, at, right, ours, theirs):
        if right:
            self.same += 1
        else:
            self.wrong.append(f"{at}: {ours!r}; pyynl has {theirs!r}")


def prepare():
    """Creates the objects to query, and returns the names of the devices."""
    subprocess.run(["ip", "link", "add", "wg7", "type", "wireguard"], check=True)
    # The program takes the newest one.
    pathlib.Path("/sys/bus/netdevsim/new_device").write_text("7 2")
    # Closing a connection leaves an entry in tcp_metrics.
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as client:
            with server.accept()[0] as accepted:
                accepted.sendall(b"x")
            client.recv(2)
    ethernet, _ = sorted(pathlib.Path("/sys/bus/netdevsim/devices/netdevsim7/net").iterdir())
    return ethernet.name, "wg7"


def main(source, program):
    sys.path.insert(0, str(source / "tools/net/ynl"))
    from pyynl.lib import NlError, YnlFamily  # pylint: disable=import-outside-toplevel
    # Bytes as they are, not as a hint has them printed.
    YnlFamily._formatted_string = lambda self, raw, hint: raw  # pylint: disable=protected-access
    folder = source / "Documentation/netlink"
    families, counts, wrong = {}, {}, []
    names = prepare()
    with subprocess.Popen([program, *names], stdout=subprocess.PIPE, text=True) as asked:
        for line in asked.stdout:
            family, kind, operation, request, *answers = line.rstrip("\n").split("\t")
            if family not in families:
                file = folder / f"specs/{family}.yaml"
                protocol = re.search(r"^protocol: *(\S+)", file.read_text(), re.M)
                schema = folder / f"{protocol[1] if protocol else 'genetlink'}.yaml"
                # The kernel sends attributes that its specs lack.
                families[family] = YnlFamily(str(file), str(schema), process_unknown=True)
            ynl = families[family]
            judge = Judge(ynl)
            at = f"{family} {kind} {operation}"
            try:
                theirs = getattr(ynl, kind)(operation, json.loads(request))
                theirs = [theirs] if kind == "do" else theirs
            except NlError as refusal:
                theirs = f"!{refusal.error}"
            if answers[0].startswith("!") or isinstance(theirs, str):
                judge.check(at, answers == [theirs], answers, theirs)
                ours = theirs = []
            else:
                ours = [Shown(answer).value for answer in answers if answer]
                judge.check(at, len(ours) == len(theirs), len(ours), len(theirs))
            for one, other in zip(ours, theirs):
                judge.message(at, ynl.ops[operation].attr_set.name, one, other)
            wrong += judge.wrong
            counts.setdefault(family, []).append((len(ours), judge.same))
    for family, found in counts.items():
        entries, values = (sum(column) for column in zip(*found))
        if not entries:
            wrong.append(f"{family}: there is nothing to compare")
        asked_for = f"{len(found)} questions, {entries} messages"
        print(f"answers: {family}: {asked_for}, {values} values the same")
    for difference in wrong:
        print(f"answers: {difference}", file=sys.stderr)
    if asked.returncode or wrong or len(families) < 7:
        sys.exit("answers: a generated client reads other values than pyynl")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
