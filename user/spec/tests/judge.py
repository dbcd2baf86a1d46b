# SPDX-License-Identifier: MIT OR Apache-2.0
"""Prints what the kernel's own library, pyynl, says of each spec.

    judge.py verdicts|contents TREE FOLDER

TREE is the kernel's source. FOLDER has the layout of the kernel's source, with
the schemas in Documentation/netlink and the specs in the folder below it.

`verdicts` prints a line per spec: its name, `accepts`, `schema` or `refuses`, and
why. `schema` means that the schema check refuses the spec, or that it cannot run.

`contents` prints what pyynl reads from each spec, a fact per line.
"""

import pathlib
import sys
import warnings

import yaml


CHECKS = ("min", "max", "min-len", "max-len", "exact-len")


def contents(path, spec_family, family):
    """Yields the facts of a spec. The bounds of checks are ynl_gen_c's."""
    spec = spec_family(str(path), schema_path="")
    yield f"family {spec.name} {spec.proto} {spec.msg_id_model} {spec.license}"
    for name, const in spec.consts.items():
        if hasattr(const, "entries"):
            for entry in const.entries.values():
                yield f"entry {name} {entry.name} {entry.value} {entry.user_value()}"
        elif hasattr(const, "members"):
            for member in const.members:
                yield f"member {name} {member.name} {member.type} {member.struct}"
        else:
            yield f"const {name} {const.get('value')}"
    for set_name, attributes in spec.attr_sets.items():
        for attribute in attributes.attrs.values():
            yield (
                f"attribute {set_name} {attribute.name} {attribute.value} {attribute.type} "
                f"{bool(attribute.is_multi)} {attribute.get('nested-attributes')}"
            )
    for op in spec.msgs.values():
        attributes = op.attr_set.name if hasattr(op, "attr_set") else None
        yield f"operation {op.name} {op.req_value} {op.rsp_value} {attributes} {op.fixed_header}"
        for kind in sorted(op.modes & {"do", "dump"}):
            for direction in ("request", "reply"):
                listed = op[kind].get(direction, {}).get("attributes", [])
                yield f"{kind} {op.name} {direction} {' '.join(dict.fromkeys(listed))}"
    for name, message in spec.sub_msgs.items():
        for value, choice in message.formats.items():
            yield f"format {name} {value} {choice.fixed_header} {choice.attr_set}"
    for group in spec.mcast_groups.values():
        yield f"group {group.name} {group.value}"
    if spec.proto == "netlink-raw":
        return
    for set_name, attributes in family(str(path), [], None).attr_sets.items():
        for attribute in attributes.attrs.values():
            # ynl_gen_c adds the bounds of an enum to those of the spec.
            bounds = CHECKS if "enum" not in attribute.yaml else CHECKS[2:]
            for name in bounds:
                if name in attribute.checks:
                    try:
                        limit = attribute.get_limit(name)
                    except ValueError:
                        # The C name of a constant, whose value ynl_gen_c does not know.
                        continue
                    yield f"check {set_name} {attribute.name} {name} {limit}"
            # A TypeMultiAttr wraps the type that it repeats.
            base = getattr(attribute, "base_type", attribute)
            if hasattr(base, "is_bitfield"):
                yield f"accepts {set_name} {attribute.name} {accepts(base)}"


def accepts(attribute):
    """Returns which values of an integer the policy of ynl_gen_c accepts."""
    checks, consts = attribute.checks, attribute.family.consts
    if attribute.is_bitfield:
        return f"bits {consts[attribute.attr['enum']].get_mask(as_flags=True):x}"
    if "flags-mask" in checks:
        return f"bits {(1 << len(consts[checks['flags-mask']]['entries'])) - 1:x}"
    if "sparse" in checks and not {"min", "max"} & checks.keys():
        return "values"
    return f"range {attribute.get_limit('min')} {attribute.get_limit('max')}"


def main():
    what = sys.argv[1]
    tree, folder = map(pathlib.Path, sys.argv[2:])
    sys.path.insert(0, str(tree / "tools/net/ynl/pyynl"))
    # pylint: disable=import-error,import-outside-toplevel
    import jsonschema
    from lib import SpecFamily
    from lib.nlspec import SpecException

    class Validators:
        """Does what jsonschema.validate does, but reads each schema once."""

        made = {}

        @classmethod
        def validate(cls, spec, schema):
            protocols = tuple(schema["properties"]["protocol"]["enum"])
            if protocols not in cls.made:
                # The schemas name a draft by an address that the library does not know.
                cls.made[protocols] = jsonschema.validators.validator_for(schema)(schema)
            for error in cls.made[protocols].iter_errors(spec):
                raise error

    SpecFamily.jsonschema = Validators
    warnings.simplefilter("ignore")
    paths = sorted((folder / "Documentation/netlink/specs").glob("*.yaml"))
    if what == "contents":
        from ynl_gen_c import Family

        for path in paths:
            for fact in contents(path, SpecFamily, Family):
                print(path.stem, " ".join(fact.split()), sep="\t")
        return
    for path in paths:
        verdict, why = "accepts", ""
        try:
            SpecFamily(str(path), schema_path=True)
        except (jsonschema.ValidationError, yaml.YAMLError, OSError) as error:
            verdict, why = "schema", getattr(error, "message", str(error))
        except SpecException as error:
            # The licence is checked before the schema, everything else after it.
            verdict = "schema" if "SPDX" in str(error) else "refuses"
            why = str(error)
        except (KeyError, AttributeError, TypeError) as error:
            verdict, why = "refuses", repr(error)
        print(path.stem, verdict, " ".join(why.split())[:200], sep="\t")


main()
