# SPDX-License-Identifier: MIT OR Apache-2.0
"""Says of each spec whether the kernel's own library accepts it.

    judge.py TREE FOLDER

TREE is the kernel's source. FOLDER has the layout of the kernel's source, with
the schemas in Documentation/netlink and the specs in the folder below it. Prints
a line per spec: its name, `accepts`, `schema` or `refuses`, and why. `schema`
means that the schema check refuses the spec, or that it cannot run.
"""

import pathlib
import sys
import warnings

import yaml


def main():
    tree, folder = map(pathlib.Path, sys.argv[1:])
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
    for path in sorted((folder / "Documentation/netlink/specs").glob("*.yaml")):
        verdict, why = "accepts", ""
        try:
            SpecFamily(str(path), schema_path=True)
        except (jsonschema.ValidationError, yaml.YAMLError, OSError) as error:
            verdict, why = "schema", getattr(error, "message", str(error))
        except SpecException as error:
            # The licence is looked for before the schema, the rest after it.
            verdict = "schema" if "SPDX" in str(error) else "refuses"
            why = str(error)
        except (KeyError, AttributeError, TypeError) as error:
            verdict, why = "refuses", repr(error)
        print(path.stem, verdict, " ".join(why.split())[:200], sep="\t")


main()
