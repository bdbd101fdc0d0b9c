//! Runs another program once: its time, and its peak memory as counted by the kernel.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::json;

/// Runs the program with its output on this one's standard output, then prints one more line: seconds, bytes and how it ended.
///
/// The peak is that of the largest process among the program and those it waited for. This process is small, so the memory that
/// its child inherits before the program starts does not count.
pub(crate) fn run(seconds: &str, command: &[&str]) -> ExitCode {
    let limit = Duration::from_secs_f64(seconds.parse().expect("a number of seconds"));
    let started = Instant::now();
    let mut child = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", command[0]));
    let (killer, status) = wait(&mut child, limit);
    let elapsed = started.elapsed();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("what the child used");
    let time = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    let result = json!({
        "seconds": elapsed.as_secs_f64(),
        "peak_bytes": usage.max_rss() * 1024,
        "user_seconds": time(usage.user_time()),
        "system_seconds": time(usage.system_time()),
        "exit_code": status.code(),
        "timed_out": killer,
    });
    println!("\n{result}");
    ExitCode::SUCCESS
}

/// Waits on another thread, so that the program can be killed at its time limit.
fn wait(child: &mut Child, limit: Duration) -> (bool, ExitStatus) {
    let group = Pid::from_raw(i32::try_from(child.id()).expect("a process id"));
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let watch = scope.spawn(move || {
            let is_late = ended.recv_timeout(limit).is_err();
            if is_late {
                // If it has ended just now, there is no process to kill.
                let _ = killpg(group, Signal::SIGKILL);
            }
            is_late
        });
        let status = child.wait().expect("the program was started");
        let _ = done.send(());
        (watch.join().expect("the watch"), status)
    })
}
