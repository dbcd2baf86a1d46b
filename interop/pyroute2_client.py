# SPDX-License-Identifier: GPL-2.0
"""The parley family through pyroute2. interop/clients.py describes its input and output."""

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

from pyroute2.netlink import NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, ctrlmsg, genlmsg, nla
from pyroute2.netlink.generic import GenericNetlinkSocket

EVENTS = {6: 'new', 7: 'changed', 8: 'deleted'}
UINT = {'time_ns', 'value', 'updates', 'id', 'echoes', 'echo-bytes', 'counters',
        'notifications', 'asks-pending', 'asks-answered'}


def message(*attributes):
    """A class of messages whose attributes are numbered from 1."""

    class Stamp(nla):
        nla_map = (('unspec', 'none'), ('time_ns', 'cdata'), ('cpu', 'uint32'),
                   ('portid', 'uint32'))

    class Message(genlmsg):
        nla_map = (('unspec', 'none'), *attributes)
        stamp = Stamp

    return Message


Echo = message(('payload', 'cdata'), ('stamp', 'stamp'))
# pyroute2 has no type for the kernel's integers of 4 or 8 bytes, so they are cdata here.
Counter = message(('name', 'asciiz'), ('value', 'cdata'), ('delta', 'cdata'),
                  ('updates', 'cdata'), ('prefix', 'asciiz'), ('create', 'flag'),
                  ('exclusive', 'flag'))
Ask = message(('id', 'cdata'), ('question', 'cdata'), ('answer', 'cdata'),
              ('timeout-ms', 'uint32'), ('portid', 'uint32'), ('declined', 'flag'))
Stats = message(*((name, 'cdata') for name in (
    'echoes', 'echo-bytes', 'counters', 'notifications', 'asks-pending',
    'asks-answered')))


def of(msg):
    """A message's attributes by name, with the kernel's integers decoded."""
    values = dict(msg['attrs'])
    return {name: int.from_bytes(value, sys.byteorder) if name in UINT else value
            for name, value in values.items()}


def integer(value, signed=False):
    return value.to_bytes(8, sys.byteorder, signed=signed)


class Refused(Exception):
    """Adds the offset, which NetlinkError leaves out. It has no name for the type of a missing
    attribute."""

    def __init__(self, error, msg):
        super().__init__(error)
        self.told = {'errno': error.code, 'message': msg.get_attr('NLMSGERR_ATTR_MSG'),
                     'offset': msg.get_attr('NLMSGERR_ATTR_OFFS')}


class Client:
    """A socket for one of the family's sets of attributes."""

    def __init__(self, kind):
        self.socket = GenericNetlinkSocket(ext_ack=True)
        self.socket.asyncore.exception_factory = Refused
        self.socket.bind('parley', kind)
        self.kind = kind
        self.waiting = []

    def request(self, cmd, attributes=(), flags=0):
        msg = self.kind()
        msg['cmd'] = cmd
        msg['version'] = 1
        msg['attrs'] = list(attributes)
        replies = self.socket.nlm_request(
            msg, msg_type=self.socket.prid, msg_flags=NLM_F_REQUEST | flags)
        return [of(reply) for reply in replies if 'cmd' in reply]

    def unasked(self):
        """Returns the next message that is not an answer."""
        while not self.waiting:
            self.waiting += self.socket.get()
        msg = self.waiting.pop(0)
        return msg['cmd'], of(msg)


clients = {}


def client(kind):
    if kind not in clients:
        clients[kind] = Client(kind)
    return clients[kind]


def family():
    with GenericNetlinkSocket() as socket:
        socket.bind('nlctrl', ctrlmsg)
        get = socket.discovery('parley').get_attr
        return {
            'id': get('CTRL_ATTR_FAMILY_ID'), 'version': get('CTRL_ATTR_VERSION'),
            'header_len': get('CTRL_ATTR_HDRSIZE'),
            'operations': {op.get_attr('CTRL_ATTR_OP_ID'): op.get_attr('CTRL_ATTR_OP_FLAGS')
                           for op in get('CTRL_ATTR_OPS')},
            'groups': {group.get_attr('CTRL_ATTR_MCAST_GRP_NAME'):
                       group.get_attr('CTRL_ATTR_MCAST_GRP_ID')
                       for group in get('CTRL_ATTR_MCAST_GROUPS')}}


