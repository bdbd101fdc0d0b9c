//! Ctrl-C and termination: the run is asked to end, and ended if it does not. No temporary file is left behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use trueline::{Cancel, Temporaries};

/// How long a run may take to end by itself; a read that never returns is the only reason to need it.
const GRACE: Duration = Duration::from_millis(400);
const TICK: Duration = Duration::from_millis(20);

/// The signals seen so far.
#[derive(Clone, Default)]
pub(crate) struct Signals {
    interrupted: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
}

impl Signals {
    /// Listens from now on; both signals set `cancel`. A second one changes nothing: the process ends soon by itself.
    pub(crate) fn listen(cancel: &Cancel, temporaries: &Temporaries) -> Self {
        let signals = Self::default();
        for (signal, flag) in [(SIGINT, &signals.interrupted), (SIGTERM, &signals.terminated)] {
            // Without the handler the signal ends the process at once, which is right too.
            let _ = signal_hook::flag::register(signal, Arc::clone(flag));
        }
        let (watched, cancel, temporaries) = (signals.clone(), cancel.clone(), temporaries.clone());
        thread::spawn(move || {
            loop {
                thread::sleep(TICK);
                if let Some(code) = watched.exit_code() {
                    cancel.cancel();
                    thread::sleep(GRACE);
                    temporaries.remove_all();
                    #[allow(clippy::exit, reason = "a blocked read cannot be woken otherwise")]
                    std::process::exit(i32::from(code));
                }
            }
        });
        signals
    }

    /// The exit code that the signals seen so far ask for.
    pub(crate) fn exit_code(&self) -> Option<u8> {
        if self.interrupted.load(Ordering::Relaxed) {
            Some(130)
        } else if self.terminated.load(Ordering::Relaxed) {
            Some(143)
        } else {
            None
        }
    }
}
