# SPDX-License-Identifier: GPL-2.0
"""scripts/new-family: its project, tested in a guest, and its refusals."""

import hashlib
import os
import pathlib
import re
import shutil
import unittest

from support import TOP, CheckoutTest, ScriptTest
from test_family import TREE

SPEC = """\
# SPDX-License-Identifier: GPL-2.0
---
name: new-tested
doc: A family for a test.
protocol: genetlink
definitions:
  - { name: level, type: enum, entries: [ low, high ] }
  - { name: bits, type: flags, entries: [ read, write ] }
attribute-sets:
  -
    name: thing
    attributes:
      - { name: id, type: u32 }
      - { name: label, type: string, checks: { max-len: 15 } }
      - { name: level, type: u32, enum: level }
      - { name: rights, type: u32, enum: bits }
      - { name: ports, type: u16, multi-attr: true }
      - { name: peer, type: nest, nested-attributes: peer }
      - { name: peers, type: nest, nested-attributes: peer, multi-attr: true }
  -
    name: peer
    attributes:
      - { name: key, type: binary, checks: { exact-len: 4 } }
      - { name: weight, type: s32 }
operations:
  list:
    -
      name: set
      doc: Sends a thing back, and announces it.
      attribute-set: thing
      do:
        request: { attributes: [ id, label, level, rights, ports, peer, peers ] }
        reply: &reply { attributes: [ id, label, level, rights, ports, peer, peers ] }
    -
      name: get
      doc: Reads a thing.
      attribute-set: thing
      do: { request: { attributes: [ id ] }, reply: *reply }
      dump: { reply: *reply }
    - { name: later, doc: Has no handler., attribute-set: thing, do: { request: { attributes: [ id ] } } }
    -
      name: changed
      doc: A thing was set.
      attribute-set: thing
      mcgrp: things
      event: { attributes: [ id, level, peer ] }
mcast-groups: { list: [ { name: things } ] }
"""

# The handlers, by the first line of their stub.
HANDLERS = {
    "impl DoOp<generated::Set> for Net {": """
    fn handle<'a>(&'a self, call: &Call<'a, Self, generated::Set>) -> Handled<'a, generated::Set> {
        let request = &call.request;
        let mut ports = KVVec::new();
        for port in request.ports() {
            ports.push(port?.value, GFP_KERNEL)?;
        }
        let mut peers = KVVec::new();
        for peer in request.peers() {
            let peer = peer?.value;
            let (key, weight) = (peer.key().required()?, peer.weight().get()?);
            let weight = weight.map(|attr| attr.value);
            let peer = generated::nest::Peer { key: Some(key.value), weight };
            peers.push(peer, GFP_KERNEL)?;
        }
        let peer = request.peer().required()?.value;
        let peer = generated::nest::Peer {
            key: Some(peer.key().required()?.value),
            weight: Some(peer.weight().required()?.value),
        };
        let id = request.id().required()?.value;
        let level = request.level().get()?.map(|attr| attr.value);
        call.notify(&generated::Changed { id: Some(id), level, peer: Some(peer) });
        Ok(generated::set::Reply {
            id: Some(id),
            label: request.label().get()?.map(|attr| attr.value),
            level,
            rights: request.rights().get()?.map(|attr| attr.value),
            ports: call.hold(ports)?,
            peer: Some(peer),
            peers: call.hold(peers)?,
        })
    }
}
""",
    "impl DoOp<generated::Get> for Net {": """
    fn handle<'a>(&'a self, call: &Call<'a, Self, generated::Get>) -> Handled<'a, generated::Get> {
        let id = call.request.id().required()?;
        if id.value > 9 {
            return Err(ExtAck::new(ENOENT, c"there is no such thing").at(id));
        }
        Ok(thing(id.value))
    }
}

fn thing(id: u32) -> generated::get::Reply<'static> {
    generated::get::Reply {
        id: Some(id),
        label: Some(c"a thing"),
        level: Some(generated::Level::High.into_raw()),
        rights: Some(generated::Bits::WRITE.bits()),
        ports: &[],
        peer: None,
        peers: &[],
    }
}
""",
    "impl DumpOp<generated::GetDump> for Net {": """
    type Cursor = u32;

    fn next<'a>(
        &'a self,
        _request: &Attrs<'a, generated::GetDump>,
        cursor: &mut u32,
        entries: &mut Entries<'_, generated::GetDump>,
    ) -> Result<Progress, ExtAck<'a>> {
        entries.generation(0);
        while *cursor < 3 {
            if entries.put(&thing(*cursor)).is_err() {
                return Ok(Progress::More);
            }
            *cursor += 1;
        }
        Ok(Progress::Done)
    }
}
"""}