def nested(msg, name):
    nest = msg.get_attr(name)
    return nest['attrs'] if nest else []


def policy():
    names = {'TYPE': 'type', 'MIN_VALUE_S': 'min', 'MAX_VALUE_S': 'max', 'MIN_VALUE_U': 'min',
             'MAX_VALUE_U': 'max', 'MIN_LENGTH': 'min_len', 'MAX_LENGTH': 'max_len'}
    tables, operations = {}, {}
    with GenericNetlinkSocket() as socket:
        socket.bind('nlctrl', ctrlmsg)
        for msg in socket.policy('parley'):
            for table, nest in nested(msg, 'CTRL_ATTR_POLICY'):
                attributes = tables.setdefault(int(table[7:-1]), {})
                for attribute, bounds in nest['attrs']:
                    entry = attributes.setdefault(int(attribute[5:-1]), {})
                    for bound, value in bounds['attrs']:
                        bound = bound.removeprefix('NL_POLICY_TYPE_ATTR_')
                        if bound in names:
                            # pyroute2 decodes the bounds of unsigned integers as signed ones.
                            entry[names[bound]] = (value % 2 ** 64 if bound.endswith('VALUE_U')
                                                   else value)
            for operation, nest in nested(msg, 'CTRL_ATTR_OP_POLICY'):
                kinds = operations.setdefault(int(operation[3:-1]), {})
                for kind, number in nest['attrs']:
                    kinds[kind.removeprefix('CTRL_ATTR_POLICY_').lower()] = number
    return {'tables': tables, 'operations': operations}


def echo(path):
    that = client(Echo)
    reply = that.request(1, [('payload', Path(path).read_bytes())])[0]
    return {'payload_hex': reply['payload'].hex(), **of(reply['stamp']),
            'port': that.socket.asyncore.socket.getsockname()[0]}


def obey(words):
    match words:
        case ['version']:
            return version('pyroute2')
        case ['family']:
            return family()
        case ['policy']:
            return policy()
        case ['echo', path]:
            return echo(path)
        case ['get', name]:
            return client(Counter).request(2, [('name', name)])[0]
        case ['list', *prefix]:
            return client(Counter).request(2, [('prefix', text) for text in prefix], NLM_F_DUMP)
        case ['set', name, value, *flags]:
            attributes = [('name', name), ('value', integer(int(value)))]
            attributes += [(flag, True) for flag in flags]
            client(Counter).request(3, attributes, NLM_F_ACK)
        case ['add', name, delta, *flags]:
            attributes = [('name', name), ('delta', integer(int(delta), True))]
            attributes += [(flag, True) for flag in flags]
            return client(Counter).request(4, attributes)[0]
        case ['del', name]:
            client(Counter).request(5, [('name', name)], NLM_F_ACK)
        case ['stats']:
            return client(Stats).request(13)[0]
        case ['bare', cmd]:
            client(Counter).request(int(cmd), (), NLM_F_ACK)
        case ['unprivileged']:
            os.setuid(65534)
        case ['listen']:
            clients['events'] = Client(Counter)
            clients['events'].socket.add_membership('events')
        case ['event']:
            cmd, values = clients['events'].unasked()
            return {'event': EVENTS[cmd], **values}
        case ['ask', question, *limit]:
            attributes = [('question', question.encode())]
            attributes += [('timeout-ms', int(text)) for text in limit]
            # Without an ACK, which would end the request before the answer.
            reply = client(Ask).request(10, attributes)[0]
            return {'id': reply['id'], 'answer': reply['answer'].decode()}
        case ['agent']:
            clients['agent'] = Client(Ask)
            clients['agent'].request(9, (), NLM_F_ACK)
        case ['question']:
            _, asked = clients['agent'].unasked()
            return {'id': asked['id'], 'portid': asked['portid'],
                    'question': asked['question'].decode()}
        case ['answer', number, answer]:
            clients['agent'].request(
                12, [('id', integer(int(number))), ('answer', answer.encode())], NLM_F_ACK)
        case ['decline', number]:
            clients['agent'].request(
                12, [('id', integer(int(number))), ('declined', True)], NLM_F_ACK)
        case _:
            raise ValueError(words)
    return {}


for line in sys.stdin:
    try:
        told = obey(json.loads(line))
    except Refused as refused:
        told = {'error': refused.told}
    print(json.dumps(told), flush=True)
