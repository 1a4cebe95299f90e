"""Scans templates with checkov: each finding must be justified in its resource's Metadata, and each justification found.

`checkov.py CHECKOV FOLDER`: the program, and the folder with the templates. checkov does not look for what a template
justifies, so it scans copies in which nothing is.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import yaml


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags, which stay what they are."""


class Dumper(yaml.SafeDumper):
    """Writes what `Loader` read."""


class Tagged:
    def __init__(self, tag, value):
        self.tag, self.value = tag, value


def construct(loader, suffix, node):
    kinds = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: loader.construct_sequence}
    build = kinds.get(type(node), loader.construct_mapping)
    return Tagged(node.tag, build(node) if build == loader.construct_scalar else build(node, deep=True))


def represent(dumper, tagged):
    if isinstance(tagged.value, str):
        return dumper.represent_scalar(tagged.tag, tagged.value)
    if isinstance(tagged.value, list):
        return dumper.represent_sequence(tagged.tag, tagged.value)
    return dumper.represent_mapping(tagged.tag, tagged.value)


Loader.add_multi_constructor("!", construct)
Dumper.add_representer(Tagged, represent)


def strip(template):
    """Takes the justifications out. The result are the resources and rules that they are of, with the reasons."""
    justified = {}
    for name, resource in template["Resources"].items():
        metadata = resource.get("Metadata", {})
        for skip in metadata.pop("checkov", {}).get("skip", []):
            justified[f"{resource['Type']}.{name}", skip["id"]] = skip["comment"]
        if not metadata:
            resource.pop("Metadata", None)
    return justified


def scan(checkov, folder):
    arguments = ["--framework", "cloudformation", "--output", "json", "--compact", "--quiet", "--skip-download"]
    run = subprocess.run([checkov, "--directory", folder, *arguments], stdout=subprocess.PIPE, check=False)
    report = json.loads(run.stdout)
    if report["summary"]["parsing_errors"] or not report["summary"]["passed"]:
        sys.exit(f"checkov could not read every template: {report['summary']}")
    failed = report["results"]["failed_checks"]
    names = {(check["file_path"].lstrip("/"), check["resource"], check["check_id"]): check["check_name"] for check in failed}
    return report["summary"]["passed"], names


def main():
    checkov, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    justified = {}
    with tempfile.TemporaryDirectory() as copies:
        templates = sorted(folder.glob("*.template.yaml"))
        for path in templates:
            template = yaml.load(path.read_text(), Loader)
            justified |= {(path.name, *key): reason for key, reason in strip(template).items()}
            pathlib.Path(copies, path.name).write_text(yaml.dump(template, Dumper=Dumper, sort_keys=False))
        passed, found = scan(checkov, copies)
    for file, resource, rule in found.keys() - justified.keys():
        print(f"{file}: {resource}: {rule}: {found[file, resource, rule]}: fix it, or say why it is meant", file=sys.stderr)
    for file, resource, rule in justified.keys() - found.keys():
        print(f"{file}: {resource}: {rule} is justified, and checkov finds nothing", file=sys.stderr)
    for (file, resource, rule), reason in justified.items():
        if not reason.strip():
            print(f"{file}: {resource}: {rule} is justified without a reason", file=sys.stderr)
    print(f"{len(templates)} templates: {passed} checks passed, {len(found)} findings justified")
    sys.exit(found.keys() != justified.keys() or not all(reason.strip() for reason in justified.values()))


main()
