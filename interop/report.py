# SPDX-License-Identifier: GPL-2.0
"""The results of the checks: a line each, and the counts."""

import json
import sys
import textwrap

ABSENT = 'nothing'


def differences(theirs, ours, path=''):
    """The differences, field by field: (field, theirs, ours)."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted(theirs.keys() | ours.keys(), key=str):
            yield from differences(theirs.get(key, ABSENT), ours.get(key, ABSENT),
                                   f'{path}.{key}' if path else str(key))
    elif isinstance(theirs, list) and isinstance(ours, list):
        for i in range(max(len(theirs), len(ours))):
            yield from differences(theirs[i] if i < len(theirs) else ABSENT,
                                   ours[i] if i < len(ours) else ABSENT, f'{path}[{i}]')
    elif type(theirs) is not type(ours) or theirs != ours:
        yield path or 'value', theirs, ours


def shown(value):
    text = value if value == ABSENT else json.dumps(value)
    return text if len(text) <= 60 else f'{text[:50]}... ({len(text)} characters)'


def fields(value):
    """The number of values that are compared."""
    if isinstance(value, dict):
        return sum(map(fields, value.values()))
    if isinstance(value, list):
        return sum(map(fields, value)) + 1
    return 1


class Report:
    def __init__(self, out=sys.stdout):
        self.out = out
        self.same = self.different = self.values = self.cannots = self.clients = 0

    def line(self, text):
        print(text, file=self.out, flush=True)

    def client(self, name, version):
        self.clients += 1
        self.line(f'\n{name}  {version}')

    def check(self, name, theirs, ours):
        """Compares the output of a client with parley's."""
        if name.startswith('error:') and 'error' not in ours:
            self.failed(name, f'parley was not refused, and said {shown(ours)}')
            return
        found = list(differences(theirs, ours))
        if not found:
            self.same += 1
            self.values += fields(ours)
            self.line(f'  same     {name}')
            return
        self.different += 1
        self.line(f'  DIFFERS  {name}')
        for path, one, other in found[:8]:
            self.line(f'           {path}')
            self.line(f'             client: {shown(one)}')
            self.line(f'             parley: {shown(other)}')
        if len(found) > 8:
            self.line(f'           and {len(found) - 8} fields more')

    def cannot(self, name, why):
        self.cannots += 1
        self.line('\n'.join(textwrap.wrap(
            f'{name}: {why}', 78, initial_indent='  cannot   ',
            subsequent_indent=' ' * 11, break_long_words=False)))

    def failed(self, name, why):
        """Records a check that did not run to its end."""
        self.different += 1
        self.line(f'  FAILED   {name}')
        for line in str(why).splitlines()[-12:]:
            self.line(f'           {line[:69]}')

    def end(self):
        self.line(f'\n{self.clients} clients: {self.same} checks the same ({self.values} values),'
                  f' {self.different} different, {self.cannots} cannot')
        return self.different == 0
