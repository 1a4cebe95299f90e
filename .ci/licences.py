"""Fails where a crate of `cargo metadata` (stdin) has a licence that this project cannot carry."""

import json
import re
import sys

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",  # The list of certificate authorities.
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
}
TOKEN = re.compile(r"\(|\)|\bAND\b|\bOR\b|/|[\w.+-]+(?: WITH [\w.+-]+)?")


def allowed(expression):
    """Whether an SPDX expression (or the old form with a slash) can be met with what is allowed."""
    words = {"(": "(", ")": ")", "AND": "and", "OR": "or", "/": "or"}
    return eval(" ".join(words.get(token, str(token in ALLOWED)) for token in TOKEN.findall(expression)))


def main():
    packages = json.load(sys.stdin)["packages"]
    refused = [p for p in packages if not (p["license"] and allowed(p["license"]))]
    for package in refused:
        print(f"{package['name']} {package['version']}: {package['license'] or 'no licence'}", file=sys.stderr)
    print(f"{len(packages)} crates, {len(refused)} refused")
    sys.exit(bool(refused))


main()