# Tests in the guest, besides the project's initial ones: of the typed client, and of the program
# and the kernel's own client, which must print the same.
TESTS = """
use family::client::{args, Bits, Client, Event, Level, SetRequest};
use serde_json::{json, Value};
use std::process::{Command, Output, Stdio};

#[test]
fn the_typed_client_sends_and_reads_every_kind() {
    let (mut client, mut listener) = (Client::open().unwrap(), Client::open().unwrap());
    let family = client.inner().family().clone();
    family.join(listener.inner().socket(), "things").unwrap();
    let peer = args::Peer { key: Some(b"abcd"), weight: Some(-7) };
    let request = SetRequest {
        id: Some(5),
        label: Some(b"five"),
        level: Some(Level::High),
        rights: Some(Bits::READ | Bits::WRITE),
        ports: &[7, 9],
        peer: Some(&peer),
        peers: &[peer, peer],
    };
    let reply = client.set(&request).unwrap();
    assert_eq!((reply.id, reply.label), (Some(5), Some(&b"five"[..])));
    assert_eq!(reply.level, Some(Ok(Level::High)));
    assert_eq!(reply.rights, Some(Bits::READ | Bits::WRITE));
    assert_eq!(reply.ports.map(Result::unwrap).collect::<Vec<_>>(), [7, 9]);
    let peer = reply.peer.unwrap().read().unwrap();
    assert_eq!((peer.key, peer.weight), (Some(&b"abcd"[..]), Some(-7)));
    assert_eq!(reply.peers.count(), 2);
    let socket = listener.inner().socket();
    let message = socket.next_message(|message| message.header.kind == family.id).unwrap();
    let (cmd, attributes) = parley_netlink::genl::message::read(&message).unwrap();
    let Some(Event::Changed(event)) = Event::read(cmd, attributes).unwrap() else {
        panic!("another event");
    };
    assert_eq!((event.id, event.level), (Some(5), Some(Ok(Level::High))));
    let refused = client.set(&SetRequest { label: Some(&[b'x'; 16]), ..request }).unwrap_err();
    assert_eq!(refused.refusal().unwrap().attribute.as_deref(), Some("thing.label"));
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_new-tested-client");

/// Asks the kernel's own client, in one process, which takes seconds to start.
const YNL: &str = r#"
import json, sys
sys.path.insert(0, "@YNL@")
from pyynl.lib import YnlFamily
ynl = YnlFamily("@SPEC@", "")
asked = [(ynl.dump if dump else ynl.do)(name, request) for name, request, dump in json.loads(sys.argv[1])]
print(json.dumps(asked, default=lambda value: value.hex() if isinstance(value, bytes) else sorted(value)))
"#;

fn program(words: &[&str]) -> Output {
    Command::new(PROGRAM).args(words).output().unwrap()
}

fn read(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"))
}

#[test]
fn the_program_prints_what_the_client_of_the_kernel_reads() {
    let all = json!({ "id": 5, "label": "five", "level": "high", "rights": ["read", "write"],
        "ports": [7, 9], "peer": { "key": "61626364", "weight": -7 },
        "peers": [{ "key": "61626364" }, { "key": "01020304", "weight": 1 }] });
    let questions = json!([["set", all, false], ["get", { "id": 3 }, false], ["get", {}, true]]);
    let theirs = Command::new("python3").args(["-B", "-c", YNL, &questions.to_string()]).output();
    let theirs = read(&theirs.unwrap());
    assert_eq!(theirs[0], all);
    assert_eq!(theirs[2].as_array().unwrap().len(), 3);
    for (question, theirs) in questions.as_array().unwrap().iter().zip(theirs.as_array().unwrap()) {
        let (name, request) = (question[0].as_str().unwrap(), question[1].to_string());
        let mut words = vec![name, "--json", &request];
        words.extend(question[2].as_bool().unwrap().then_some("--dump"));
        assert_eq!(read(&program(&words)), *theirs, "{name}");
    }
    let as_words = program(&["set", "id=1", "level=low", "peer={\\"key\\":\\"00000000\\",\\"weight\\":2}"]);
    let expected = json!({ "id": 1, "level": "low", "peer": { "key": "00000000", "weight": 2 } });
    assert_eq!(read(&as_words), expected);
}

#[test]
fn a_closed_pipe_is_no_error_and_usage_goes_where_it_belongs() {
    for words in [&["--list-ops"][..], &["get", "--dump"], &["--help"]] {
        let (reader, writer) = std::os::unix::net::UnixStream::pair().unwrap();
        drop(reader);
        let writer = std::os::fd::OwnedFd::from(writer);
        let done = Command::new(PROGRAM).args(words).stdout(writer).output().unwrap();
        assert!(done.status.success() && done.stderr.is_empty(), "{words:?}: {done:?}");
    }
    for words in [&["--help"][..], &["-h"], &["get", "--help"]] {
        let help = program(words);
        let said = String::from_utf8_lossy(&help.stdout);
        assert!(help.status.success() && said.starts_with("usage: OPERATION"), "{help:?}");
    }
    for words in [&[][..], &["--unknown"]] {
        let refused = program(words);
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("usage: OPERATION"));
    }
}

#[test]
fn a_refusal_names_its_attribute() {
    for (words, says) in [
        (&["get", "id=12"][..], "there is no such thing"),
        (&["get"], "thing.id"),
        (&["set", "id=1", r#"peer={"key":"00"}"#], "thing.peer.key"),
        (&["later"], "EOPNOTSUPP"),
        (&["get", "ids=1"], "the set `thing` has no attribute `ids`; did you mean `id`?"),
        (&["nothing"], "no operation `nothing`"),
        (&["--monitor", "no"], "new-tested has the groups things, not `no`"),
    ] {
        let refused = program(words);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && said.contains(says), "{words:?}: {said}");
    }
}

#[test]
fn the_program_prints_events() {
    use std::io::{BufRead, BufReader};
    let mut monitor = Command::new(PROGRAM);
    monitor.args(["--monitor", "things"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut monitor = monitor.spawn().unwrap();
    let line = |from: &mut dyn BufRead| {
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        line
    };
    let ready = line(&mut BufReader::new(monitor.stderr.take().unwrap()));
    assert_eq!(ready, "listening to things\\n");
    program(&["set", "id=8", r#"peer={"key":"00000000","weight":2}"#]);
    let mut events = BufReader::new(monitor.stdout.take().unwrap());
    let event = loop {
        // Another test may set things, too.
        let event: Value = serde_json::from_str(&line(&mut events)).unwrap();
        if event["msg"]["id"] == 8 {
            break event;
        }
    };
    let peer = json!({ "key": "00000000", "weight": 2 });
    assert_eq!(event, json!({ "name": "changed", "msg": { "id": 8, "peer": peer } }));
    monitor.kill().unwrap();
    monitor.wait().unwrap();
}
"""


