//! The command line over 200 stacks in ten layers, each of which needs one of the layer before: `layers deploy --yes`.

use std::path::Path;
use std::process::ExitCode;

use synth::aws::sqs;
use synth::cli::{self, Application};
use synth::error::Error;
use synth::prelude::*;

#[derive(clap::Args, Default)]
struct Switches {}

struct Layers;

impl Application for Layers {
    type Switches = Switches;

    fn app(&self, _root: &Path, _environment: Option<&str>, _switches: &Switches) -> Result<App, Error> {
        let mut app = App::new("layers");
        let mut layer: Vec<Option<Value<String>>> = vec![None; 20];
        for depth in 0..10 {
            for (column, below) in layer.iter_mut().enumerate() {
                let mut stack = Stack::new(format!("layer-{depth}-{column}"));
                let queue = stack.add("Queue", sqs::Queue::new());
                if let Some(below) = below.take() {
                    stack.output("Below", below);
                }
                *below = Some(stack.export("Queue", queue.arn()));
                app.add(stack);
            }
        }
        Ok(app)
    }
}

fn main() -> ExitCode {
    cli::run(&Layers, Path::new("."), std::env::args_os())
}
