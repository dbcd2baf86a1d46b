# SPDX-License-Identifier: GPL-2.0
"""The clients that list the kernel's families, but send no requests to them: iproute2's genl, and
libnl's tools."""

import re
import subprocess
import time

from clients import FLAGS, WAIT, Lines, bounds_of, parley, parley_policies, run

MODULE = 'kmod/parley.ko'


def wait_for(what, found):
    for _ in range(WAIT * 10):
        if (value := found()) is not None:
            return value
        time.sleep(0.1)
    raise RuntimeError(f'{what}: not after {WAIT} s')


def numbers(text):
    return [int(number, 16) for number in re.findall(r'0x([0-9a-f]+)', text)]


def described(name):
    """parley's description of a family, without its policies."""
    family = parley('family', name)
    family['operations'] = [{'cmd': operation['cmd'], 'flags': operation['flags']}
                            for operation in family['operations']]
    return family


def brief(families):
    """The number, version, commands and groups of each family, by its name."""
    return {family['name']: {'id': family['id'], 'version': family['version'],
                             'operations': [one['cmd'] for one in family['operations']],
                             'groups': [one['name'] for one in family['groups']]}
            for family in families}


class Genl:
    name = 'genl ctrl'

    def __init__(self):
        self.version = run(['genl', '-V']).stdout.split(', ')[1].strip()

    @staticmethod
    def families(text):
        """Its description of each family, by name."""
        found = {}
        for part in re.split(r'\n*(?=Name: )', text):
            if not (head := re.search(r'Name: (\S+)\s+ID: 0x(\w+)\s+Version: 0x(\w+)\s+'
                                      r'header size: (\d+)', part)):
                continue
            operations, _, groups = part.partition('multicast groups:')
            found[head[1]] = {
                'name': head[1], 'id': int(head[2], 16), 'version': int(head[3], 16),
                'header_len': int(head[4]),
                'operations': [
                    {'cmd': int(cmd, 16), 'flags': [name for bit, name in FLAGS.items()
                                                    if int(flags or '0', 16) & bit]}
                    for cmd, flags in re.findall(
                        r'ID-0x(\w+)(?:\s+Capabilities \(0x(\w+)\))?', operations)],
                'groups': [{'id': int(number, 16), 'name': name} for number, name in
                           re.findall(r'ID-0x(\w+)\s+name: (\S+)', groups)]}
        return found

    @staticmethod
    def policies(text):
        kinds, tables = {}, {}
        for cmd, those in re.findall(r'op (\d+) policies: (.*)', text):
            kinds[int(cmd)] = {kind: int(table) for kind, table in
                               re.findall(r'(do|dump)=(\d+)', those)}
        for table, number, kind, more in re.findall(
                r'policy\[(\d+)\]:attr\[(\d+)\]: type=(\S+)(.*)', text):
            kind = kind.lower().replace('_', '-').replace('nul-string', 'string')
            entry = {'type': kind}
            if match := re.search(r'range:\[(-?\d+),(-?\d+)\]', more):
                entry['min'], entry['max'] = int(match[1]), int(match[2])
            for name, length in re.findall(r'(min|max) len:(\d+)', more):
                entry[f'{name}_len'] = int(length)
            tables.setdefault(int(table), {})[int(number)] = entry
        return {cmd: {kind: tables.get(table, {}) for kind, table in those.items()}
                for cmd, those in kinds.items()}

    def check(self, report):
        for name in ('parley', 'nlctrl'):
            ours = described(name)
            theirs = self.families(run(['genl', '-d', 'ctrl', 'get', 'name', name]).stdout)
            what = 'number, version, operations, flags, groups'
            if ours['version'] < 2:
                report.cannot(f'get {name}: flags', 'it prints those of families of version 2'
                              ' and above')
                what = 'number, version, operations, groups'
                for operation in ours['operations']:
                    operation['flags'] = []
            report.check(f'get {name}: {what}', theirs.get(name), ours)
        listed = self.families(run(['genl', '-d', 'ctrl', 'list']).stdout)
        report.check('list: all families of this kernel',
                     brief(listed.values()), brief(parley('family', '--all')))
        theirs = self.policies(run(['genl', 'ctrl', 'policy', 'name', 'parley']).stdout)
        policies = parley_policies(parley('family'))
        unknown = 0
        for cmd, kinds in theirs.items():
            for kind, table in kinds.items():
                for number, entry in table.items():
                    known = policies.get(cmd, {}).get(kind, {}).get(number, {})
                    if entry['type'] == 'unknown' and known.get('type') in ('uint', 'sint'):
                        entry['type'] = known['type']
                        unknown += 1
                    table[number] = bounds_of(entry)
        report.check('policy: type, bounds, lengths of each attribute', theirs, policies)
        if unknown:
            report.cannot('policy: names of types', 'it prints uint and sint as "unknown"')
        self.monitor(report)
        report.cannot('do, dump, events, questions', 'genl has no command for a family of'
                      ' one\'s own')

    def monitor(self, report):
        """Listens while the module is unloaded and loaded."""
        def listens():
            with open('/proc/net/netlink', encoding='ascii') as table:
                rows = [line.split() for line in table]
            return next((row for row in rows if row[1:3] == ['16', str(process.pid)]
                         and int(row[3], 16)), None)

        with subprocess.Popen(['stdbuf', '-oL', 'genl', 'ctrl', 'monitor'], text=True,
                              stdout=subprocess.PIPE) as process:
            wait_for('genl ctrl monitor', listens)
            before = parley('family')
            subprocess.run(['rmmod', 'parley'], check=True)
            subprocess.run(['insmod', MODULE], check=True)
            after = parley('family')
            heard = []
            # Each family causes two events, because its group causes one, too.
            while not heard or heard[-1] != after['id']:
                line = process.stdout.readline()
                if not line:
                    break
                if line.strip() == 'Name: parley':
                    heard += numbers(process.stdout.readline())[:1]
            process.terminate()
        report.check('monitor: the family goes, and comes', list(dict.fromkeys(heard)),
                     [before['id'], after['id']])


