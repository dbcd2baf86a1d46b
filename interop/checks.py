# SPDX-License-Identifier: GPL-2.0
"""The checks of every client that supports all requests of parley."""

import errno
import json
import random
import subprocess
import tempfile
import time
from pathlib import Path

from clients import NO_ADMIN, WAIT, Lines, parley, parley_policies, refusal

UPPER = 'tr a-z A-Z'
MAX = 2 ** 64 - 1
MANY = 800  # counters: more than fit into a datagram


def description(client, report):
    family = parley('family')
    if client.name == 'pyynl':
        report.cannot('family and groups', 'its CLI prints neither; it finds both by name')
    else:
        ours = family | {'operations': [{'cmd': operation['cmd'], 'flags': operation['flags']}
                                        for operation in family['operations']]}
        report.check('family: number, version, operations, flags, groups',
                     client.ask('family'), ours)
    report.check('policies: type, bounds, lengths of each attribute', client.ask('policy'),
                 parley_policies(family))
    if client.name == 'genetlink' and 'cannot' in (told := client.ask('typed-policy')):
        report.cannot('policies by its own types', f'"{told["cannot"]}"; the client here takes'
                      ' them apart')
    if client.name in ('libnl', 'neli'):
        report.cannot('policies by its own types', 'it has none for them; the client here takes'
                      ' them apart')


def echoes(client, report):
    some = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'payload')
        for size in (0, 1, 7, 4096, 61440):
            path.write_bytes(some.randbytes(size))
            before, echo, after = (parley('echo', '--file', str(path)),
                                   client.ask('echo', path), parley('echo', '--file', str(path)))
            hexed = after.get('payload_hex', after.get('payload', '').encode().hex())
            times = [that['stamp']['time_ns'] for that in (before, after)]
            theirs = {'payload': echo['payload_hex'], 'portid': echo['portid'],
                      'cpu': echo['cpu'] in (0, 1),
                      'time': times[0] < echo['time_ns'] < times[1]}
            report.check(f'echo: {size} bytes, and their stamp', theirs,
                         {'payload': hexed, 'portid': echo['port'], 'cpu': True, 'time': True})
        path.write_bytes(bytes(61441))
        report.check('echo: 61441 bytes are refused', client.ask('echo', path),
                     parley('echo', '--file', str(path)))


def counters(client, report):
    def both(what, name):
        report.check(what, client.ask('get', name), parley('counter', 'get', name))

    # Numbers of 4 and of 8 bytes.
    for value in (0, 2 ** 32 - 1, 2 ** 32, MAX):
        client.ask('set', 'theirs', value, 'create')
        both(f'counter: set by the client to {value}', 'theirs')
    parley('counter', 'set', 'ours', '40', '--create')
    both('counter: set by parley', 'ours')
    for delta, sum_of in ((2, 42), (-2, 40), (-40, 0), (2 ** 40, 2 ** 40)):
        theirs = client.ask('add', 'ours', delta)
        report.check(f'counter: {delta} added by the client', [theirs, theirs['value']],
                     [parley('counter', 'get', 'ours'), sum_of])
    report.check('counter: created by an addition', client.ask('add', 'added', 3, 'create'),
                 parley('counter', 'add', 'added-by-parley', '3', '--create') | {'name': 'added'})
    client.ask('del', 'added')
    report.check('counter: deleted by the client', client.ask('get', 'added'),
                 parley('counter', 'get', 'added'))
    client.ask('del', 'added-by-parley')


def fill(client):
    """The contents of the dumps, with a fast client."""
    for i in range(MANY):
        client.ask('set', f'many-{i:03}', i, 'create')


def dumps(client, report):
    for what, prefix in (('all', []), ('those of a prefix', ['many-2']), ('none', ['no such'])):
        ours = parley('counter', 'list', *(f'--prefix={text}' for text in prefix))
        report.check(f'dump: {what}, {len(ours)} counters', client.ask('list', *prefix), ours)


def errors(client, report):
    name_of_32 = 'n' * 32
    for what, theirs, ours in (
            ('no such counter', ['get', 'nobody'], ['get', 'nobody']),
            ('set without create', ['set', 'nobody', 1], ['set', 'nobody', '1']),
            ('set exclusively', ['set', 'ours', 1, 'create', 'exclusive'],
             ['set', 'ours', '1', '--create', '--exclusive']),
            ('below 0', ['add', 'added', -1, 'create'], ['add', 'added', '-1', '--create']),
            ('above 2^64-1', ['add', 'theirs', 1], ['add', 'theirs', '1']),
            ('nothing to delete', ['del', 'nobody'], ['del', 'nobody']),
            ('a name of 32 bytes', ['get', name_of_32], ['get', name_of_32]),
            ('a name of none', ['get', ''], ['get', '']),
            ('a prefix of 32 bytes', ['list', name_of_32], ['list', f'--prefix={name_of_32}'])):
        report.check(f'error: {what}', client.ask(*theirs), parley('counter', *ours))
    # parley's own commands leave out no attribute, so the spec and the contract give the reply.
    theirs = client.ask('bare', 2)
    ours = {'errno': 22, 'message': 'required attribute is missing', 'attribute': 'counter.name'}
    if client.name == 'neli' and client.ask('router-bare') == {'errno': 22, 'extended': 0}:
        report.cannot('error: words and attribute over NlRouter', 'it drops the extended ACK;'
                      ' NlSocketHandle has it')
    if client.name in ('libnl', 'genetlink'):
        report.cannot('error: words and attribute by its own types', 'it has none for them; the'
                      ' client here finds them behind the request')
    if client.name == 'pyroute2':
        del ours['attribute']
        report.cannot('error: which attribute is missing', 'it knows NLMSGERR_ATTR_MSG and _OFFS,'
                      ' and not _MISS_TYPE')
    report.check('error: a missing attribute', theirs, {'error': ours})


