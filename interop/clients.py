# SPDX-License-Identifier: GPL-2.0
"""parley itself, and the clients that support all of its requests, all with the same interface.

A client answers `ask(WORD...)` with the output of parley --json, or with
genetlink, pyroute2) are programs here that read one JSON array of words per line, and write one
line of JSON for each:
JSON for each:

  family                 id, version, header_len, operations {number: flags}, groups
  policy                 tables {number: {attribute: bounds}}, operations {number: tables}
  echo PATH              payload_hex, time_ns, cpu, portid, and port: the socket's own
  get|del NAME, set NAME VALUE FLAG..., add NAME DELTA FLAG..., list [PREFIX]
  stats
  bare NUMBER            a command without attributes
  listen; event          joins the group; waits for the next event
  ask QUESTION [MS]      id, answer
  agent; question; answer ID TEXT; decline ID
"""

import ast
import json
import os
import signal
import subprocess

WAIT = 120  # seconds after which a client counts as hanging
NO_ADMIN = ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin']
KINDS = {0: 'invalid', 1: 'flag', 2: 'u8', 3: 'u16', 4: 'u32', 5: 'u64', 6: 's8', 7: 's16',
         8: 's32', 9: 's64', 10: 'binary', 11: 'string', 12: 'string', 13: 'nest',
         14: 'nest-array', 15: 'bitfield32', 16: 'sint', 17: 'uint'}
FLAGS = {2: 'do', 4: 'dump', 1: 'admin', 16: 'namespace admin'}
SETS = {1: 'echo', 2: 'counter', 3: 'counter', 4: 'counter', 5: 'counter', 10: 'ask', 12: 'ask'}
ATTRIBUTES = {'echo': ['payload', 'stamp'],
              'counter': ['name', 'value', 'delta', 'updates', 'prefix', 'create', 'exclusive'],
              'ask': ['id', 'question', 'answer', 'timeout-ms', 'portid', 'declined']}


def run(words, **more):
    return subprocess.run(words, capture_output=True, text=True, timeout=WAIT,
                          stdin=subprocess.DEVNULL, **more)


def refusal(text):
    """Reduces an error that parley --json printed to the fields that all clients have."""
    told = json.loads(text)
    found = {key: told[key] for key in ('errno', 'message', 'attribute')}
    return {'error': {key: value for key, value in found.items() if value is not None}}


def parley(*words, before=()):
    done = run([*before, 'parley', '--json', *words])
    if done.returncode == 1 and 'refused by the kernel' in done.stderr:
        return refusal(done.stderr)
    if done.returncode != 0:
        raise RuntimeError(f'parley {words}: {done.stderr}')
    return json.loads(done.stdout) if done.stdout else {}


class Lines:
    """A program in the background that prints a line of JSON for each event."""

    def __init__(self, words):
        # Run it in its own process group, together with all its children.
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True,
                                        stdin=subprocess.DEVNULL, start_new_session=True)
        self.pid = self.process.pid

    def next(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f'{self.process.args[:4]} ended')
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Even if it has ended, it has not been reaped, so its process ID has not been reused.
        os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


def family_of(told):
    """A family in the form that parley prints, from the numbers that a client reports."""
    operations = sorted(({'cmd': int(cmd), 'flags': [name for bit, name in FLAGS.items()
                                                     if flags & bit]}
                         for cmd, flags in told['operations'].items()),
                        key=lambda operation: operation['cmd'])
    return {'name': 'parley', 'id': told['id'], 'version': told['version'],
            'header_len': told['header_len'], 'operations': operations,
            'groups': [{'id': told['groups'][name], 'name': name} for name in told['groups']]}


def bounds_of(entry):
    """The bounds of an attribute as parley prints them, without those that its type implies."""
    entry = dict(entry)
    kind = entry['type'] = KINDS.get(entry['type'], entry['type'])
    bits = {'uint': 64, 'sint': 64}.get(kind) or (int(kind[1:]) if kind[1:].isdigit() else 0)
    if bits:
        low, high = ((-2 ** (bits - 1), 2 ** (bits - 1) - 1) if kind[0] == 's'
                     else (0, 2 ** bits - 1))
        if (entry.get('min'), entry.get('max')) == (low, high):
            del entry['min'], entry['max']
    return entry


def policies_of(told):
    """{operation: {kind: {attribute: bounds}}}"""
    return {int(cmd): {kind: {int(number): bounds_of(entry) for number, entry in
                              told['tables'].get(str(table), {}).items()}
                       for kind, table in kinds.items()}
            for cmd, kinds in told['operations'].items()}


