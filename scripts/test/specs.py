# SPDX-License-Identifier: GPL-2.0
"""Generates the kernel side of every genetlink spec of the kernel's tree, and compares it.

usage: scripts/test/specs.py build SOURCE OUT            writes a module for each spec, and its C twin
       scripts/test/specs.py compare SOURCE OUT          in a guest: loads them, and prints how what the
                                                    kernel says of each family differs
       scripts/test/specs.py judge SOURCE OUT [--write]  holds the results against docs/specs.md

The Rust module of a spec is what parley-spec generates, with handlers that answer EOPNOTSUPP. Its
C twin is what the kernel's own generator, ynl_gen_c, makes of the same spec. Both are registered
under names of their own; where the guest's kernel has the family itself, that one is compared, too.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
GENERATOR = TOP / "user/target/release/parley-spec"
BEGIN, END = "<!-- table -->\n", "<!-- end -->"
OBJECTS = "genl/helpers.o genl/helpers_kept.o"


class Spec:
    """A genetlink spec of the tree."""

    def __init__(self, file):
        self.file, self.text = file, file.read_text()
        self.stem = file.stem.replace("-", "_")
        self.name = re.search(r"^name: *(\S+)", self.text, re.M)[1]
        self.raw = re.search(r"^protocol: netlink-raw", self.text, re.M)

    def called(self, suffix):
        """A name that no other family has, and that is not too long."""
        return f"{self.name[:15 - len(suffix)]}{suffix}"


def specs(source):
    found = map(Spec, sorted((source / "Documentation/netlink/specs").glob("*.yaml")))
    return [spec for spec in found if not spec.raw] or sys.exit(f"specs: {source} has no specs")


def run(*command, **options):
    return subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True,
                          **options)


# The Rust side.


def rust_module(spec, out):
    """Writes the module of a spec. Returns what the generator lacks, or None."""
    module = f"rs_{spec.stem}"
    folder = out / "modules" / module
    folder.mkdir(parents=True)
    copy = folder / spec.file.name
    copy.write_text(re.sub(r"^name: .*", f"name: {spec.called('-rs')}", spec.text, count=1, flags=re.M))
    for command, output in (("family", "family.rs"), ("handlers", f"{module}_main.rs")):
        made = run(GENERATOR, command, copy, "-o", folder / output)
        if made.returncode:
            shutil.rmtree(folder)
            return made.stderr.strip().splitlines()[0].split(": ", 1)[-1]
    main = folder / f"{module}_main.rs"
    main.write_text(re.sub(r'^    name: ".*"', f'    name: "{module}"', main.read_text(), flags=re.M))
    (folder / "genl").mkdir()
    shutil.copy2(TOP / "kmod/genl.rs", folder)
    for file in (TOP / "kmod/genl").glob("*.[rc]*"):
        if file.suffix in (".rs", ".c"):
            shutil.copy2(file, folder / "genl")
    kbuild = f"obj-m := {module}.o\n{module}-y := {module}_main.o {OBJECTS}\n"
    for name in OBJECTS.split():
        kbuild += f"CFLAGS_{name} := -Wno-missing-prototypes -Wno-missing-declarations\n"
    (folder / "Kbuild").write_text(kbuild)
    return None


# The C side.


def stub(prototype):
    """A function for a prototype of the generated header."""
    body = "" if prototype.startswith("void") else "\treturn -EOPNOTSUPP;\n"
    return f"{prototype}\n{{\n{body}}}\n"


# Some families have their operations in another order than the kernel wants a table in.
SORTED = """
static struct genl_%(kind)sops sorted[ARRAY_SIZE(%(ops)s)];

static int by_cmd(const void *a, const void *b)
{
	const struct genl_%(kind)sops *left = a, *right = b;

	/* A do comes before its dump. */
	return left->cmd != right->cmd ? left->cmd - right->cmd :
		(left->flags & GENL_CMD_CAP_DUMP) - (right->flags & GENL_CMD_CAP_DUMP);
}

