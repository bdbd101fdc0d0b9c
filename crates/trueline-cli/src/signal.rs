//! Ctrl-C and termination: the run is asked to end, and ended if it does not. No temporary file is left behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use trueline::{Cancel, Progress, Temporaries};

use crate::exit;
use crate::progress::Display;

/// How long a run may take to end by itself; a read that never returns is the only reason to need it.
const GRACE: Duration = Duration::from_millis(400);
const TICK: Duration = Duration::from_millis(20);

/// The signals seen so far.
#[derive(Clone, Default)]
pub(crate) struct Signals {
    interrupted: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
    /// Rows that were validated so far.
    rows: Arc<AtomicU64>,
    is_told: Arc<AtomicBool>,
}

impl Signals {
    /// Listens from now on; both signals set `cancel`. A second one changes nothing: the process ends soon by itself. What is shown on
    /// `display` makes room for what is said then.
    pub(crate) fn listen(cancel: &Cancel, temporaries: &Temporaries, display: Option<Arc<Display>>) -> Self {
        let signals = Self::default();
        for (signal, flag) in [(SIGINT, &signals.interrupted), (SIGTERM, &signals.terminated)] {
            // Without the handler the signal ends the process at once, which is right too.
            let _ = signal_hook::flag::register(signal, Arc::clone(flag));
        }
        // A file that may not become larger is a write that fails, which is told and leaves nothing behind.
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
                    if !watched.is_told.swap(true, Ordering::Relaxed) {
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

    /// Notes how far a run has come.
    pub(crate) fn reached(&self, progress: &Progress) {
        self.rows.store(progress.rows, Ordering::Relaxed);
    }

    /// The exit code of a run that has ended by itself after a signal; it is told by who asks.
    pub(crate) fn ended(&self) -> Option<u8> {
        self.is_told.store(true, Ordering::Relaxed);
        self.exit_code()
    }

    /// The exit code that the signals seen so far ask for.
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
