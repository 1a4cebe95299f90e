//! The steps of a synthesis, each apart: `cargo bench -p synth --features sqs`.

mod queues;

use divan::Bencher;
use divan::counter::BytesCount;
use synth::assembly::{self, Format};
use synth::construct::{App, Synthesized};
use synth::template::read;

/// How many stacks the app has.
const STACKS: [usize; 3] = [1, 10, 100];

fn main() {
    divan::main();
}

#[divan::bench(args = STACKS)]
fn build(bencher: Bencher<'_, '_>, stacks: usize) {
    bencher.bench_local(|| queues::app(stacks));
}

#[divan::bench(args = STACKS)]
fn verify(bencher: Bencher<'_, '_>, stacks: usize) {
    bencher.with_inputs(|| queues::app(stacks)).bench_local_values(verified);
}

#[divan::bench(args = STACKS)]
fn write_yaml(bencher: Bencher<'_, '_>, stacks: usize) {
    write(bencher, stacks, Format::Yaml);
}

#[divan::bench(args = STACKS)]
fn write_json(bencher: Bencher<'_, '_>, stacks: usize) {
    write(bencher, stacks, Format::Json);
}

#[divan::bench(args = STACKS)]
fn read_yaml(bencher: Bencher<'_, '_>, stacks: usize) {
    read(bencher, stacks, Format::Yaml);
}

#[divan::bench(args = STACKS)]
fn read_json(bencher: Bencher<'_, '_>, stacks: usize) {
    read(bencher, stacks, Format::Json);
}

fn write(bencher: Bencher<'_, '_>, stacks: usize, format: Format) {
    let bytes: usize = texts(stacks, format).iter().map(String::len).sum();
    bencher.counter(BytesCount::new(bytes)).with_inputs(|| verified(queues::app(stacks))).bench_local_values(
        |stacks| stacks.into_iter().map(|stack| assembly::text(stack, format).len()).sum::<usize>(),
    );
}

fn read(bencher: Bencher<'_, '_>, stacks: usize, format: Format) {
    let texts = texts(stacks, format);
    bencher
        .counter(BytesCount::new(texts.iter().map(String::len).sum::<usize>()))
        .bench_local(|| texts.iter().filter(|text| read::document(text, "queues").is_ok()).count());
}

#[expect(clippy::expect_used, reason = "the app above is right")]
fn verified(app: App) -> Vec<Synthesized> {
    app.synthesize().expect("the queues refer to each other only")
}

fn texts(stacks: usize, format: Format) -> Vec<String> {
    verified(queues::app(stacks)).into_iter().map(|stack| assembly::text(stack, format)).collect()
}
