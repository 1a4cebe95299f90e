//! `cargo run -- <command>`.

use std::process::ExitCode;

use stacks::Tracker;

fn main() -> ExitCode {
    let root = std::env::current_dir()
        .map_err(|source| synth::error::Error::file("find", ".".as_ref(), source))
        .and_then(|folder| stacks::project_root(&folder));
    match root {
        Ok(root) => synth::cli::run(&Tracker, &root, std::env::args_os()),
        Err(error) => synth::cli::fail(&error),
    }
}
