# Shows the recipes.
default:
    @{{ just_executable() }} --list

# Runs every test, as the README says.
test:
    cargo test

# Runs what a pull request must pass.
ci:
    .ci/run

# Writes the typed builders from the catalogue, and the compiler's messages that quote them.
generate:
    cargo run -p synth-codegen -- generate
    TRYBUILD=overwrite cargo test -p synth-misuse

# Renews the catalogue from the pinned releases, then the typed builders.
schemas: && generate
    .ci/schemas
    cargo run -p synth-codegen -- catalogue --wheel target/schemas/cfn_lint-*.whl --service-spec target/schemas/aws-cdk-aws-service-spec-*.tgz

# Shows every changed template, to accept or to reject.
review:
    cargo insta review

# Measures synthesis; what the figures mean is in synth/benches/README.md.
bench:
    cargo bench -p synth --bench synthesis --no-default-features --features sqs
    python3 synth/benches/run.py

# Measures the service beside FastAPI; what the figures mean is in service/benches/README.md. It needs wrk.
bench-service target="x86_64-unknown-linux-gnu":
    RUSTFLAGS='-C target-feature=+crt-static' cargo build --release --locked -p service --target {{ target }}
    python3 service/benches/run.py

# Renews the certificate authorities of RDS that the service trusts.
certificates:
    python3 service/certificates.py

# Runs the command line against an emulated AWS, a real registry and root's buildah; what it needs is in `.ci/run`.
e2e:
    cargo build -p stacks --locked
    cargo build -p synth --example layers --features sqs --locked
    python3 -m venv target/e2e/emulator
    target/e2e/emulator/bin/pip install --quiet --requirement .ci/emulator.txt
    rm -rf target/e2e/project
    git clone --quiet . target/e2e/project
    python3 .ci/e2e target/debug/stacks target/e2e/emulator/bin/python target/e2e/project