@unittest.skipIf(TREE is None or not (TREE / ".done").exists() or not shutil.which("cargo"),
                 "there is no kernel to build for")
class Project(ScriptTest):
    def setUp(self):
        super().setUp()
        # Always in the same place and with its build products, so cargo compiles the library once.
        self.project, kept = TOP / "build/new-family", self.folder / "kept"
        if (self.project / "build").is_dir():
            shutil.move(self.project / "build", kept)
        shutil.rmtree(self.project, ignore_errors=True)
        self.spec = self.folder / "new-tested.yaml"
        self.spec.write_text(SPEC)
        made = self.run_script(TOP / "scripts/new-family", self.project, "--spec", self.spec,
                               env={"PARLEY_SCRATCH": str(self.project)})
        self.assertEqual(made.returncode, 0, made.stderr)
        if kept.exists():
            shutil.move(kept, self.project / "build")

    def make(self, *words):
        return self.run_script("make", "--no-print-directory", *words, cwd=self.project)

    def test_three_handlers_and_a_stub_answer_each_client_in_the_guest(self):
        main = self.project / "kmod/new_tested_main.rs"
        text = main.read_text()
        self.assertEqual(text.count("Err(todo())"), 4)
        for begin, handler in HANDLERS.items():
            text, count = re.subn(re.escape(begin) + r"\n.*?\n}\n", lambda _, by=begin + handler: by,
                                  text, flags=re.S)
            self.assertEqual(count, 1, begin)
        main.write_text(text)
        source = self.run_script(TOP / "scripts/build/kernel", "--source").stdout.strip()
        tests = TESTS.replace("@YNL@", f"{source}/tools/net/ynl")
        tests = tests.replace("@SPEC@", str(self.project / "new-tested.yaml"))
        with (self.project / "user/tests/guest.rs").open("a") as guest:
            guest.write(tests)
        tested = self.make("test")
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
        self.assertIn("handlers that are still to be written: 1", tested.stdout)
        self.assertIn("6 passed", tested.stdout)
        # Use a spec with an operation that the module lacks.
        library = self.project / "user/src/lib.rs"
        library.write_text(library.read_text().replace("../../new-tested.yaml", "newer.yaml"))
        (self.project / "user/src/newer.yaml").write_text(SPEC.replace("mcast-groups:", """\
    - { name: gone, doc: Is not there., attribute-set: thing, do: { request: { attributes: [ id ] } } }
mcast-groups:"""))
        tested = self.make("test")
        self.assertNotEqual(tested.returncode, 0)
        self.assertIn("the module has no gone (do)", tested.stdout + tested.stderr)

    def test_names_that_cargo_rust_or_yaml_has_uses_for_name_a_family(self):
        (self.project / "build/cargo").mkdir(parents=True, exist_ok=True)
        for name, goal in (("build", "program"), ("test", "program"), ("family", "module"), ("on", "spec")):
            mine = self.folder / name
            tape = self.folder / "backup.tar"
            tape.write_text("mine")
            made = self.run_script(TOP / "scripts/new-family", mine, "--name", name, env={"TAPE": str(tape)})
            self.assertEqual(made.returncode, 0, made.stderr)
            self.assertEqual(tape.read_text(), "mine")
            self.assertIn(f'\nname: "{name}"\n', (mine / f"{name}.yaml").read_text())
            (mine / "build").mkdir()
            (mine / "build/cargo").symlink_to(self.project / "build/cargo")
            made = self.run_script("make", goal, cwd=mine)
            self.assertEqual(made.returncode, 0, made.stderr)

    def test_files_that_come_while_it_builds_are_kept(self):
        mine, cargo = self.folder / "mine", shutil.which("cargo")
        self.fake("cargo", f'mkdir -p {mine}; echo mine >{mine}/Makefile; exec {cargo} "$@"')
        refused = self.run_script(TOP / "scripts/new-family", mine, "--spec", self.spec)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("is not empty, so nothing was written", refused.stderr)
        self.assertEqual(os.listdir(mine), ["Makefile"])
        self.assertEqual((mine / "Makefile").read_text(), "mine\n")

    def test_a_changed_spec_is_generated_anew_and_an_update_undoes_no_change_of_the_authors(self):
        version, family = self.project / "parley.version", self.project / "kmod/family.rs"
        spec, layer = self.project / "new-tested.yaml", self.project / "kmod/genl/op.rs"
        before = version.read_text()
        made = self.make("spec")
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        spec.write_text(SPEC.replace("name: later", "name: sooner"))
        self.assertEqual(self.make("spec").returncode, 0)
        self.assertIn("Sooner", family.read_text())
        # Pretend that another version of parley has written the project.
        version.write_text(re.sub("(?m)^(generator|layer) .*", r"\1 0", before))
        refused = self.make("spec")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("run: make update", refused.stderr)
        refused = self.make("update")
        self.assertIn("has your own changes", refused.stderr)
        # Pretend that this version wrote an older layer, which is unchanged since.
        layer.write_text("// Older.\n")
        (self.project / "kmod/genl/gone.rs").write_text("")
        kbuild = self.project / "kmod/Kbuild"
        written = kbuild.read_text()
        kbuild.write_text(written + "# Mine.\n")
        same = re.search("to ([0-9a-f]{64})", self.make("update").stderr)[1]
        version.write_text(re.sub("(?m)^layer .*", f"layer {same}", version.read_text()))
        updated = self.make("update")
        self.assertEqual(updated.returncode, 0, updated.stderr)
        self.assertEqual(layer.read_text(), (TOP / "kmod/genl/op.rs").read_text())
        self.assertFalse((self.project / "kmod/genl/gone.rs").exists())
        # A changed Kbuild stays; one that is unchanged is written again.
        self.assertIn("-# Mine.", updated.stderr)
        self.assertIn("# Mine.", kbuild.read_text())
        kbuild.write_text("obj-m := new_tested.o\n")
        spec.write_text(SPEC)
        old = hashlib.sha256(kbuild.read_bytes()).hexdigest()
        version.write_text(re.sub("(?m)^kbuild .*", f"kbuild {old}", version.read_text()))
        self.assertEqual(self.make("update").returncode, 0)
        self.assertEqual(kbuild.read_text(), written)
        self.assertEqual(version.read_text(), before)
        self.assertNotIn("Sooner", family.read_text())

    def test_only_the_makefile_names_a_folder_of_this_machine_and_no_place_is_left_to_fill(self):
        named = set()
        for file in self.project.rglob("*"):
            name = str(file.relative_to(self.project))
            if file.is_symlink() or not file.is_file() or name.startswith("build/"):
                continue
            text = file.read_text()
            self.assertNotRegex(text, r"@[A-Z]+@", name)
            if str(TOP) in text:
                named.add(name)
        self.assertEqual(named, {"Makefile"})
        workflow = (self.project / ".github/workflows/test.yml").read_text()
        self.assertRegex(workflow, r"PARLEY_REF: ([0-9a-f]{40}|TAG-OR-COMMIT)\n")

    def test_a_missing_kernel_and_a_missing_parley_are_one_line_each(self):
        for words, says in ((("module", "KDIR=/nowhere"), "the kernel default is not built; run: make -C"),
                            (("test", "PARLEY=/nowhere"), "parley is not in /nowhere; say where it is")):
            refused = self.make(*words)
            self.assertEqual(refused.returncode, 2)
            lines = [line for line in refused.stderr.splitlines() if not line.startswith("make: ")]
            self.assertEqual(len(lines), 1, refused.stderr)
            self.assertIn(says, lines[0])

    def test_a_bad_spec_is_refused_by_its_line_and_nothing_is_written(self):
        folder = self.folder / "mine"
        for old, new, says in (("attributes: [ id ]", "attributes: [ idd ]", "has no attribute `idd`; did you mean `id`?"),
                               ("event: {", "sock-priv: {", "new-tested.yaml:"),
                               ("type: s32", "type: s31", "new-tested.yaml:24:")):
            self.spec.write_text(SPEC.replace(old, new))
            refused = self.run_script(TOP / "scripts/new-family", folder, "--spec", self.spec)
            self.assertEqual(refused.returncode, 1)
            self.assertTrue(refused.stderr.startswith(f"{self.spec}:"), refused.stderr)
            self.assertIn(says, refused.stderr)
            self.assertFalse(folder.exists())


