//! Handles SIGINT (Ctrl-C) and SIGTERM: the run is cancelled, and the process is ended if the run does not stop. Temporary files
//! are removed in both cases.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use trueline::{Cancel, Progress, Temporaries};

use crate::exit;
use crate::progress::ProgressDisplay;

/// The time that a cancelled run has to stop by itself. Only a run in a blocked read needs more.
const GRACE_PERIOD: Duration = Duration::from_millis(400);
/// The interval at which received signals are checked.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// The signals received so far.
#[derive(Clone, Default)]
pub(crate) struct Signals {
    interrupted: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
    /// The number of rows validated so far.
    rows: Arc<AtomicU64>,
    /// Whether the end of the run is reported already, or by the caller of `exit_code_to_report`.
    is_reported: Arc<AtomicBool>,
}

impl Signals {
    /// Installs the handlers, and starts a thread that sets `cancel` after either signal.
    ///
    /// A second signal has no effect, because the process ends soon after the first. The `display` is cleared before the message.
    pub(crate) fn listen(
        cancel: &Cancel,
        temporaries: &Temporaries,
        display: Option<Arc<ProgressDisplay>>,
    ) -> Self {
        let signals = Self::default();
        for (signal, flag) in [(SIGINT, &signals.interrupted), (SIGTERM, &signals.terminated)] {
            // If the handler cannot be installed, the signal ends the process at once, which is acceptable.
            let _ = signal_hook::flag::register(signal, Arc::clone(flag));
        }
        // With a handler, exceeding the file size limit is a failed write, which is reported and leaves no files. Without one,
        // the signal would end the process.
        #[cfg(unix)]
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
        let (received, cancel, temporaries) = (signals.clone(), cancel.clone(), temporaries.clone());
        thread::spawn(move || {
            loop {
                thread::sleep(POLL_INTERVAL);
                if let Some(code) = received.exit_code() {
                    cancel.cancel();
                    thread::sleep(GRACE_PERIOD);
                    temporaries.remove_all();
                    if !received.is_reported.swap(true, Ordering::Relaxed) {
                        if let Some(display) = &display {
                            display.clear();
                        }
                        let rows = received.rows.load(Ordering::Relaxed);
                        exit::print_error(&format!("cancelled after {rows} rows"), code);
                    }
                    #[allow(clippy::exit, reason = "a blocked read cannot be woken otherwise")]
                    std::process::exit(i32::from(code));
                }
            }
        });
        signals
    }

    /// Records the progress of a run.
    pub(crate) fn record_progress(&self, progress: &Progress) {
        self.rows.store(progress.rows, Ordering::Relaxed);
    }

    /// Returns the exit code for a run that stopped by itself after a signal. From then on, reporting it is up to the caller.
    pub(crate) fn exit_code_to_report(&self) -> Option<u8> {
        self.is_reported.store(true, Ordering::Relaxed);
        self.exit_code()
    }

    /// Returns the exit code for the signals received so far.
    fn exit_code(&self) -> Option<u8> {
        if self.interrupted.load(Ordering::Relaxed) {
            Some(130)
        } else if self.terminated.load(Ordering::Relaxed) {
            Some(143)
        } else {
            None
        }
    }
}
