# SPDX-License-Identifier: GPL-2.0
"""Prints the file copyright of a Debian package.

    copyright.py parley|parley-dkms

The program in the package parley links crates. cargo lists them, and their files have the
notices. Fails if a crate has a licence that is not listed here.
"""

import json
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[3]

# SPDX's names for the licences of crates, and Debian's.
LICENCES = {
    "MIT": "Expat",
    "MIT OR Apache-2.0": "Expat or Apache-2.0",
    "Apache-2.0 OR MIT": "Expat or Apache-2.0",
    # An older way to write OR.
    "MIT/Apache-2.0": "Expat or Apache-2.0",
    "Unlicense OR MIT": "Unlicense or Expat",
}

HEAD = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: parley

Files: *
Copyright: 2026 the parley authors
License: GPL-2

Files: {contract}
Copyright: 2026 the parley authors
License: GPL-2 with Linux-syscall-note or BSD-3-clause
Comment: The wire contract, and the constants made from it.
"""
PROGRAM = """
Files: user/*
Copyright: 2026 the parley authors
License: Expat or Apache-2.0
"""
CRATE = """
Files: crates/{name}-{version}/*
Copyright: {holders}
License: {licence}
Comment: Linked into the program; {source}.
"""
STANDARD_LIBRARY = """
Files: rust/library/*
Copyright: the Rust project developers, <https://thanks.rust-lang.org>
License: Expat or Apache-2.0
Comment: Rust's standard library, linked into the program. Rust's own COPYRIGHT file has
 the notices of the code that it includes.
"""


def paragraph(path, first):
    """The text of a licence from the line `first` on, as a field continues."""
    text = (TOP / "LICENSES" / path).read_text()
    lines = text[text.index(first):].strip().splitlines()
    return "".join(f" {line.strip() or '.'}\n" for line in lines)


def texts(program):
    """The licences, each once; the long ones are on every Debian system."""
    yield ("GPL-2", " On Debian systems the text is in /usr/share/common-licenses/GPL-2.\n")
    yield ("GPL-2 with Linux-syscall-note",
           " The GPL, version 2, of /usr/share/common-licenses/GPL-2, with this exception:\n .\n"
           + paragraph("Linux-syscall-note", "NOTE! This copyright"))
    yield "BSD-3-clause", paragraph("BSD-3-Clause", "Redistribution and use")
    if program:
        yield "Expat", paragraph("MIT", "Permission is hereby")
        yield ("Apache-2.0",
               " On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.\n")
        yield ("Unlicense",
               " This is free and unencumbered software released into the public domain; see\n"
               " <https://unlicense.org>. The package uses it under the Expat licence.\n")


def cargo(*arguments):
    command = ["cargo", *arguments, "--locked", "--manifest-path", TOP / "user/Cargo.toml"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def linked():
    """Names and versions of the crates that are linked into the program."""
    tree = cargo("tree", "--package", "parley", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}")
    found = {tuple(line.split()[:2]) for line in tree.splitlines() if line.strip()}
    return sorted((name, version.removeprefix("v")) for name, version in found)


def holders(package):
    """The notices in the files of a crate, or its authors if there are none."""
    lines = []
    for file in sorted(pathlib.Path(package["manifest_path"]).parent.iterdir()):
        if re.match(r"(LICEN[CS]E|COPY|NOTICE)", file.name) and file.is_file():
            lines += re.findall(r"^\s*(?:Copyright|©)\s+(?:\(c\)\s+)?(.*\w.*)$",
                                file.read_text(), re.M | re.I)
    # The Apache licence shows how to write a notice, and its text speaks of some.
    notices = [line.strip() for line in lines if re.match(r"\d{4}|[A-Z]", line.strip())
               and not line.lower().startswith("license")]
    return list(dict.fromkeys(notices or package["authors"])) or [f"the authors of {package['name']}"]


def main(arguments):
    if arguments not in (["parley"], ["parley-dkms"]):
        sys.exit("usage: copyright.py parley|parley-dkms")
    program = arguments == ["parley"]
    contract = ("spec/* include/* user/parley/src/uapi.rs user/parley/src/device/ioctl.rs"
                if program else "kmod/parley.rs kmod/device/ioctl.rs")
    print(HEAD.format(contract=contract), end="")
    if program:
        print(PROGRAM, end="")
        rustc = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True)
        host = re.search(r"^host: (.*)$", rustc.stdout, re.M)[1]
        packages = json.loads(cargo("metadata", "--format-version", "1",
                                    "--filter-platform", host))["packages"]
        known = {(package["name"], package["version"]): package for package in packages}
        for name, version in linked():
            package = known[name, version]
            if package["source"] is None:
                continue  # One of ours.
            if package["license"] not in LICENCES:
                sys.exit(f"copyright.py: {name} {version} has a licence that is not known here:"
                         f" {package['license']}")
            source = package["repository"] or f"https://crates.io/crates/{name}"
            print(CRATE.format(name=name, version=version, source=source,
                               holders="\n ".join(holders(package)),
                               licence=LICENCES[package["license"]]), end="")
        print(STANDARD_LIBRARY, end="")
    for name, text in texts(program):
        print(f"\nLicense: {name}\n{text}", end="")


main(sys.argv[1:])
