#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# Prints the public surface of a library, a line for each item, from what rustdoc
# tells of it in JSON. Called by scripts/api.
#
#   api.py JSON
#   api.py --compare BEFORE AFTER
#   api.py --self-test
#
# Ends with status 3 where rustdoc's format is one that is not known here.
#
# --compare prints how one list of lines differs from another, and fails if that can
# break a program that was built on the first: a line has gone, or an item that was
# there and is not #[non_exhaustive] has a new field, variant or trait item. New
# functions, constants and types break nothing, so it only reports them.
#
# Left out: what the compiler implements by itself (Send and its like, which
# user/netlink/src/surface.rs asserts), what a trait implements for all types, and the items
# of traits that are implemented, which the traits tell.

import json
import re
import sys

# The versions of the format whose parts are as they are read below.
FORMATS = (57,)


class Surface:
    def __init__(self, crate):
        self.index = crate["index"]
        self.root = crate["root"]
        self.known = crate["paths"]
        # The path by which an item is reached, by its number.
        self.paths = {}
        self.lines = []

    def item(self, number):
        return self.index.get(str(number))

    # Which path an item has: that of its module, or of a module that has it again.

    def walk(self):
        uses, modules = [], [(self.root, self.item(self.root)["name"])]
        for number, path in modules:
            self.paths[number] = path
            for inner in self.item(number)["inner"]["module"]["items"]:
                entry = self.item(inner)
                if entry is None:
                    continue
                kind = next(iter(entry["inner"]))
                if kind == "module":
                    modules.append((inner, f"{path}::{entry['name']}"))
                elif kind == "use":
                    use = entry["inner"]["use"]
                    if use["is_glob"]:
                        raise KeyError("a glob")
                    uses.append((f"{path}::{use['name']}", use["id"]))
                elif kind != "impl":
                    self.paths[inner] = f"{path}::{entry['name']}"
        # The longer one first: it names the module that an item is about.
        for path, number in sorted(uses, key=lambda use: (-use[0].count("::"), use[0])):
            if self.item(number) is None:
                # Another crate's.
                self.lines.append(f"pub use {path} = {'::'.join(self.known[str(number)]['path'])}")
            elif number not in self.paths:
                self.paths[number] = path
            else:
                self.lines.append(f"pub use {path} = {self.paths[number]}")

    # Types, as Rust writes them.

    def name(self, path, number):
        if number in self.paths:
            return self.paths[number]
        # Another crate's, or hidden. Its last name is enough, but for those of which
        # there are several.
        known = self.known.get(str(number), {}).get("path", [])
        last = path.rsplit("::", 1)[-1]
        return f"io::{last}" if known[1:2] == ["io"] else last

    def arguments(self, args):
        if args is None:
            return ""
        if "angle_bracketed" in args:
            parts = []
            for arg in args["angle_bracketed"]["args"]:
                if "lifetime" in arg:
                    parts.append(arg["lifetime"])
                elif "type" in arg:
                    parts.append(self.type(arg["type"]))
                else:
                    parts.append(arg["const"]["expr"])
            for constraint in args["angle_bracketed"]["constraints"]:
                binding = constraint["binding"]
                if "equality" in binding:
                    told = " = " + self.type(binding["equality"]["type"])
                else:
                    told = ": " + self.bounds(binding["constraint"])
                parts.append(constraint["name"] + told)
            return f"<{', '.join(parts)}>" if parts else ""
        call = args["parenthesized"]
        inputs = ", ".join(self.type(one) for one in call["inputs"])
        return f"({inputs})" + self.output(call["output"])

    def output(self, output):
        return "" if output is None else f" -> {self.type(output)}"

    def path(self, path):
        return self.name(path["path"], path["id"]) + self.arguments(path["args"])

    def type(self, type_):
        (kind, value), = type_.items()
        if kind in ("primitive", "generic"):
            return value
        if kind == "resolved_path":
            return self.path(value)
        if kind == "borrowed_ref":
            lifetime = value["lifetime"] + " " if value["lifetime"] else ""
            mutable = "mut " if value["is_mutable"] else ""
            return f"&{lifetime}{mutable}{self.type(value['type'])}"
        if kind == "slice":
            return f"[{self.type(value)}]"
        if kind == "array":
            return f"[{self.type(value['type'])}; {value['len']}]"
        if kind == "tuple":
            return f"({', '.join(self.type(one) for one in value)})"
        if kind == "impl_trait":
            return "impl " + self.bounds(value)
        if kind == "dyn_trait":
            traits = [self.path(one["trait"]) for one in value["traits"]]
            return "dyn " + " + ".join(traits + [value["lifetime"]] * bool(value["lifetime"]))
        if kind == "qualified_path":
            owner = self.type(value["self_type"])
            if value["trait"] is None or owner == "Self":
                return f"{owner}::{value['name']}"
            return f"<{owner} as {self.path(value['trait'])}>::{value['name']}"
        raise KeyError(kind)

    def bounds(self, bounds):
        parts = []
        for bound in bounds:
            (kind, value), = bound.items()
            if kind == "outlives":
                parts.append(value)
            elif kind == "trait_bound":
                maybe = "?" if value["modifier"] == "maybe" else ""
                parts.append(maybe + self.path(value["trait"]))
            else:
                raise KeyError(kind)
        return " + ".join(parts)

    def generics(self, generics):
        parts = []
        for param in generics["params"]:
            (kind, value), = param["kind"].items()
            told = param["name"]
            if kind == "type":
                if value["is_synthetic"]:
                    continue
                if value["bounds"]:
                    told += ": " + self.bounds(value["bounds"])
                if value["default"]:
                    told += " = " + self.type(value["default"])
            elif kind == "const":
                told = f"const {told}: {self.type(value['type'])}"
            parts.append(told)
        return f"<{', '.join(parts)}>" if parts else ""

    def where(self, generics):
        parts = []
        for predicate in generics["where_predicates"]:
            (kind, value), = predicate.items()
            if kind != "bound_predicate":
                raise KeyError(kind)
            parts.append(f"{self.type(value['type'])}: {self.bounds(value['bounds'])}")
        return f" where {', '.join(parts)}" if parts else ""

    # Items.

    def say(self, entry, line):
        marks = [attr for attr in entry["attrs"] if attr == "non_exhaustive"]
        marks += ["must_use" for attr in entry["attrs"] if "must_use" in attr]
        self.lines.append(" ".join([line] + [f"#[{mark}]" for mark in marks]))

    def function(self, entry, path, bounds=""):
        function = entry["inner"]["function"]
        inputs = []
        for name, type_ in function["sig"]["inputs"]:
            told = self.type(type_)
            if name == "self" and told.replace("mut ", "").lstrip("&") == "Self":
                inputs.append(told.replace("Self", "self"))
            else:
                inputs.append(f"{name}: {told}")
        words = "".join(f"{word} " for word in ("const", "unsafe") if function["header"][f"is_{word}"])
        generics = self.generics(function["generics"])
        ending = self.output(function["sig"]["output"]) + self.where(function["generics"])
        self.say(entry, f"pub {words}fn {path}{generics}({', '.join(inputs)}){ending}{bounds}")

    def fields(self, numbers, path, before="pub "):
        for number in numbers:
            field = self.item(number) if number is not None else None
            if field is not None:
                told = self.type(field["inner"]["struct_field"])
                self.say(field, f"{before}{path}.{field['name']}: {told}")

    def structure(self, entry, path):
        struct = entry["inner"]["struct"]
        kind = struct["kind"]
        hidden, fields = "", []
        if kind == "unit":
            pass
        elif "tuple" in kind:
            fields = kind["tuple"]
            hidden = " (..)" if None in fields else ""
        else:
            fields = kind["plain"]["fields"]
            hidden = " { .. }" if kind["plain"]["has_stripped_fields"] else ""
        generics = self.generics(struct["generics"])
        self.say(entry, f"pub struct {path}{generics}{self.where(struct['generics'])}{hidden}")
        self.fields(fields, path)
        self.impls(struct["impls"], path)

    def enumeration(self, entry, path):
        enum = entry["inner"]["enum"]
        self.say(entry, f"pub enum {path}{self.generics(enum['generics'])}")
        for number in enum["variants"]:
            variant = self.item(number)
            kind = variant["inner"]["variant"]["kind"]
            told = f"{path}::{variant['name']}"
            if kind == "plain":
                self.say(variant, told)
            elif "tuple" in kind:
                types = [self.type(self.item(one)["inner"]["struct_field"]) for one in kind["tuple"]]
                self.say(variant, f"{told}({', '.join(types)})")
            else:
                self.say(variant, told)
                self.fields(kind["struct"]["fields"], told, "")
        self.impls(enum["impls"], path)

    def trait(self, entry, path):
        trait = entry["inner"]["trait"]
        bounds = f": {self.bounds(trait['bounds'])}" if trait["bounds"] else ""
        self.say(entry, f"pub trait {path}{self.generics(trait['generics'])}{bounds}")
        for number in trait["items"]:
            self.associated(self.item(number), path)

    def associated(self, entry, path, bounds=""):
        (kind, value), = entry["inner"].items()
        path = f"{path}::{entry['name']}"
        if kind == "function":
            self.function(entry, path, bounds)
        elif kind == "assoc_const":
            given = f" = {value['value']}" if value["value"] is not None else ""
            self.say(entry, f"pub const {path}: {self.type(value['type'])}{given}")
        elif kind == "assoc_type":
            bounds = f": {self.bounds(value['bounds'])}" if value["bounds"] else ""
            given = f" = {self.type(value['type'])}" if value["type"] is not None else ""
            self.say(entry, f"pub type {path}{bounds}{given}")
        else:
            raise KeyError(kind)

    def impls(self, numbers, path):
        for number in numbers:
            entry = self.item(number)
            if entry is None:
                continue
            impl = entry["inner"]["impl"]
            if impl["is_synthetic"] or impl["blanket_impl"] is not None:
                continue
            if impl["trait"] is None:
                owner = self.type(impl["for"])
                # The bounds of its parameters hold for each of its items.
                generics = self.generics(impl["generics"])
                bounds = f" in impl{generics}" if ":" in generics else ""
                for inner in impl["items"]:
                    self.associated(self.item(inner), owner, bounds)
                continue
            trait = self.path(impl["trait"])
            if trait.endswith("StructuralPartialEq") or trait.endswith("Sealed"):
                continue
            generics = self.generics(impl["generics"])
            self.say(
                entry,
                f"impl{generics} {trait} for {self.type(impl['for'])}{self.where(impl['generics'])}",
            )

    def all(self):
        self.walk()
        for number, path in self.paths.items():
            entry = self.item(number)
            (kind, value), = entry["inner"].items()
            if kind == "module":
                self.say(entry, f"pub mod {path}")
            elif kind == "function":
                self.function(entry, path)
            elif kind == "struct":
                self.structure(entry, path)
            elif kind == "enum":
                self.enumeration(entry, path)
            elif kind == "trait":
                self.trait(entry, path)
            elif kind == "constant":
                told = value["const"]["value"] or value["const"]["expr"]
                self.say(entry, f"pub const {path}: {self.type(value['type'])} = {told}")
            elif kind == "static":
                self.say(entry, f"pub static {path}: {self.type(value['type'])}")
            elif kind == "type_alias":
                told = f"pub type {path}{self.generics(value['generics'])} = {self.type(value['type'])}"
                self.say(entry, told)
            else:
                raise KeyError(kind)
        return sorted(set(self.lines), key=order)


