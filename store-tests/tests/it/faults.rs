//! Each fault at each request, until a run makes fewer: the result is the report of the local file, or `unreadable`, in time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use object_store::client::HttpConnector;
use trueline::{MemorySource, Source, Verdict};
use trueline_store_tests::{Fault, Faulty, Model};

use crate::server::Server;
use crate::support::{SOON, network, options, s3, source, stable, validate, within};
use crate::tables::{csv, files};

/// The maximum time of one run.
const PATIENCE: Duration = Duration::from_secs(30);

/// The expected result of a fault that happens once.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    /// The crate repeats the request.
    Mended,
    /// It is detected, or it did not matter: there may be no range, or no body, to damage.
    Either,
    /// It is detected.
    Noticed,
    /// It is detected, unless it is in the first response, which determines what to expect of the others.
    NoticedLater,
}

fn faults() -> Vec<(Fault, Expected)> {
    use Expected::{Either, Mended, Noticed, NoticedLater};
    vec![
        (Fault::Refused, Mended),
        (Fault::Status(503), Mended),
        (Fault::Status(429), Mended),
        (Fault::Status(403), Noticed),
        (Fault::Status(404), Noticed),
        (Fault::Status(412), Noticed),
        (Fault::Status(302), Noticed),
        (Fault::Cut, Mended),
        (Fault::Short, Either),
        (Fault::Long, Either),
        (Fault::ShortRange, Either),
        (Fault::OtherRange, Either),
        (Fault::Whole, Either),
        (Fault::UnsaidRange, Either),
        (Fault::OtherSize, Noticed),
        (Fault::OtherTag, Noticed),
        (Fault::NoTag, NoticedLater),
    ]
}

/// Faults that take the whole timeout of a part.
fn slow_faults() -> Vec<(Fault, Expected)> {
    vec![
        (Fault::Hangs, Expected::Noticed),
        (Fault::Stalls, Expected::Either),
        (Fault::Drips, Expected::Either),
    ]
}

