//! Handles Ctrl-C and termination: the run is cancelled, and ended if it does not stop. No temporary files are left behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use trueline::{Cancel, Progress, Temporaries};

use crate::exit;
use crate::progress::Display;

/// The time a run has to stop by itself; only a read that never returns needs more.
const GRACE: Duration = Duration::from_millis(400);
const TICK: Duration = Duration::from_millis(20);

/// The signals received so far.
#[derive(Clone, Default)]
pub(crate) struct Signals {
    interrupted: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
    /// The number of rows validated so far.
    rows: Arc<AtomicU64>,
    is_signalled: Arc<AtomicBool>,
}

impl Signals {
    /// Installs the handlers; both signals set `cancel`.
    ///
    /// A second signal changes nothing, because the process ends soon by itself. The `display` is cleared for the message.
    pub(crate) fn listen(cancel: &Cancel, temporaries: &Temporaries, display: Option<Arc<Display>>) -> Self {
        let signals = Self::default();
        for (signal, flag) in [(SIGINT, &signals.interrupted), (SIGTERM, &signals.terminated)] {
            // Without the handler, the signal ends the process at once, which is acceptable too.
            let _ = signal_hook::flag::register(signal, Arc::clone(flag));
        }
        // If a file may not grow, the write fails, which is reported and leaves nothing behind.
        #[cfg(unix)]
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
        let (watched, cancel, temporaries) = (signals.clone(), cancel.clone(), temporaries.clone());
        thread::spawn(move || {
            loop {
                thread::sleep(TICK);
                if let Some(code) = watched.exit_code() {
                    cancel.cancel();
                    thread::sleep(GRACE);
                    temporaries.remove_all();
                    if !watched.is_signalled.swap(true, Ordering::Relaxed) {
                        if let Some(display) = &display {
                            display.clear();
                        }
                        let rows = watched.rows.load(Ordering::Relaxed);
                        exit::complain(&format!("cancelled after {rows} rows"), code);
                    }
                    #[allow(clippy::exit, reason = "a blocked read cannot be woken otherwise")]
                    std::process::exit(i32::from(code));
                }
            }
        });
        signals
    }

    /// Records the progress of a run.
    pub(crate) fn reached(&self, progress: &Progress) {
        self.rows.store(progress.rows, Ordering::Relaxed);
    }

    /// Returns the exit code of a run that stopped by itself after a signal; the caller reports it.
    pub(crate) fn ended(&self) -> Option<u8> {
        self.is_signalled.store(true, Ordering::Relaxed);
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