def parley_policies(family):
    def table(attributes):
        return {attribute['number']: {key: value for key, value in attribute.items()
                                      if key not in ('number', 'name')}
                for attribute in attributes}

    return {operation['cmd']: {kind: table(operation[kind]) for kind in ('do', 'dump')
                               if kind in operation}
            for operation in family['operations']}


class Library:
    """One of the programs that read words and write JSON."""

    talks = True  # can act as the agent, and ask an agent

    def __init__(self, name, version, words, before=()):
        self.name, self.version = name, version
        self.words = words
        self.process = subprocess.Popen([*before, *words], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def send(self, *words):
        print(json.dumps(words), file=self.process.stdin, flush=True)

    def receive(self):
        try:
            line = self.process.stdout.readline()
        except TimeoutError:
            # A later line would be taken for the answer to another request.
            self.process.kill()
            raise
        if not line:
            raise RuntimeError(f'{self.name} ended')
        return json.loads(line)

    def ask(self, *words):
        words = [str(word) for word in words]
        self.send(*words)
        return self.told(words, self.receive())

    def told(self, words, told):
        if words[0] == 'family':
            return family_of(told)
        if words[0] == 'policy':
            return policies_of(told)
        if isinstance(told, dict) and 'error' in told:
            return {'error': self.error(words, told['error'])}
        return told

    @staticmethod
    def error(words, error):
        """Replaces the offset or number of an attribute with its name."""
        cmds = {'echo': 1, 'get': 2, 'list': 2, 'set': 3, 'add': 4, 'del': 5, 'ask': 10,
                'answer': 12}
        names = SETS.get(int(words[1]) if words[0] == 'bare' else cmds.get(words[0]))
        offset, missing = error.pop('offset', None), error.pop('missing', None)
        if missing is not None:
            error['attribute'] = f'{names}.{ATTRIBUTES[names][missing - 1]}'
        elif offset is not None:
            # The attributes follow the two headers in the order in which they were given.
            first = {'echo': 'payload', 'ask': 'question', 'list': 'prefix',
                     'answer': 'id'}.get(words[0], 'name')
            second = {'set': 'value', 'add': 'delta', 'ask': 'timeout-ms',
                      'answer': 'answer'}.get(words[0])
            length = len(words[1].encode()) + (words[0] != 'ask')
            places = {20: first, 20 + 4 + (length + 3) // 4 * 4: second}
            error['attribute'] = f'{names}.{places.get(offset, offset)}'
        return {key: value for key, value in error.items() if value is not None}

    def unprivileged(self, *words):
        """Makes the same request without CAP_NET_ADMIN."""
        with Library(self.name, self.version, self.words, NO_ADMIN) as other:
            return other.ask(*words)

    def listen(self):
        self.ask('listen')

    def event(self):
        return self.ask('event')

    def stop_listening(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        if self.process.wait(WAIT):
            raise RuntimeError(f'{self.name} ended with status {self.process.returncode}')


class Libnl(Library):
    def told(self, words, told):
        if words[0] == 'policy':
            # There is a line for each attribute, and one for each operation.
            sorted_ = {'tables': {}, 'operations': {}}
            for what, one, other, value in told:
                sorted_[f'{what}s'].setdefault(str(one), {})[other] = value
            return policies_of(sorted_)
        if isinstance(told, list) and told and 'error' in told[-1]:
            told = told[-1]
        return super().told(words, told)


class Pyroute2(Library):
    def unprivileged(self, *words):
        # Its modules load slowly, so this drops the privileges of the running process.
        self.ask('unprivileged')
        return self.ask(*words)


class Pyynl:
    """The kernel's own CLI, which runs as a new process for each request."""

    name = 'pyynl'
    talks = False
    OPERATIONS = {'get': 'counter-get', 'list': 'counter-get', 'set': 'counter-set',
                  'add': 'counter-add', 'del': 'counter-del', 'stats': 'stats-get',
                  'echo': 'echo', 'ask': 'ask', 'agent': 'agent-register', 'answer': 'answer'}
    EVENTS = {'counter-new-ntf': 'new', 'counter-change-ntf': 'changed',
              'counter-del-ntf': 'deleted'}

    def __init__(self, version, cli, spec, before=()):
        self.version, self.cli_path, self.spec = version, cli, spec
        self.words = ['--spec', spec, '--no-schema', '--output-json']
        self.pid = None
        self.listener = None
        self.set_name = None
        self.server = subprocess.Popen(
            [*before, 'python3', os.path.join(os.path.dirname(__file__), 'pyynl_server.py'), cli],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def request(words):
        """The attributes for the WORDS of parley's clients."""
        match words:
            case ['echo', path]:
                with open(path, 'rb') as file:
                    return {'payload': file.read().hex()}
            case ['list', prefix]:
                return {'prefix': prefix}
            case ['set', name, value, *flags]:
                return {'name': name, 'value': int(value), **dict.fromkeys(flags, True)}
            case ['add', name, delta, *flags]:
                return {'name': name, 'delta': int(delta), **dict.fromkeys(flags, True)}
            case ['get' | 'del', name]:
                return {'name': name}
            case ['ask', question]:
                return {'question': question.encode().hex()}
        return {}

    def cli(self, *words):
        print(json.dumps([*self.words, *words]), file=self.server.stdin, flush=True)
        done = json.loads(self.server.stdout.readline())
        self.pid, out = done['pid'], done['out']
        if out.startswith('Netlink error: '):
            return {'error': self.error(out.strip())}
        if done['status'] != 0:
            raise RuntimeError(f"pyynl: {out}{done['err']}")
        values = [json.loads(line) for line in out.splitlines()]
        return values[0] if len(values) == 1 else values

    def error(self, text):
        """Splits `Netlink error: WORDS: STRERROR {MORE}` into fields."""
        text, _, more = text.removeprefix('Netlink error: ').partition(' {')
        message, _, strerror = text.rpartition(': ')
        # The CLI prints only the description of the errno.
        found = {'errno': next(number for number in range(1, 134)
                               if os.strerror(number) == strerror)}
        if message:
            found['message'] = message
        more = ast.literal_eval('{' + more) if more else {}
        for key in ('bad-attr', 'miss-type'):
            if key in more:
                found['attribute'] = f"{self.set_name}.{more[key].removeprefix('.')}"
        return found

    def ask(self, *words):
        words = [str(word) for word in words]
        if words[0] == 'policy':
            return self.policies()
        if words[0] == 'bare':
            operation = {'2': 'counter-get', '3': 'counter-set'}[words[1]]
        else:
            operation = self.OPERATIONS[words[0]]
        self.set_name = operation.partition('-')[0]
        told = self.cli('--dump' if words[0] == 'list' else '--do', operation, '--json',
                        json.dumps(self.request(words)))
        if words[0] == 'echo' and 'error' not in told:
            stamp = told['stamp']
            return {'payload_hex': told['payload'], 'time_ns': stamp['time-ns'],
                    'cpu': stamp['cpu'], 'portid': stamp['portid'],
                    # The first netlink socket of a process uses the process ID as its port.
                    'port': self.pid}
        return {} if told is None else told

    def policies(self):
        found = {}
        numbers = {'counter-get': 2, 'counter-set': 3, 'counter-add': 4, 'counter-del': 5,
                   'echo': 1, 'agent-register': 9, 'ask': 10, 'answer': 12, 'stats-get': 13}
        kinds = {'nul-string': 'string'}
        for name, cmd in numbers.items():
            for kind in ('do', 'dump'):
                if kind == 'dump' and name != 'counter-get':
                    continue
                # The CLI prints an empty policy as null.
                table = self.cli('--policy', f'--{kind}', name) or {}
                names = ATTRIBUTES.get(SETS.get(cmd), [])
                found.setdefault(cmd, {})[kind] = {
                    names.index(attribute) + 1: bounds_of(
                        {key.replace('length', 'len').replace('-value', '').replace('-', '_'):
                         kinds.get(value, value) for key, value in entry.items()})
                    for attribute, entry in table.items()}
        return found

    def unprivileged(self, *words):
        with Pyynl(self.version, self.cli_path, self.spec, NO_ADMIN) as other:
            return other.ask(*words)

    def subscribe(self, operation):
        """Runs a request of the CLI, which then keeps listening; returns the result."""
        self.listener = Lines(['python3', '-u', self.cli_path, *self.words, '--subscribe',
                               'events', '--do', operation, '--duration', str(WAIT)])
        self.listener.__enter__()
        return self.listener.next()

    def listen(self):
        self.subscribe('stats-get')

    def event(self):
        told = self.listener.next()
        return {'event': self.EVENTS[told['name']], **told['msg']}

    def stop_listening(self):
        self.listener.__exit__()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stdin.close()
        self.server.wait(WAIT)
