//! `--cache` and `trueline cache`.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Folder, code, err, out};

/// A report as JSON, without the parts that differ between runs, and the number of its rows from the cache.
fn stable(text: &str) -> (serde_json::Value, u64) {
    let mut report: serde_json::Value = serde_json::from_str(text).expect("a report");
    let run = report.as_object_mut().expect("an object").remove("run").expect("a run");
    (report, run["decided"]["cached"].as_u64().expect("a number"))
}

fn rows(count: usize) -> Vec<u8> {
    let rows: Vec<String> =
        (0..count).map(|row| format!("TX{:03},{},USD\n", row % 997, row % 1003)).collect();
    format!("id,amount,currency\n{}", rows.concat()).into_bytes()
}

const CACHED: [&str; 9] =
    ["validate", "rows.csv", "-s", "schema.yaml", "-o", "json", "--cache", "--cache-dir", "kept"];

#[test]
fn a_cache_does_not_change_the_report() {
    let folder = Folder::new();
    let plain = &CACHED[..6];
    for (count, schema, known) in
        [(3000, "min: 1", 0), (3000, "min: 1", 3000), (3000, "min: 5000", 0), (3500, "min: 1", 2000)]
    {
        folder.write("rows.csv", &rows(count));
        folder.write("schema.yaml", crate::SCHEMA.replace("min: 1", schema).as_bytes());
        let mut arguments = CACHED.to_vec();
        arguments.extend(["--chunk-size", "4K"]);
        let output = folder.run(&arguments);
        assert_eq!(code(&output), 1, "{}", err(&output));
        assert_eq!(err(&output), "");
        let (report, cached) = stable(&out(&output));
        assert_eq!(report, stable(&out(&folder.run(plain))).0);
        assert!(cached >= known, "{cached} rows were known of {count}");
    }
    let stats = out(&folder.run(&["cache", "stats", "--cache-dir", "kept"]));
    assert!(stats.starts_with("folder   kept\nentries  "), "{stats}");
    let pruned = out(&folder.run(&["cache", "prune", "--cache-dir", "kept", "--cache-size", "1"]));
    assert!(pruned.contains("entries  0\n"), "{pruned}");
    let cleared = out(&folder.run(&["cache", "clear", "--cache-dir", "kept"]));
    assert!(cleared.starts_with("removed  0 entries of 0 bytes\n"), "{cleared}");
    // `clear` removes entries of any age and `stats` removes none, so neither has options for limits.
    for options in [["clear", "--cache-ttl", "30d"], ["stats", "--cache-size", "1K"]] {
        let refused = folder.run(&[&["cache"][..], &options, &["--cache-dir", "kept"]].concat());
        assert_eq!(code(&refused), 2, "{options:?}");
    }
}

#[test]
fn cache_commands_do_not_create_the_folder() {
    let folder = Folder::new();
    for what in ["stats", "prune", "clear"] {
        let output = folder.run(&["cache", what, "--cache-dir", "nowhere"]);
        assert_eq!(
            (code(&output), out(&output)),
            (0, "folder   nowhere\nentries  0\nbytes    0\n".to_owned())
        );
        assert!(err(&output).contains("there is no folder `nowhere`"), "{}", err(&output));
        assert!(!folder.path("nowhere").exists());
    }
}

#[test]
fn options_of_a_cache_are_checked_together() {
    let folder = Folder::new();
    for (options, expected) in [
        (&["--cache-dir", "kept"][..], "--cache-dir means nothing without --cache"),
        (&["--cache-size", "1G"], "--cache-size means nothing without --cache"),
        (&["--cache-ttl", "1d"], "--cache-ttl means nothing without --cache"),
        (&["--cache-trust", "mtime"], "--cache"),
        (&["--cache", "--cache-ttl", "1w"], "expected a time such as"),
        (&["--cache", "--cache-dir", "good.csv"], "good.csv"),
    ] {
        let mut arguments = vec!["validate", "good.csv", "-s", "schema.yaml"];
        arguments.extend(options);
        let output = folder.run(&arguments);
        assert_eq!(code(&output), 2, "{options:?}: {}", err(&output));
        assert!(err(&output).contains(expected), "{}", err(&output));
    }
    let arguments = ["--cache", "--cache-dir", "kept", "--valid-out", "out.csv"];
    let output = folder.run(&[&["validate", "good.csv", "-s", "schema.yaml"][..], &arguments].concat());
    assert_eq!(code(&output), 0);
    assert!(err(&output).contains("--cache was not used: --valid-out"), "{}", err(&output));
}