static void sort_ops(void)
{
	memcpy(sorted, %(ops)s, sizeof(sorted));
	sort(sorted, ARRAY_SIZE(sorted), sizeof(sorted[0]), by_cmd, NULL);
}
"""


def c_module(spec, out, source, stage):
    """Writes the C twin of a spec, from what ynl_gen_c makes of it."""
    module = f"c_{spec.stem}"
    folder = out / "modules" / module
    folder.mkdir(parents=True)
    generator = source / "tools/net/ynl/pyynl/ynl_gen_c.py"
    for kind, output in (("--header", "family.h"), ("--source", "family.c")):
        made = run(sys.executable, generator, "--mode", "kernel", kind, "--spec",
                   stage / "Documentation/netlink/specs" / spec.file.name, "-o", folder / output)
        if made.returncode:
            sys.exit(f"specs: ynl_gen_c fails for {spec.file.name}: {made.stderr[-500:]}")
    header = (folder / "family.h").read_text()
    table = (folder / "family.c").read_text()
    prototypes = re.findall(r"^(?:int|void)\s\w+\([^;{]*\)(?=;)", header, re.M)
    main = '#include <linux/module.h>\n#include <linux/sort.h>\n#include "family.h"\n\n' + "\n".join(map(stub, prototypes))
    name = spec.called("-c")
    whole = re.search(r"struct genl_family (\w+) ", table)
    begin = ""
    if whole:
        family = whole[1]
        table = re.sub(r"(\.name\s*= ).*", rf'\1"{name}",', table)
    else:
        # The family itself is written by hand, and takes the tables.
        ops = re.search(r"const struct genl_(small_|split_|)ops (\w+)\[", table)
        policy = re.search(r"/\* Global operation policy.*\n.*nla_policy (\w+)\[(.*)\]", table)
        own = re.search(r"^ +fixed-header: *(\S+)", spec.text, re.M)
        family, kind = "twin", {"small_": "small_ops", "split_": "split_ops", "": "ops"}[ops[1]]
        fields = [f'.name = "{name}", .version = 1, .module = THIS_MODULE, .resv_start_op = 255']
        if own:
            fields.append(f".hdrsize = sizeof(struct {own[1].replace('-', '_')})")
        if policy and kind != "split_ops":
            fields.append(f".policy = {policy[1]}, .maxattr = {policy[2]} - 1")
        main += f"\nstatic struct genl_family twin = {{ {', '.join(fields)} }};\n"
        main += SORTED % {"kind": ops[1], "ops": ops[2]}
        begin = f"\tsort_ops();\n\ttwin.{kind} = sorted;\n\ttwin.n_{kind} = ARRAY_SIZE(sorted);\n"
    main += (f"\nstatic int __init twin_init(void)\n{{\n{begin}\treturn genl_register_family(&{family});\n}}\n"
             f"\nstatic void __exit twin_exit(void)\n{{\n\tgenl_unregister_family(&{family});\n}}\n"
             "\nmodule_init(twin_init);\nmodule_exit(twin_exit);\n"
             'MODULE_DESCRIPTION("What ynl_gen_c makes of a spec");\nMODULE_LICENSE("GPL");\n')
    (folder / "main.c").write_text(main)
    (folder / "family.c").write_text(table)
    (folder / "Kbuild").write_text(f"obj-m := {module}.o\n{module}-y := main.o family.o\n"
                                   "ccflags-y := -Wno-missing-prototypes -Wno-missing-declarations "
                                   "-Wno-unused-function\n")


def build(source, out):
    out.mkdir()
    # The C generator looks for MAINTAINERS above the spec, and for the schema beside its folder.
    stage = out / "stage"
    (stage / "Documentation/netlink/specs").mkdir(parents=True)
    (stage / "MAINTAINERS").touch()
    for schema in (source / "Documentation/netlink").glob("*.yaml"):
        shutil.copy(schema, stage / "Documentation/netlink")
    lacks, begun = {}, time.monotonic()
    for spec in specs(source):
        lacks[spec.stem] = rust_module(spec, out)
    seconds = time.monotonic() - begun
    for spec in specs(source):
        shutil.copy(spec.file, stage / "Documentation/netlink/specs")
        c_module(spec, out, source, stage)
    (out / "lacks.json").write_text(json.dumps(lacks, indent=1))
    modules = sorted(folder.name for folder in (out / "modules").iterdir())
    (out / "modules/Kbuild").write_text("".join(f"obj-m += {name}/\n" for name in modules))
    made = sum(each is None for each in lacks.values())
    print(f"specs:   {made} of {len(lacks)} specs are generated, in {seconds:.1f} s with rustfmt")


# In the guest.


class Controller:
    """What the kernel says of its families."""

    def __init__(self, source):
        sys.path.insert(0, str(source / "tools/net/ynl"))
        from pyynl.lib import NlError, YnlFamily  # pylint: disable=import-outside-toplevel
        self.error = NlError
        folder = source / "Documentation/netlink"
        self.ynl = YnlFamily(str(folder / "specs/nlctrl.yaml"), str(folder / "genetlink-legacy.yaml"))

    def family(self, name):
        """A family by the name of each part: its operations, their flags and policies, its groups."""
        try:
            found = self.ynl.do("getfamily", {"family-name": name})
        except self.error:
            return None
        facts = {f"hdrsize {found['hdrsize']}": True}
        for group in found.get("mcast-groups", []):
            facts[f"group {list(group.values())[0]['name'] if len(group) == 1 else group['name']}"] = True
        for op in found.get("ops", []):
            op = op if "id" in op else list(op.values())[0]
            facts[f"op {op['id']} flags"] = sorted(set(op["flags"]) - {"has-policy", "haspol"})
        policies, used = {}, {}
        try:
            dumped = self.ynl.dump("getpolicy", {"family-id": found["family-id"]})
        except self.error:
            dumped = []
        for part in dumped:
            if kinds := part.get("op-policy"):
                used[kinds.pop("op-id")] = kinds
            if attribute := part.get("policy"):
                policy = policies.setdefault(attribute.pop("policy-id"), {})
                policy[attribute.pop("attr-id")] = attribute
        for op, kinds in used.items():
            for kind, policy in kinds.items():
                self.spread(facts, f"op {op} {kind}", policies, policy, ())
        return facts

    def spread(self, facts, at, policies, policy, above):
        for number, attribute in policies.get(policy, {}).items():
            attribute = dict(attribute)
            inner = attribute.pop("policy-idx", None)
            facts[f"{at}.{number}"] = attribute
            if inner is not None and inner not in above and len(above) < 6:
                self.spread(facts, f"{at}.{number}", policies, inner, (*above, policy))


def differences(ours, theirs):
    """What differs. Of groups the C twin knows nothing if its family is written by hand."""
    if not any(key.startswith("group ") for key in theirs):
        ours = {key: value for key, value in ours.items() if not key.startswith("group ")}
    found = []
    for key in sorted(set(ours) | set(theirs)):
        if ours.get(key) != theirs.get(key):
            found.append(f"{key}: {words(ours.get(key))}; there {words(theirs.get(key))}")
    return found


def words(fact):
    if isinstance(fact, dict):
        return " ".join(f"{key} {value}" for key, value in fact.items())
    return "absent" if fact is None else "present" if fact is True else str(fact)


def load(module):
    loaded = run("insmod", module)
    return None if loaded.returncode == 0 else loaded.stderr.strip()


def compare(source, out):
    controller = Controller(source)
    results, wrong = {}, 0
    for spec in specs(source):
        if not (out / f"modules/rs_{spec.stem}").exists():
            continue
        for side in ("rs", "c"):
            error = load(out / f"modules/{side}_{spec.stem}/{side}_{spec.stem}.ko")
            if error:
                print(f"specs: {side}_{spec.stem} does not load: {error}", file=sys.stderr)
                wrong += 1
        ours = controller.family(spec.called("-rs"))
        if ours is not None:
            result = results[spec.stem] = {"facts": len(ours)}
            for key, name in (("twin", spec.called("-c")), ("kernel", spec.name)):
                theirs = controller.family(name)
                result[key] = None if theirs is None else differences(ours, theirs)
        for side in ("c", "rs"):
            run("rmmod", f"{side}_{spec.stem}")
    print(json.dumps(results, indent=1))
    sys.exit(1 if wrong else 0)


# The table.


def verdict(found):
    if found is None:
        return "not there"
    if not found:
        return "the same"
    return "over 1,000 differ" if len(found) > 1000 else f"{len(found)} differ{'s' if len(found) == 1 else ''}"


def table(source, out):
    results = json.loads((out / "results.json").read_text())
    lacks = json.loads((out / "lacks.json").read_text())
    rows = [["spec", "facts", "ynl_gen_c", "the kernel's own"], ["---", "--:", "---", "---"]]
    for spec in specs(source):
        name = spec.file.stem
        if lacks[spec.stem]:
            rows.append([name, "", f"not generated: {lacks[spec.stem]}", ""])
            continue
        result = results[spec.stem]
        rows.append([name, str(result["facts"]), verdict(result["twin"]), verdict(result["kernel"])])
    return rows, results


def judge(source, out, write):
    rows, results = table(source, out)
    text = "".join("| " + " | ".join(row) + " |\n" for row in rows)
    widths = [max(len(row[place]) for row in rows if not row[2].startswith("not gen")) for place in range(4)]
    for row in rows[:1] + rows[2:]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    listed = out / "differences.txt"
    with listed.open("w") as file:
        for name, result in results.items():
            for key, whose in (("twin", "ynl_gen_c"), ("kernel", "the kernel's own")):
                for difference in (result[key] or []):
                    print(f"{name}, {whose}: {difference}", file=file)
    print(f"specs:   each difference is in {listed.relative_to(TOP)}")
    page = TOP / "docs/specs.md"
    before = page.read_text()
    begin, end = before.index(BEGIN) + len(BEGIN), before.index(END)
    after = before[:begin] + text + before[end:]
    if write:
        page.write_text(after)
    elif before != after:
        sys.exit("specs: docs/specs.md has another table; if this one is right: scripts/test/specs --write")


def main(arguments):
    write = arguments[3:] == ["--write"]
    if arguments[:1] not in (["build"], ["compare"], ["judge"]) or len(arguments) != 3 + write:
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(2)
    source, out = pathlib.Path(arguments[1]), pathlib.Path(arguments[2]).absolute()
    if arguments[0] == "judge":
        judge(source, out, write)
    else:
        (build if arguments[0] == "build" else compare)(source, out)


if __name__ == "__main__":
    main(sys.argv[1:])
