# SPDX-License-Identifier: GPL-2.0
"""Makes of the kernel's project file for rust-analyzer one for both sides.

    rust_project.py KERNELS_FILE >rust-project.json

The kernel's generator knows the module and the kernel's crates. What cargo knows
of user/ is added here, so that one file says all, and an editor that opens the
checkout needs no settings. Checks that all that it names is there.
"""

import json
import os
import pathlib
import subprocess
import sys

MANIFEST = ["--manifest-path", "user/Cargo.toml", "--locked"]


def cargo(command, *arguments):
    ran = subprocess.run(["cargo", command, *MANIFEST, *arguments], stdout=subprocess.PIPE, text=True)
    if ran.returncode:
        sys.exit(f"rust_project: cargo {command} failed; see above")
    return ran.stdout


def kernel_side(path):
    project = json.loads(pathlib.Path(path).read_text())
    # It need not be below the sysroot.
    project["sysroot_src"] = os.environ["RUST_LIB_SRC"]
    # rust-analyzer gives the crates of the sysroot to all; a second core, which the
    # kernel's file lists, would have types of its own, equal to none.
    sysroot = project["sysroot_src"] + "/"
    kept = [crate for crate in project["crates"] if not crate["root_module"].startswith(sysroot)]
    numbers = {crate["display_name"]: number for number, crate in enumerate(kept)}
    project["crates"] = kept
    for crate in kept:
        crate["deps"] = [
            {"crate": numbers[dep["name"]], "name": dep["name"]}
            for dep in crate["deps"]
            if dep["name"] in numbers
        ]
        ours = crate["display_name"] == "parley_main"
        # What is the kernel's is looked up, but not checked.
        crate["is_workspace_member"] = ours
        if ours:
            # The suites, too, which are there on demand alone.
            crate["cfg"] = [*crate["cfg"], "MODULE", "CONFIG_PARLEY_KUNIT_TEST"]
    return project


def is_library(target):
    return not {"bin", "test", "bench", "example", "custom-build"} & set(target["kind"])


def is_macro(target):
    return "proc-macro" in target["kind"]


def built():
    """Compiles what rust-analyzer cannot do without: macros and build scripts."""
    macros, scripts = {}, {}
    lines = cargo("check", "--quiet", "--workspace", "--all-targets", "--message-format=json").splitlines()
    for message in map(json.loads, lines):
        if message["reason"] == "build-script-executed":
            scripts[message["package_id"]] = message
        elif message["reason"] == "compiler-artifact" and is_macro(message["target"]):
            macros[message["package_id"]] = message["filenames"][0]
    return macros, scripts


def environment(package, target, script):
    major, minor, patch = package["version"].split("+")[0].split("-")[0].split(".")
    found = {
        "CARGO_CRATE_NAME": target["name"].replace("-", "_"),
        "CARGO_MANIFEST_DIR": os.path.dirname(package["manifest_path"]),
        "CARGO_PKG_NAME": package["name"],
        "CARGO_PKG_VERSION": package["version"],
        "CARGO_PKG_VERSION_MAJOR": major,
        "CARGO_PKG_VERSION_MINOR": minor,
        "CARGO_PKG_VERSION_PATCH": patch,
    }
    if script:
        found |= {"OUT_DIR": script["out_dir"], **dict(script["env"])}
    return found


def user_side(crates):
    """Appends the crates of user/ and what they depend on."""
    host = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    host = host.split("host: ")[1].split()[0]
    metadata = json.loads(cargo("metadata", "--format-version=1", f"--filter-platform={host}"))
    macros, scripts = built()
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    ours = set(metadata["workspace_members"])
    numbers = {}

    def wanted(package, kinds):
        for dep in nodes[package]["deps"]:
            if any(kind["kind"] in kinds for kind in dep["dep_kinds"]):
                yield dep

    def append(package, target, deps):
        script = scripts.get(package["id"])
        here = os.path.dirname(package["manifest_path"])
        crate = {
            "display_name": target["name"].replace("-", "_"),
            "root_module": target["src_path"],
            "edition": target["edition"],
            "is_workspace_member": package["id"] in ours,
            "deps": deps,
            "cfg": [
                "debug_assertions",
                *(["test"] if package["id"] in ours else ()),
                *(f'feature="{name}"' for name in nodes[package["id"]]["features"]),
                *(script["cfgs"] if script else ()),
            ],
            "env": environment(package, target, script),
            "source": {
                "include_dirs": [here] + ([script["out_dir"]] if script else []),
                "exclude_dirs": [f"{here}/target"],
            },
        }
        if is_macro(target):
            crate["is_proc_macro"] = True
            crate["proc_macro_dylib_path"] = macros[package["id"]]
        if package["id"] in ours:
            binaries = f"{metadata['target_directory']}/debug"
            for binary in package["targets"]:
                if "bin" in binary["kind"]:
                    crate["env"][f"CARGO_BIN_EXE_{binary['name']}"] = f"{binaries}/{binary['name']}"
        crates.append(crate)
        return len(crates) - 1

    def library(package):
        """The number of a package's library, which comes after those it names."""
        if package not in numbers:
            target = next(target for target in packages[package]["targets"] if is_library(target))
            numbers[package] = append(packages[package], target, links(package))
        return numbers[package]

    def links(package):
        # The tests of ours are in them, and they have dependencies of their own.
        kinds = (None, "dev") if package in ours else (None,)
        return [{"crate": library(dep["pkg"]), "name": dep["name"]} for dep in wanted(package, kinds)]

    for package in sorted(ours):
        number = library(package)
        itself = {"crate": number, "name": crates[number]["display_name"]}
        for target in packages[package]["targets"]:
            if not is_library(target):
                append(packages[package], target, [*links(package), itself])


def check(project):
    """Whether all that the file names is there."""
    faults = []

    def there(path, whose):
        if not os.path.exists(path):
            faults.append(f"{whose}: there is no {path}")

    there(f"{project['sysroot']}/lib/rustlib", "sysroot")
    for number, crate in enumerate(project["crates"]):
        name = crate["display_name"]
        there(crate["root_module"], name)
        if crate.get("is_proc_macro"):
            there(crate["proc_macro_dylib_path"], name)
        for folder in crate.get("source", {}).get("include_dirs", ()):
            there(folder, name)
        for dep in crate["deps"]:
            if not dep["name"].isidentifier():
                faults.append(f"{name}: {dep['name']} is no name of a crate")
            if not 0 <= dep["crate"] < number:
                faults.append(f"{name}: its dependency {dep['name']} has the number {dep['crate']}")
    roots = [crate["root_module"] for crate in project["crates"] if crate["is_workspace_member"]]
    for root in ("kmod/parley_main.rs", "user/netlink/src/lib.rs", "user/parley/src/main.rs"):
        if str(pathlib.Path(root).resolve()) not in roots:
            faults.append(f"{root} is in no crate")
    if faults:
        sys.exit("\n".join(f"rust_project: {fault}" for fault in faults))


def main():
    project = kernel_side(sys.argv[1])
    user_side(project["crates"])
    check(project)
    json.dump(project, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