/// Injects one fault at every request of a run in turn; returns the number of runs.
fn at_every_call(
    connector: &Arc<dyn HttpConnector>,
    endpoint: &str,
    (key, bytes): &(&'static str, Vec<u8>),
    (fault, expected): &(Fault, Expected),
    (and_later, threads, chunk, part): (bool, usize, usize, usize),
) -> u64 {
    let local = MemorySource::new(format!("s3://bucket/{key}"), bytes.clone());
    let whole = stable(&validate(1, 1 << 20, &local));
    for nth in 1.. {
        let faulty = Faulty::new(Arc::clone(connector), nth, fault.clone());
        let faulty = if and_later { faulty.and_later() } else { faulty };
        let calls = faulty.calls();
        let is_slow = matches!(fault, Fault::Hangs | Fault::Stalls | Fault::Drips);
        let options = if is_slow { options(part).part_timeout(SOON) } else { options(part) };
        let source = source(s3(Arc::new(faulty), endpoint), key, options);
        let started = Instant::now();
        let report = validate(threads, chunk, &source);
        let road =
            format!("{key}: {fault:?} at request {nth} (later ones too: {and_later}), {threads} threads");
        assert!(started.elapsed() < PATIENCE, "{road}: it took {:?}", started.elapsed());
        let was_hit = calls.count() >= nth;
        if report.verdict == Verdict::Unreadable {
            assert!(was_hit, "{road}: nothing went wrong, yet {:?}", report.error);
            assert!(*expected != Expected::Mended || and_later, "{road}: {:?}", report.error);
            assert_eq!(report.error.expect("an error").code, "read", "{road}");
            assert!(report.rows.total <= whole["rows"]["total"].as_u64().expect("a number"), "{road}");
        } else {
            assert_eq!(stable(&report), whole, "{road}: another report");
            // If files are read at offsets, some of the data read ahead may be unused.
            let at_places = ["table.parquet", "table.arrow"].contains(key);
            let must_notice = match expected {
                _ if at_places => false,
                Expected::Noticed => was_hit,
                Expected::NoticedLater => was_hit && nth > 1,
                Expected::Either | Expected::Mended => false,
            };
            assert!(!must_notice, "{road}: not noticed");
        }
        if !was_hit {
            return nth;
        }
        assert!(nth < 200, "{road}: it does not end");
    }
    0
}

fn model(files: &[(&'static str, Vec<u8>)]) -> Arc<dyn HttpConnector> {
    let model = Model::new();
    for (key, bytes) in files {
        model.put(key, bytes.clone());
    }
    Arc::new(model)
}

#[test]
fn whatever_answer_goes_wrong_no_verdict_is() {
    within(Duration::from_mins(5), || {
        let files = files(120);
        let model = model(&files);
        for file in &files {
            // So that compressed files have as many parts.
            let part = (file.1.len() / 6).max(1);
            for fault in faults() {
                for way in
                    [(false, 1, 300, part), (false, 3, 200, part), (true, 1, 300, part), (true, 3, 200, part)]
                {
                    let runs = at_every_call(&model, "http://model", file, &fault, way);
                    assert!(runs > 6, "{}: {fault:?}: {runs} runs", file.0);
                }
            }
        }
    });
}

#[test]
fn whatever_answer_is_slow_the_run_ends() {
    within(Duration::from_mins(5), || {
        let files = files(120);
        let model = model(&files);
        let file = files.iter().find(|(key, _)| *key == "table.csv").expect("it is there");
        for fault in slow_faults() {
            at_every_call(&model, "http://model", file, &fault, (false, 2, 300, 1200));
        }
        for fault in slow_faults() {
            let faulty = Faulty::new(Arc::clone(&model), 2, fault.0).and_later();
            let source =
                source(s3(Arc::new(faulty), "http://model"), "table.csv", options(700).part_timeout(SOON));
            let started = Instant::now();
            assert_eq!(validate(3, 300, &source).verdict, Verdict::Unreadable);
            assert!(started.elapsed() < PATIENCE);
        }
    });
}

#[test]
fn a_real_server_behind_faults() {
    within(Duration::from_mins(5), || {
        let server = Server::start();
        let endpoint = server.endpoint();
        let files = files(120).into_iter().filter(|(key, _)| ["table.csv", "table.parquet"].contains(key));
        for file in files {
            server.put(file.0, file.1.clone());
            let part = (file.1.len() / 3).max(1);
            for fault in faults() {
                at_every_call(&network(), &endpoint, &file, &fault, (false, 2, 400, part));
            }
        }
    });
}

/// The object is replaced before the n-th request.
#[test]
fn an_object_that_is_replaced_at_any_request_is_noticed_or_was_read_before() {
    within(Duration::from_mins(2), || {
        let mut pairs: Vec<_> =
            files(120).into_iter().zip(files(121)).map(|((key, old), (_, new))| (key, old, new)).collect();
        let old = csv(120);
        let same_length = old.iter().map(|byte| if *byte == b'5' { b'6' } else { *byte }).collect();
        pairs.push(("same_length.csv", old, same_length));
        for (key, old, new) in pairs {
            for (threads, chunk, part) in [(1, 300, 700), (3, 200, 512), (2, 64, 1 << 20)] {
                for knows_conditions in [true, false] {
                    replaced(key, &old, &new, knows_conditions, (threads, chunk, part));
                }
            }
        }
    });
}

fn replaced(
    key: &'static str,
    old: &[u8],
    new: &[u8],
    knows_conditions: bool,
    (threads, chunk, part): (usize, usize, usize),
) {
    let report = |bytes: &[u8]| {
        stable(&validate(1, 1 << 20, &MemorySource::new(format!("s3://bucket/{key}"), bytes.to_vec())))
    };
    let (before, after) = (report(old), report(new));
    assert_ne!(before, after);
    for nth in 1.. {
        let model = if knows_conditions { Model::new() } else { Model::new().without_conditions() };
        model.put(key, old.to_vec());
        let replace = {
            let (model, new) = (model.clone(), new.to_vec());
            move || model.put(key, new.clone())
        };
        let faulty = Faulty::new(Arc::new(model), nth, Fault::Then(Arc::new(replace)));
        let calls = faulty.calls();
        let source = source(s3(Arc::new(faulty), "http://model"), key, options(part));
        let report = validate(threads, chunk, &source);
        let road = format!("{key}: replaced at request {nth}, {threads} threads, parts of {part}");
        if calls.count() < nth {
            assert_eq!(stable(&report), before, "{road}");
            return;
        }
        if nth == 1 {
            assert_eq!(stable(&report), after, "{road}");
            continue;
        }
        assert_eq!(report.verdict, Verdict::Unreadable, "{road}");
        let message = report.error.expect("an error").message;
        assert!(message.contains("changed while it was read"), "{road}: {message}");
    }
}

#[test]
fn an_object_that_is_removed_is_noticed() {
    let model = Model::new();
    model.put("table.csv", csv(120));
    let source = source(s3(Arc::new(model.clone()), "http://model"), "table.csv", options(700));
    let mut read = source.open().expect("opened");
    read.read_exact(&mut [0; 10]).expect("read");
    model.remove("table.csv");
    let error = std::io::copy(&mut read, &mut std::io::sink()).expect_err("it is gone");
    assert!(error.to_string().contains("it was removed"), "{error}");
    let error = source.verify_unchanged().expect_err("it is gone");
    assert!(error.to_string().contains("it was removed"), "{error}");
}

/// An error has its location.
#[test]
fn a_part_that_cannot_be_had_has_its_place() {
    let model = Model::new();
    let text = csv(120);
    model.put("table.csv", text.clone());
    // One initial request, two parts, then nothing more.
    let faulty = Faulty::new(Arc::new(model), 4, Fault::Status(403)).and_later();
    let source = source(s3(Arc::new(faulty), "http://model"), "table.csv", options(1000).parts(1));
    let report = validate(1, 500, &source);
    let error = report.error.expect("an error");
    assert_eq!(error.byte_offset, Some(2000), "{error:?}");
    assert!(error.message.contains("could not be read at byte 2000: 403 Forbidden"), "{}", error.message);
    assert!(report.rows.total > 50 && report.rows.total < 120);
}