def statistics(client, report):
    report.check('stats', client.ask('stats'), parley('stats'))


def events(client, report):
    """Both listen while parley makes three changes and the client makes three."""
    with Lines(['parley', '--json', 'monitor']) as monitor:
        monitor.next()
        client.listen()
        parley('counter', 'set', 'heard', '1', '--create')
        parley('counter', 'add', 'heard', str(2 ** 33))
        parley('counter', 'del', 'heard')
        report.check('events: parley changes, and both hear', [client.event() for _ in range(3)],
                     [monitor.next() for _ in range(3)])
        client.ask('set', 'heard', MAX, 'create')
        added = client.ask('add', 'heard', -1)
        client.ask('del', 'heard')
        ours = [monitor.next() for _ in range(3)]
        report.check('events: the client changes, and parley hears',
                     [{'event': 'new', 'name': 'heard', 'value': MAX, 'updates': 1},
                      {'event': 'changed', **added}, {'event': 'deleted', **added}], ours)
        report.check('events: the client changes, and hears itself',
                     [client.event() for _ in range(3)], ours)
        client.stop_listening()


def permission(client, report):
    report.check('error: without CAP_NET_ADMIN', client.unprivileged('set', 'ours', 1),
                 parley('counter', 'set', 'ours', '1', before=NO_ADMIN))


def second_agent():
    return parley('agent', '--reply', 'x', '--count', '1')


def asks(client, report):
    report.check('ask: nobody is there to answer', client.ask('ask', 'hello?'),
                 parley('ask', 'hello?'))
    with Lines(['parley', '--json', 'agent', '--exec', UPPER]) as agent:
        agent.next()
        told = client.ask('ask', 'who is there?')
        asked, answered = agent.next(), agent.next()
        if client.talks:
            theirs = {'question': 'who is there?', 'answer': told['answer'], 'id': told['id']}
            report.check('ask: question, answer and number', theirs,
                         {'question': asked['question'], 'answer': answered['answer'],
                          'id': asked['id']})
        else:
            report.check('ask: the question reaches the agent', 'who is there?',
                         asked['question'])
            report.cannot('ask: the answer', 'a --do ends with the ACK, and the answer comes'
                          ' after it, with the same sequence number')
        report.check('agent: there is one already', client.ask('agent'), second_agent())
    with Lines(['parley', '--json', 'agent', '--exec', 'sleep 300']) as agent:
        agent.next()
        if client.talks:
            report.check('ask: no answer in time', client.ask('ask', 'still?', 100),
                         parley('ask', 'still?', '--timeout', '100ms'))


def answers(client, report):
    # The previous agent is ending, and may not have closed its socket yet.
    for _ in range(100):
        # pyynl prints null if there is no reply.
        told = client.ask('agent') if client.talks else client.subscribe('agent-register') or {}
        if told.get('error', {}).get('errno') != errno.EBUSY:
            break
        time.sleep(0.1)
    if told:
        raise RuntimeError(f'the client is no agent: {told}')
    refused = {'error': {'errno': 16, 'message': 'the namespace already has an agent'}}
    report.check('agent: the client is it, and parley cannot be', refused, second_agent())
    with subprocess.Popen(['parley', '--json', 'ask', 'is it you?'], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as asker:
        if client.talks:
            question = client.ask('question')
            client.ask('answer', question['id'], 'it is me')
            told = json.loads(asker.communicate(timeout=WAIT)[0])
            report.check('agent: the client answers what parley asks',
                         question | {'answer': 'it is me'},
                         # The first netlink socket of a process uses the process ID as its port.
                         {'question': 'is it you?', 'portid': asker.pid,
                          'answer': told['answer'], 'id': told['id']})
            with subprocess.Popen(['parley', '--json', 'ask', 'may I?'], text=True,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as declined:
                client.ask('decline', client.ask('question')['id'])
                told = refusal(declined.communicate(timeout=WAIT)[1])
            report.check('agent: the client declines what parley asks', told['error']['errno'],
                         errno.ECANCELED)
            # parley's own agent cannot answer an unknown question, so the refusal is written here.
            late = {'errno': 2, 'message': 'no such question is pending'}
            report.check('agent: an answer to no question', client.ask('answer', 12345, 'x'),
                         {'error': late})
        else:
            told = client.listener.next()
            question = bytes.fromhex(told['msg']['question']).decode()
            report.check('agent: the client hears what parley asks',
                         {'event': told['name'], 'question': question,
                          'portid': told['msg']['portid']},
                         {'event': 'question', 'question': 'is it you?', 'portid': asker.pid})
            client.stop_listening()
            report.cannot('agent: an answer', 'a process of the CLI does one thing, and only'
                          ' the socket of the agent may answer')


def clean():
    for name in ('ours', 'theirs'):
        parley('counter', 'del', name)


# The permission check is last, because after it a client may have no capabilities left.
ALL = (description, echoes, counters, dumps, errors, statistics, events, asks, answers,
       permission)