def order(line):
    """By the item that a line is about, and what it is after that."""
    words = [word for word in line.replace("(", " ").split() if word.startswith("parley")]
    about = words[-1] if line.startswith("impl") else words[0]
    return (about.replace("<", " ").rstrip(":,;"), line.startswith("impl"), line)


def subject(line):
    """The path of the item that a line is about."""
    line = line.split("(")[0]
    while (less := re.sub(r"<[^<>]*>", "", line)) != line:
        line = less
    if line.startswith("impl") and " for " in line:
        line = line.split(" for ")[1]
    return next((w for w in line.split() if w.startswith("parley")), "").rstrip(":,;")


def breaking(before, after):
    """The lines of `after` that are new and may break a program."""
    declared = re.compile(r"pub (?:struct|enum|trait|mod) ")
    there = {subject(line): line for line in before if declared.match(line)}
    for line in sorted(after - before):
        path = subject(line)
        owner = re.split(r"\.|::(?=\w+$)", path)[0]
        held = there.get(path, "") if line.startswith("impl") else there.get(owner, "")
        if not held or held.startswith("pub mod") or "#[non_exhaustive]" in held:
            continue
        if line.startswith("pub fn") and not held.startswith("pub trait"):
            continue
        if line.startswith("pub const") and not held.startswith("pub trait"):
            continue
        yield line


