# SPDX-License-Identifier: GPL-2.0
"""action.yml: runs its steps as GitHub does, with a virtme-ng that only pretends to boot."""

import os
import re
import shutil

import yaml

from support import TOP, VmTest

WORKFLOWS = [*sorted((TOP / ".github/workflows").iterdir()), TOP / "docs/vm/workflow.yml"]
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")
# An input that does something if any shell takes it for syntax.
EVIL = "a'b\"; touch executed; $(touch executed) `touch executed` ${{ x }} \\"
KERNEL = """#!/bin/bash
echo "kernel $*" >>{calls}
case ${{1:-}} in
--image) echo {folder}/image ;;
--path) echo "/tree of ${{2:-}}" ;;
--tools) [[ $2 != arm64* ]] || printf 'ARCH=arm64\\nCROSS_COMPILE=a-\\n' ;;
esac
"""


def steps_of(file):
    content = yaml.safe_load(file.read_text())
    jobs = content.get("jobs", {}).values()
    return [step for part in (jobs or [content["runs"]]) for step in part["steps"]]


class Action(VmTest):
    def setUp(self):
        super().setUp()
        self.action = yaml.safe_load((TOP / "action.yml").read_text())
        self.steps = self.action["runs"]["steps"]
        self.copy_scripts(self.top, "vm-test", "forget-report")
        shutil.copytree(TOP / "scripts/test/report", self.top / "scripts/test/report")
        self.calls, self.workspace = self.folder / "calls", self.folder / "workspace"
        self.calls.touch()
        for file in TOP.glob("scripts/build/kernel*.config"):
            shutil.copy2(file, self.top / "scripts/build")
        kernel = self.top / "scripts/build/kernel"
        kernel.write_text(KERNEL.format(calls=self.calls, folder=self.folder))
        setup = self.top / "scripts/setup"
        setup.write_text(f"#!/bin/sh\necho setup >>{self.calls}\n")
        setup.chmod(0o755)
        (self.top / "scripts/build/requirements").mkdir()
        for name in ("scripts/build/root", "scripts/build/requirements/setup.txt"):
            (self.top / name).touch()
        for name in ("rustc", "gcc", "bindgen"):
            self.fake(name, f"echo {name} 1\n")
        self.fake("make", f'printf "make"; printf " <%s>" "$@"; echo; ' f'printf "%s\\n" "make $*" >>{self.calls}\n')
        (self.workspace / "module").mkdir(parents=True)
        (self.workspace / "module/mine.ko").touch()
        (self.folder / "runner").mkdir()

    def evaluate(self, text, inputs, outputs):
        def value(found):
            kind, name, *rest = found[1].split(".")
            return inputs[name] if kind == "inputs" else outputs.get(name, {}).get(rest[1], "")
        return EXPRESSION.sub(value, str(text))

    def wanted(self, condition, inputs, outputs):
        if not condition:
            return True
        left, right = re.fullmatch(r"(\S+) != '(\w*)'", condition).groups()
        return self.evaluate("${{ " + left + " }}", inputs, outputs) != right

    def run_action(self, cached="", **given):
        """Runs the steps until one fails. Returns the last status, and the action's outputs."""
        inputs = {name: given.get(name, one.get("default")) for name, one in self.action["inputs"].items()}
        outputs, self.said, self.used, status = {}, "", [], 0
        for number, step in enumerate(self.steps):
            if number == 0 or not self.wanted(step.get("if"), inputs, outputs):
                continue
            if "uses" in step:
                self.used.append((step["uses"], self.evaluate(step["with"]["key"], inputs, outputs)))
                outputs[step.get("id")] = {"cache-hit": cached}
                continue
            script, output = self.folder / f"step-{number}", self.folder / f"output-{number}"
            script.write_text(step["run"])
            output.write_text("")
            env = {name: self.evaluate(text, inputs, outputs) for name, text in step.get("env", {}).items()}
            done = self.run_script(
                "bash", "--noprofile", "--norc", "-eo", "pipefail", script, cwd=self.workspace, env={
                    **self.environment, **env, "GITHUB_ACTION_PATH": str(self.top), "GITHUB_OUTPUT": str(output),
                    "GITHUB_WORKSPACE": str(self.workspace), "RUNNER_TEMP": str(self.folder / "runner"),
                    "GITHUB_STEP_SUMMARY": str(self.folder / "summary")})
            self.said += done.stdout + done.stderr
            outputs[step.get("id")] = dict(line.split("=", 1) for line in output.read_text().splitlines())
            status = done.returncode
            if status:
                break
        return status, {name: self.evaluate(one["value"], inputs, outputs)
                        for name, one in self.action["outputs"].items()}

    def test_each_input_is_used_and_none_is_a_part_of_a_script(self):
        text = (TOP / "action.yml").read_text()
        for name in self.action["inputs"]:
            self.assertRegex(text, rf"inputs\.{name}\b")
        for file in (TOP / "action.yml", *WORKFLOWS):
            for step in steps_of(file):
                self.assertNotIn("${{", step.get("run", ""), file)
        for step in self.steps:
            self.assertEqual("run" in step, step.get("shell") == "bash", step)
            for name in step.get("env", {}):
                self.assertRegex(step["run"], rf"\${name}\b")
        # What the expressions name exists.
        ids = {step.get("id"): step.get("run", "") for step in self.steps}
        for expression in EXPRESSION.findall(text):
            kind, name, *rest = expression.split(".")
            self.assertIn(name, self.action["inputs"] if kind == "inputs" else ids)
            if rest and ids[name]:
                self.assertIn(f"{rest[1]}=", ids[name])

    def test_every_action_is_pinned_by_its_commit(self):
        used = set()
        for file in (TOP / "action.yml", *WORKFLOWS):
            for step in steps_of(file):
                name = step.get("uses")
                if name and not name.startswith("OWNER/parley@"):
                    self.assertRegex(name, r"^actions/[\w/-]+@[0-9a-f]{40}$", file)
                    used.add(tuple(name.split("@")))
        # One version of each.
        self.assertEqual(len({name.split("/")[1] for name, _ in used}), len({commit for _, commit in used}))

    def test_the_workflow_that_is_shown_gives_the_action_its_inputs(self):
        [step] = [step for step in steps_of(TOP / "docs/vm/workflow.yml") if "OWNER" in step.get("uses", "")]
        self.assertLessEqual(set(step["with"]), set(self.action["inputs"]))
        self.assertGreaterEqual(set(step["with"]), {name for name, one in self.action["inputs"].items() if one.get("required")})

    def test_a_green_run_has_status_0_and_a_report(self):
        self.guest("boot; up; finish 0 '<6>[ 8.0] parley-vm: kmemleak has found nothing'")
        (self.workspace / "kernel.config").write_text("CONFIG_MINE=y\n")
        status, outputs = self.run_action(command=EVIL, module="module/mine.ko\n", build="module", kernel="debug",
                                          config="kernel.config", options="--append 'a b' --memory 3G")
        report = self.workspace / "report"
        self.assertEqual((status, outputs), (0, {"status": "0", "report": str(report)}), self.said)
        config = (self.top / "scripts/build/kernel-ci.config").read_text()
        self.assertIn("CONFIG_KASAN=y\n", config)
        self.assertTrue(config.endswith("CONFIG_MINE=y\n"))
        calls = self.calls.read_text().splitlines()
        self.assertEqual(calls[:2], ["setup", "kernel ci"])
        self.assertIn(f"make -C /tree of ci M={self.workspace}/module modules", calls)
        self.assertIn("<-C> </tree of ci>", self.said)
        arguments = self.arguments()
        for word in (f"{self.workspace}", "3G"):
            self.assertIn(word, arguments)
        self.assertIn(" a b", " ".join(arguments))
        # The command reaches the guest unchanged, and nothing runs it before.
        script = (self.folder / "guest-script").read_text()
        line = next(line for line in script.splitlines() if line.startswith("command=("))
        done = self.run_script("bash", "-c", line + '; printf "%s\\n" "${command[-1]}"')
        self.assertEqual(done.stdout, EVIL + "\n")
        self.assertFalse(list(self.folder.rglob("executed")))
        self.assertIn("vm-test: all is well", (self.folder / "summary").read_text())
        self.assertTrue((report / "results.ktap").exists())

    def test_a_red_run_has_its_status_and_a_report_too(self):
        for guest, status in (("boot; up; finish 7", 7), ("boot; up; finish 0 '<4>[ 7.0] WARNING: x'", 1),
                              ("boot; up; console '[ 3.0] Kernel panic - not syncing: x'", 240)):
            self.guest(guest)
            (self.folder / "summary").unlink(missing_ok=True)
            got, outputs = self.run_action(command="true", report="out/of guest")
            self.assertEqual((got, outputs["status"]), (status, str(status)), self.said)
            self.assertIn("vm-test: failed", (self.folder / "summary").read_text())
            self.assertIn("<failure", (self.workspace / "out/of guest/junit.xml").read_text())

    def test_a_kernel_is_cached_by_what_it_is_built_from(self):
        self.guest("boot; up; finish 0")
        keys = []

        def key(**given):
            self.run_action(command="true", **given)
            keys.append(self.used[0][1])
            self.assertEqual({key for _, key in self.used}, {keys[-1]})

        key()
        self.assertEqual(len(self.used), 2)
        key(cached="true")
        self.assertEqual(len(self.used), 1)
        self.assertEqual(keys[0], keys[1])
        key(architecture="arm64")
        key(architecture="arm64", kernel="debug")
        (self.workspace / "more").write_text("CONFIG_MORE=y\n")
        key(config="more")
        (self.workspace / "more").write_text("CONFIG_LESS=y\n")
        key(config="more")
        self.fake("rustc", "echo rustc 2\n")
        key()
        self.assertEqual(len(set(keys)), len(keys) - 1, keys)
        for name in ("kernel arm64", "kernel arm64-debug"):
            self.assertIn(name, self.calls.read_text().splitlines())
        self.guest("boot; up; finish 0")
        self.run_action(command="true", architecture="arm64", build="module")
        self.assertIn("modules", self.calls.read_text())
        self.assertIn("<ARCH=arm64> <CROSS_COMPILE=a-> <modules>", self.said)

    def test_inputs_that_mean_nothing_fail_before_the_kernel_is_built(self):
        for given in ({"command": " \n"}, {"command": " # tests/in-guest.sh\n"}, {"kernel": EVIL}, {"architecture": EVIL}, {"kernel": "a\nb=c"}, {"config": "absent"},
                      {"kernel": "absent", "config": "module/mine.ko"}):
            status, outputs = self.run_action(**{"command": "true", **given})
            self.assertEqual((status, outputs["status"]), (1, ""), given)
        self.assertEqual(self.calls.read_text(), "")
        self.guest("boot; up; finish 0")
        status, outputs = self.run_action(command="true", options="--append 'a")
        self.assertNotEqual(status, 0)
        self.assertEqual(self.boots(), 0)
        self.assertFalse(list(self.folder.rglob("executed")))

    def test_packages_are_installed_on_debian_13_alone(self):
        etc = self.folder / "etc"
        (etc / "apt/sources.list.d").mkdir(parents=True)
        sources = etc / "apt/sources.list.d/debian.sources"
        sources.write_text("Suites: trixie trixie-updates\n")
        self.fake("apt-get", f'echo "$*" >>{self.calls}\n')
        self.fake("id", "echo 0\n")
        script = self.folder / "packages"
        script.write_text(self.steps[0]["run"].replace("/etc/", f"{etc}/"))
        for release, good in (("ID=debian\nVERSION_CODENAME=trixie\n", True), ("ID=ubuntu\nVERSION_CODENAME=noble\n", False)):
            (etc / "os-release").write_text(release)
            for _ in range(2):
                done = self.run_script("bash", "--noprofile", "--norc", "-eo", "pipefail", script, env=dict(os.environ))
                self.assertEqual(done.returncode == 0, good, done.stderr)
        self.assertEqual(sources.read_text(), "Suites: trixie trixie-updates trixie-backports\n")
        self.assertEqual(self.calls.read_text().count("bindgen"), 2)
