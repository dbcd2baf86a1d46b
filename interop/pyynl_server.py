# SPDX-License-Identifier: GPL-2.0
"""Runs the kernel's cli.py unchanged, in a process for each line of arguments. It loads
Python and its modules only once, because without KVM that takes seconds each time.

  pyynl_server.py PATH/cli.py

reads lines of arguments, each a JSON array, and writes for each a line of
{'pid', 'status', 'out', 'err'}.
"""

import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

path = Path(sys.argv[1])
sys.path.insert(0, str(path.parent))
import cli


def child(arguments, out, err):
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    sys.argv = [str(path), *arguments]
    status = 0
    try:
        cli.main()
    except SystemExit as exit_:
        status = exit_.code or 0
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


for line in sys.stdin:
    with tempfile.TemporaryFile('w+') as out, tempfile.TemporaryFile('w+') as err:
        pid = os.fork()
        if pid == 0:
            child(json.loads(line), out, err)
        _, status = os.waitpid(pid, 0)
        for file in (out, err):
            file.seek(0)
        print(json.dumps({'pid': pid, 'status': status, 'out': out.read(), 'err': err.read()}),
              flush=True)