class LibnlTools:
    name = "libnl's tools"

    def __init__(self):
        self.version = run(['genl-ctrl-list', '-v']).stdout.split()[3]

    FLAGS = {'has_doit': 'do', 'has_dump': 'dump', 'admin-perm': 'admin'}

    def check(self, report):
        ours = described('parley')
        text = run(['genl-ctrl-list', '-d']).stdout
        found = {}
        for part in re.split(r'^(?=0x)', text, flags=re.M):
            if not (head := re.match(r'0x(\w+) (\S+) version (\d+)\s+hdrsize (\d+)', part)):
                continue
            found[head[2]] = {
                'name': head[2], 'id': int(head[1], 16), 'version': int(head[3]),
                'header_len': int(head[4]),
                'operations': [
                    {'cmd': int(cmd, 16), 'flags': [self.FLAGS[flag] for flag in flags.split(',')
                                                    if flag in self.FLAGS]}
                    for cmd, flags in re.findall(r'op .*\(0x(\w+)\) <(.*)>', part)],
                'groups': [{'id': int(number, 16), 'name': name} for name, number in
                           re.findall(r'grp (\S+) \(0x(\w+)\)', part)]}
        for operation in ours['operations']:
            operation['flags'] = [flag for flag in operation['flags']
                                  if flag != 'namespace admin']
        report.check('genl-ctrl-list: number, version, operations, groups',
                     found.get('parley'), ours)
        report.cannot('genl-ctrl-list: the flag for CAP_NET_ADMIN in the namespace',
                      'it prints nothing for it')
        report.check('genl-ctrl-list: all families of this kernel',
                     brief(found.values()), brief(parley('family', '--all')))
        # The groups of the counters' events, and of the controller's events about families.
        groups = [parley('family', name)['groups'][0]['id'] for name in ('parley', 'nlctrl')]
        with Lines(['parley', '--json', 'monitor']) as monitor:
            monitor.next()
            rows = [line.split() for line in run(['nl-list-sockets']).stdout.splitlines()]
            theirs = [int(row[3], 16) for row in rows
                      if row[1:3] == ['generic', str(monitor.pid)]]
        report.check('nl-list-sockets: who listens to which group', theirs,
                     [sum(1 << (group - 1) for group in groups)])
        report.cannot('policy, do, dump, events, questions', 'none of its tools sends what is'
                      ' not of route, netfilter or the controller')
