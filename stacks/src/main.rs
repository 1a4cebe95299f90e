//! `cargo run -- <command>`.

use std::process::ExitCode;

use stacks::Tracker;

fn main() -> ExitCode {
    match std::env::current_dir() {
        Ok(folder) => synth::cli::run(&Tracker, &folder, std::env::args_os()),
        Err(source) => synth::cli::fail(&synth::error::Error::file("find", ".".as_ref(), source)),
    }
}
