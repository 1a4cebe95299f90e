//! How far something has got, for whoever watches.

use std::convert::Infallible;
use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often it is drawn.
const INTERVAL: Duration = Duration::from_millis(100);

/// Shows the bytes that have been sent while `work` is done. Without a terminal nothing is shown.
pub async fn bytes<T>(label: &str, total: u64, sent: &Arc<AtomicU64>, work: impl Future<Output = T>) -> T {
    if !stderr().is_terminal() {
        return work.await;
    }
    let bar = ProgressBar::new(total).with_message(label.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {bytes} of {total_bytes}") {
        bar.set_style(style);
    }
    let result = tokio::select! {
        result = work => result,
        never = draw(&bar, sent) => match never {},
    };
    bar.finish_and_clear();
    result
}

async fn draw(bar: &ProgressBar, sent: &AtomicU64) -> Infallible {
    loop {
        bar.set_position(sent.load(Ordering::Relaxed));
        tokio::time::sleep(INTERVAL).await;
    }
}