def compare(before, after):
    before, after = ({line for line in lines if "parley" in line} for lines in (before, after))
    gone, risky = sorted(before - after, key=order), set(breaking(before, after))
    lines = [f"gone: {line}" for line in gone]
    for line in sorted(after - before, key=order):
        lines.append(f"{'new, and may break a program' if line in risky else 'new'}: {line}")
    return lines, bool(gone or risky)


def self_test():
    before = [
        "pub mod parley::uapi::cmd",
        "pub const parley::uapi::cmd::ECHO: u8 = 1u8",
        "pub struct parley::Open #[non_exhaustive]",
        "pub struct parley::Shut<T>",
        "pub parley::Shut.field: u8",
        "pub enum parley::Kind",
        "parley::Kind::One",
        "pub trait parley::Trait",
        "pub fn parley::Shut<T>::call(&self) -> parley::Kind in impl<T: parley::Trait>",
    ]

    def breaks(new=None, gone=None):
        return compare(before, [*(line for line in before if line != gone), *([new] * bool(new))])[1]

    assert not breaks()
    for new in (
        "pub const parley::uapi::cmd::ECHO_REVERSE: u8 = 14u8",
        "pub fn parley::Shut<T>::more(&self, kind: parley::Kind) in impl<T: parley::Trait>",
        "pub parley::Open.more: u8",
        "pub struct parley::New",
        "pub parley::New.field: u8",
        "impl Debug for parley::New",
        "impl Debug for parley::Open",
    ):
        assert not breaks(new), new
    for new in (
        "pub parley::Shut.more: u8",
        "parley::Kind::Two",
        "pub fn parley::Trait::more(&self)",
        "impl<T> Drop for parley::Shut<T>",
    ):
        assert breaks(new), new
    for gone in before:
        assert breaks(gone=gone), gone
    # What has changed has gone, too.
    assert breaks("pub const parley::uapi::cmd::ECHO: u8 = 2u8", before[1])
    print("api: the self-test is well")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if sys.argv[1] == "--compare":
        texts = []
        for path in sys.argv[2:]:
            with open(path, encoding="utf-8") as file:
                texts.append(file.read().splitlines())
        lines, broken = compare(*texts)
        print("\n".join(lines), end="\n" * bool(lines))
        sys.exit(broken)
    with open(sys.argv[1], encoding="utf-8") as file:
        crate = json.load(file)
    if crate["format_version"] not in FORMATS:
        print(f"rustdoc tells it in format {crate['format_version']}", file=sys.stderr)
        sys.exit(3)
    print("\n".join(Surface(crate).all()))


main()
