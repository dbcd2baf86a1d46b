# SPDX-License-Identifier: GPL-2.0
"""Runs third-party clients against the module, and compares their output with parley's. Runs in
the guest, as root; scripts/test/interop starts it.

  run.py SOURCE PYTHON BINARIES

SOURCE is the kernel's source tree, PYTHON one that has pyroute2, BINARIES the folder of
interop-libnl, interop-neli and interop-genetlink.
"""

import re
import signal
import sys
import traceback
from pathlib import Path

import checks
from clients import WAIT, Libnl, Library, Pyroute2, Pyynl, run
from listers import Genl, LibnlTools
from report import Report

HERE = Path(__file__).resolve().parent


def locked(package, *crates):
    """The versions of these crates in the package's lock file, all but the first with names."""
    text = (HERE / package / 'Cargo.lock').read_text()
    first, *others = (re.search(rf'name = "{crate}"\nversion = "(.*)"', text)[1]
                      for crate in crates)
    return [first, *(f"{crate.removeprefix('netlink-')} {version}"
                     for crate, version in zip(crates[1:], others))]


def attempt(report, name, what, *arguments):
    """A check that raises an exception has failed; the next one runs."""
    signal.alarm(WAIT)
    try:
        what(*arguments)
    except Exception:  # a client or its output may fail in any way
        report.failed(name, traceback.format_exc())
    finally:
        signal.alarm(0)


def late(*_):
    raise TimeoutError(f'not after {WAIT} s')


def whole(client, report):
    with client:
        report.client(client.name, client.version)
        for check in checks.ALL:
            attempt(report, f'{client.name}: {check.__name__}', check, client, report)
        checks.clean()


def pyynl_of(source, report):
    makefile = (source / 'Makefile').read_text()
    version = '.'.join(re.search(rf'^{part} = (\d+)', makefile, re.M)[1]
                       for part in ('VERSION', 'PATCHLEVEL', 'SUBLEVEL'))
    cli = source / 'tools/net/ynl/pyynl/cli.py'
    client = Pyynl(f'of Linux {version}', str(cli), 'spec/parley.yaml')
    done = run(['python3', str(cli), '--spec', 'spec/parley.yaml', '--validate', '--schema',
                str(source / 'Documentation/netlink/genetlink.yaml')])
    whole(client, report)
    report.check('the spec, by its schema', done.stdout + done.stderr, '')


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    source, python, binaries = map(Path, sys.argv[1:])
    programs = [binaries / f'interop-{name}' for name in ('libnl', 'neli', 'genetlink')]
    for path in (source, python, *programs):
        if not path.exists():
            sys.exit(f'interop: {path} is missing')
    signal.signal(signal.SIGALRM, late)
    report = Report()
    for kind in (Genl, LibnlTools):
        lister = kind()
        report.client(lister.name, lister.version)
        attempt(report, lister.name, lister.check, report)
    neli = Library('neli', locked('neli', 'neli')[0], [str(binaries / 'interop-neli')])
    checks.fill(neli)
    libnl = Libnl('libnl', LibnlTools().version, [str(binaries / 'interop-libnl')])
    attempt(report, 'libnl', whole, libnl, report)
    attempt(report, 'neli', whole, neli, report)
    version, *others = locked('genetlink', 'genetlink', 'netlink-packet-generic',
                              'netlink-packet-core')
    genetlink = Library('genetlink', f'{version}, with {" and ".join(others)}',
                        [str(binaries / 'interop-genetlink')])
    attempt(report, 'genetlink', whole, genetlink, report)
    pyroute2 = Pyroute2('pyroute2', '', [str(python), str(HERE / 'pyroute2_client.py')])
    pyroute2.version = pyroute2.ask('version')
    attempt(report, 'pyroute2', whole, pyroute2, report)
    attempt(report, 'pyynl', pyynl_of, source, report)
    if not report.end():
        sys.exit(1)


if __name__ == '__main__':
    main()
