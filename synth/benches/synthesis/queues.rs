//! The app that every peer builds too: stacks of 400 queues, each with a reference to the one before.

use synth::aws::sqs;
use synth::construct::{App, Stack};

/// How many queues a stack has.
const QUEUES: usize = 400;

/// An app of this many stacks.
pub(crate) fn app(stacks: usize) -> App {
    let mut app = App::new("queues");
    for number in 0..stacks {
        app.add(stack(number));
    }
    app
}

fn stack(number: usize) -> Stack {
    let mut stack = Stack::new(format!("queues-{number}"));
    let mut last = stack.add("Queue0", sqs::Queue::new().visibility_timeout(30));
    for index in 1..QUEUES {
        let policy = sqs::queue::RedrivePolicy::new().dead_letter_target_arn(last.arn()).max_receive_count(3);
        let queue = sqs::Queue::new().visibility_timeout(30).redrive_policy(policy);
        last = stack.add(format!("Queue{index}"), queue);
    }
    stack.output("LastQueueArn", last.arn());
    stack
}
