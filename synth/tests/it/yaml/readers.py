"""Reads YAML as other programs do, for the tests beside this file.

Takes one JSON string a line, answers with one line of JSON: what each reader found, in the functions' full form.
The only argument is a folder for the readers, which are installed there once.
"""

import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile


def main():
    install(pathlib.Path(sys.argv[1]))
    readers = {"PyYAML": pyyaml("SafeLoader"), "libyaml": pyyaml("CSafeLoader"), "ruamel.yaml": ruamel()}
    for line in sys.stdin:
        text = json.loads(line)
        print(json.dumps({name: attempt(reader, text) for name, reader in readers.items()}), flush=True)


def install(folder):
    requirements = pathlib.Path(__file__).with_name("requirements.txt")
    versions = "-".join(requirements.read_text().split())
    place = folder / f"{versions}-python{sys.version_info[0]}.{sys.version_info[1]}"
    if not place.exists():
        folder.mkdir(parents=True, exist_ok=True)
        new = tempfile.mkdtemp(dir=folder)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        quiet = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        subprocess.run([*pip, "--target", new, "-r", str(requirements)], check=True, stdout=sys.stderr, env=quiet)
        try:
            os.rename(new, place)
        except OSError:  # Another test run was faster.
            if not place.exists():
                raise
    sys.path.insert(0, str(place))


def pyyaml(name):
    """YAML 1.1, which most AWS tools are built on."""
    import yaml

    class Loader(getattr(yaml, name)):
        pass

    Loader.add_multi_constructor("!", function)
    return lambda text: yaml.load(text, Loader)


def ruamel():
    """YAML 1.2."""
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import SafeConstructor

    class Constructor(SafeConstructor):
        pass

    Constructor.add_multi_constructor("!", function)
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = Constructor
    return reader.load


def function(constructor, name, node):
    if node.id == "scalar":
        argument = constructor.construct_scalar(node)
    elif node.id == "sequence":
        argument = constructor.construct_sequence(node, deep=True)
    else:
        argument = constructor.construct_mapping(node, deep=True)
    if name == "GetAtt" and isinstance(argument, str) and "." in argument:
        argument = argument.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": argument}


def attempt(reader, text):
    try:
        return {"value": json_value(reader(text))}
    except Exception as error:
        return {"error": str(error)}


def json_value(value):
    """Refuses what JSON has no kind for, such as dates, and keys that are not text."""
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError(f"keys that are not text: {list(value)}")
        return {key: json_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [json_value(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise TypeError(f"no number: {value}")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"{type(value).__name__}: {value}")


main()
