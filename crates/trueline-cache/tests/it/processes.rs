//! Sixteen processes on one folder, which are killed at any time.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use trueline_cache::{DiskOptions, DiskStore, Store};

use crate::key;

/// Where [`worker`] keeps its cache.
const FOLDER: &str = "TRUELINE_CACHE_TEST_WORKER";
const PROCESSES: usize = 16;
const KEYS: u32 = 96;

/// The value of a key, the same in every process: some are written in one go, others in many.
fn value(number: u32) -> Vec<u8> {
    let bytes = number.pow(3) % 200_000;
    (0..bytes).map(|at| u8::try_from((at ^ number) % 251).unwrap()).collect()
}

/// So small that entries go all the time.
fn open(folder: &Path) -> DiskStore {
    DiskStore::open(folder.join("cache"), DiskOptions::default().max_bytes(2 << 20)).unwrap()
}

/// A process that does not outlive the test, whatever becomes of that.
struct Worker(Option<Child>);

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn start(folder: &Path) -> Worker {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "processes::worker", "--ignored"]).env(FOLDER, folder);
    Worker(Some(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()))
}

/// Kills a process, which ends by itself only when it found what is wrong.
fn kill(mut worker: Worker) {
    let mut child = worker.0.take().unwrap();
    let has_ended = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let (text, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!has_ended, "a process ended by itself: {text}{error}");
}

/// Kills processes for so long and starts others in their places; every value must be right, in them and afterwards.
fn harass(duration: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let mut children: Vec<Worker> = (0..PROCESSES).map(|_| start(folder.path())).collect();
    let (begun, mut killed) = (Instant::now(), 0);
    while begun.elapsed() < duration {
        std::thread::sleep(Duration::from_millis(50));
        let victim = &mut children[killed * 7 % PROCESSES];
        kill(std::mem::replace(victim, start(folder.path())));
        killed += 1;
    }
    children.into_iter().for_each(kill);
    let store = open(folder.path());
    let hits = (0..KEYS)
        .filter(|&number| store.get(&key(number)).is_some_and(|found| found == value(number)))
        .count();
    let stats = store.stats().unwrap();
    assert_eq!(stats.hits, hits as u64, "a wrong value after all of them");
    assert!(hits > 0 && stats.bytes < 16 << 20, "{hits} hits, {stats:?}");
    store.prune().unwrap();
    assert!(store.stats().unwrap().bytes <= 2 << 20);
    println!("{killed} processes killed, {hits} of {KEYS} values found afterwards");
}

#[test]
fn values_are_right_or_missing_while_processes_are_killed() {
    harass(Duration::from_secs(3));
}

#[test]
#[ignore = "takes 30 seconds"]
fn values_are_right_or_missing_while_processes_are_killed_for_long() {
    harass(Duration::from_secs(30));
}

#[test]
#[ignore = "run and killed by `values_are_right_or_missing_while_processes_are_killed`"]
fn worker() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = open(Path::new(&folder));
    let values: Vec<Vec<u8>> = (0..KEYS).map(value).collect();
    let mut state = std::process::id();
    loop {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let number = (state >> 16) % KEYS;
        let value = &values[number as usize];
        match store.get(&key(number)) {
            Some(found) => assert_eq!(&found, value, "{number}"),
            None => store.put(&key(number), &[&value[..value.len() / 3], &value[value.len() / 3..]]).unwrap(),
        }
        if state.is_multiple_of(5000) {
            store.clear().unwrap();
        }
    }
}