/// A file system in memory, mounted at a path.
struct TemporaryFileSystem(PathBuf);

impl TemporaryFileSystem {
    /// Creates the folder and mounts the file system there. Returns whether that is permitted.
    fn mount(&self, options: &str) -> bool {
        std::fs::create_dir(&self.0).expect("a folder");
        self.run("mount", &["-t", "tmpfs", "-o", options, "tmpfs"])
    }

    fn unmount(&self) -> bool {
        self.run("umount", &[])
    }

    /// Runs a program on the path and returns whether it succeeded.
    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let mut command = Command::new(program);
        let status = command.args(arguments).arg(&self.0).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }
}

#[test]
fn a_full_disk_gives_a_note_and_the_same_report() {
    let folder = Folder::new();
    folder.write("rows.csv", &rows(3000));
    let disk = TemporaryFileSystem(folder.path("kept"));
    if !disk.mount("size=16k,mode=0700") {
        println!("skipped: a full disk: a small file system cannot be mounted here");
        return;
    }
    let output = folder.run(&CACHED);
    let again = folder.run(&CACHED);
    assert!(disk.unmount(), "the small file system is still there");
    let expected = stable(&out(&folder.run(&CACHED[..6]))).0;
    for output in [output, again] {
        assert_eq!(code(&output), 1);
        assert!(err(&output).contains("note: the cache was of no use"), "{}", err(&output));
        assert_eq!(stable(&out(&output)).0, expected);
    }
}

#[test]
fn a_read_only_folder_gives_a_note_and_the_same_report() {
    let folder = Folder::new();
    folder.write("rows.csv", &rows(3000));
    let disk = TemporaryFileSystem(folder.path("kept"));
    if !disk.mount("size=1m,mode=0700") {
        println!("skipped: a folder that cannot be written: a file system cannot be mounted here");
        return;
    }
    let mut arguments = CACHED.to_vec();
    arguments[8] = "kept/cache";
    let cold = folder.run(&arguments);
    let is_read_only = disk.run("mount", &["-o", "remount,ro"]);
    let warm = folder.run(&arguments);
    folder.write("rows.csv", &rows(3100));
    let other = folder.run(&arguments);
    arguments[8] = "kept/none";
    let none = folder.run(&arguments);
    assert!(disk.unmount() && is_read_only, "the file system is still there, or was written");
    assert_eq!((err(&cold), err(&warm)), (String::new(), String::new()));
    assert_eq!(stable(&out(&warm)).1, 3000, "what is there can be read");
    let expected = stable(&out(&folder.run(&CACHED[..6]))).0;
    for output in [other, none] {
        assert_eq!(code(&output), 1);
        assert!(err(&output).contains("note: the cache was of no use"), "{}", err(&output));
        assert_eq!(stable(&out(&output)).0, expected);
    }
}

/// How long processes are started and killed, in seconds: `TRUELINE_KILL_SECONDS`, by default 3.
fn kill_seconds() -> u64 {
    std::env::var("TRUELINE_KILL_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

#[test]
fn killed_processes_do_not_damage_the_cache() {
    let folder = Folder::new();
    folder.write("rows.csv", &rows(20_000));
    let expected = stable(&out(&folder.run(&CACHED[..6]))).0;
    let mut arguments = CACHED.to_vec();
    // The limit is so small that the folder is pruned constantly.
    arguments.extend(["--chunk-size", "16K", "--cache-size", "200K"]);
    let end = Instant::now() + Duration::from_secs(kill_seconds());
    let worker = |number: u64| {
        let (mut killed, mut finished, mut state) = (0, 0, number);
        while Instant::now() < end {
            let mut command = folder.command(&arguments);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if (state >> 60) % 3 != 0 {
                std::thread::sleep(Duration::from_micros(state >> 47));
                child.kill().expect("killed");
                child.wait().expect("gone");
                killed += 1;
            } else {
                let output = child.wait_with_output().expect("an output");
                assert_eq!(code(&output), 1, "{}", err(&output));
                assert_eq!(stable(&out(&output)).0, expected);
                finished += 1;
            }
        }
        (killed, finished)
    };
    let counts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|number| scope.spawn(move || worker(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
    });
    let (killed, finished) = counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    println!("{killed} killed, {finished} finished");
    for _ in 0..2 {
        let output = folder.run(&arguments);
        assert_eq!((code(&output), err(&output)), (1, String::new()));
        assert_eq!(stable(&out(&output)).0, expected);
    }
}
