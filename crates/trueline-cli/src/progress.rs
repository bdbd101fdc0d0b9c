//! Progress on standard error: a bar on a terminal, elsewhere a line per second if requested.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use trueline::Progress;
use trueline::escape::escape_text;

use crate::arguments::When;

/// Progress is shown only after this time, so short runs show none.
const MIN_ELAPSED: Duration = Duration::from_millis(300);
/// The time between two lines if standard error is not a terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(1);

/// Shows the progress of a run.
pub(crate) enum ProgressDisplay {
    Bar(ProgressBar),
    Lines(Mutex<Instant>),
}

impl ProgressDisplay {
    /// Creates the display for `when`; `None` if nothing is shown.
    pub(crate) fn new(when: When) -> Option<Self> {
        match when {
            When::Never => None,
            When::Auto if !io::stderr().is_terminal() => None,
            When::Always if !io::stderr().is_terminal() => Some(Self::Lines(Mutex::new(Instant::now()))),
            _ => {
                let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
                Some(Self::Bar(bar))
            }
        }
    }

    pub(crate) fn show(&self, progress: &Progress) {
        if progress.elapsed < MIN_ELAPSED {
            return;
        }
        let counts = counts(progress);
        match self {
            Self::Bar(bar) => show_bar(bar, progress, counts),
            Self::Lines(last) => {
                let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if last.elapsed() >= LINE_INTERVAL {
                    *last = Instant::now();
                    let _ = writeln!(io::stderr(), "progress: {}", escape_text(&counts));
                }
            }
        }
    }

    pub(crate) fn clear(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn show_bar(bar: &ProgressBar, progress: &Progress, counts: String) {
    if let (Some(total), None) = (progress.total_bytes, bar.length()) {
        bar.set_length(total);
        let style = "{wide_bar} {percent:>3}% {msg}";
        bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    } else if progress.total_bytes.is_none() && bar.position() == 0 {
        let style = "{spinner} {msg}";
        bar.set_style(
            ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
    }
    bar.set_position(progress.bytes);
    bar.set_message(counts);
}

fn counts(progress: &Progress) -> String {
    let rate = progress.bytes as f64 / progress.elapsed.as_secs_f64();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate for people")]
    let rate = HumanBytes(rate as u64);
    let mut text = format!(
        "{}, {} rows, {} invalid, {rate}/s",
        HumanBytes(progress.bytes),
        HumanCount(progress.rows),
        HumanCount(progress.invalid_rows)
    );
    match progress.remaining() {
        // Rows may still have to be validated, and keys compared. How long that takes is not known.
        Some(Duration::ZERO) => text.push_str(", all bytes read, finishing"),
        Some(left) => {
            // Writing into a String cannot fail.
            let _ = write!(text, ", {:.0} s left", left.as_secs_f64().ceil());
        }
        None => {}
    }
    text
}
