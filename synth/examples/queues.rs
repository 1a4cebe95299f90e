//! Writes an assembly of stacks of 400 queues, as a whole process to measure: `queues STACKS DIRECTORY [yaml|json]`.

use std::path::Path;
use std::process::ExitCode;

use synth::assembly::{Assembly, Format};

#[path = "../benches/synthesis/queues.rs"]
mod queues;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match write(&arguments) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => fail(&error.to_string()),
        None => fail("usage: queues STACKS DIRECTORY [yaml|json]"),
    }
}

fn write(arguments: &[String]) -> Option<Result<(), synth::error::Error>> {
    let [stacks, directory, rest @ ..] = arguments else { return None };
    let format = match rest {
        [] => Format::Yaml,
        [name] if name == "yaml" => Format::Yaml,
        [name] if name == "json" => Format::Json,
        _ => return None,
    };
    let app = queues::app(stacks.parse().ok()?);
    Some(Assembly::of(app).and_then(|assembly| assembly.write(Path::new(directory), format)).map(drop))
}

#[expect(clippy::print_stderr, reason = "this is a program of its own")]
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(2)
}