class Refusals(CheckoutTest):
    def refused(self, status, says, *words):
        for tool in ("cargo", "rustfmt"):
            self.fake(tool, f"echo {tool} >>{self.folder}/called")
        result = self.run_here("scripts/new-family", *words)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertIn(says, result.stderr)

    def test_a_folder_in_which_scripts_remove_files_is_refused(self):
        for tool in ("cargo", "rustfmt"):
            self.fake(tool, "exit 1")
        (self.folder / "link").symlink_to(self.checkout / "build")
        for folder in ("build/module", "build/new-family", "build", "user/target/mine", self.folder / "link/mine"):
            result = self.run_here("scripts/new-family", folder, "--name", "mine")
            self.assertEqual(result.returncode, 1, result.stderr)
            products = "user/target" if "target" in str(folder) else "build"
            self.assertIn(f"{folder} is below {products}, where", result.stderr)
        # Not by scripts/course and others, which remove it themselves.
        scratch = self.checkout / "build/course"
        result = self.run_here("scripts/new-family", scratch / "mine", "--name", "mine",
                               env={"PARLEY_SCRATCH": str(scratch)})
        self.assertNotIn("is below", result.stderr)

    def test_wrong_arguments_and_places_are_refused_in_a_line_before_anything_is_written(self):
        for tool in ("rustc", "gcc", "bindgen"):
            self.fake(tool, "echo 1.2.3")
        for words in ((), ("mine",), ("mine", "--name"), ("--name", "mine"), ("mine", "--list"),
                      ("mine", "--name", "mine", "--spec", "mine.yaml"), ("mine", "other", "--name", "mine")):
            self.refused(2, "usage: scripts/new-family FOLDER", *words)
        full = self.write(self.folder / "full/notes", "mine")
        self.refused(1, "is not empty, so nothing was written", full.parent, "--name", "mine")
        self.refused(1, "is not a folder", full, "--name", "mine")
        self.refused(1, "the kernel 'default' is not built", self.folder / "mine", "--name", "mine")
        path = self.run_here("scripts/build/kernel", "--path").stdout.strip()
        self.write(pathlib.Path(path) / ".done")
        for name in ("Mine", "9mine", "a" * 16, "mi/ne", "a_b", "-a"):
            self.refused(1, "a family cannot have the name", self.folder / "mine", "--name", name)
        for name in ("obj", "ccflags"):
            self.refused(1, "because Kbuild has variables of that name", self.folder / "mine", "--name", name)
        self.refused(1, "there is no spec", self.folder / "mine", "--spec", self.folder / "no.yaml")
        self.refused(1, "is not a project of new-family", "--update", full.parent)
        self.assertEqual(os.listdir(full.parent), ["notes"])
        self.assertFalse((self.folder / "mine").exists())
