//! The read rate of objects, compared with bare requests for ranges.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use trueline::{ObjectOptions, Source};

use crate::server::Server;
use crate::support::{network, s3, source};

const BYTES: u64 = 200 << 20;
const PART: u64 = 8 << 20;
const IN_FLIGHT: usize = 8;
const ROUNDS: usize = 7;

/// Requests ranges, several at once; their bytes are counted and dropped.
fn bare(runtime: &tokio::runtime::Runtime, store: &Arc<dyn ObjectStore>) -> u64 {
    let path = Path::from("large");
    let ranges = (0..BYTES.div_ceil(PART)).map(|part| part * PART..((part + 1) * PART).min(BYTES));
    let work = futures_util::stream::iter(ranges)
        .map(|range| {
            let (store, path) = (Arc::clone(store), path.clone());
            tokio::spawn(async move { store.get_range(&path, range).await.expect("a range").len() as u64 })
        })
        .buffered(IN_FLIGHT)
        .fold(0, |sum, bytes| async move { sum + bytes.expect("no panic") });
    runtime.block_on(work)
}

fn streamed(store: &Arc<dyn ObjectStore>) -> u64 {
    let source = source(Arc::clone(store), "large", ObjectOptions::default());
    let mut read = source.open().expect("opened");
    let mut buffer = vec![0; 1 << 20];
    let mut sum = 0;
    loop {
        match read.read(&mut buffer).expect("read") {
            0 => return sum,
            bytes => sum += bytes as u64,
        }
    }
}

/// Reads like a pipeline: each thread the next megabyte.
fn from_places(store: &Arc<dyn ObjectStore>, threads: usize) -> u64 {
    let source = source(Arc::clone(store), "large", ObjectOptions::default());
    drop(source.open().expect("opened"));
    let at = source.open_at().expect("places").expect("places");
    let (next, sum) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut buffer = vec![0; 1 << 20];
                loop {
                    let start = next.fetch_add(1 << 20, Ordering::Relaxed);
                    let wanted = BYTES.saturating_sub(start).min(1 << 20);
                    let mut got = 0;
                    while got < wanted {
                        let place = usize::try_from(got).expect("small");
                        let end = usize::try_from(wanted).expect("small");
                        got += at.read_at(&mut buffer[place..end], start + got).expect("read") as u64;
                    }
                    sum.fetch_add(got, Ordering::Relaxed);
                    if wanted == 0 {
                        return;
                    }
                }
            });
        }
    });
    sum.into_inner()
}

#[test]
#[ignore = "it measures: cargo test --release -p trueline-store-tests throughput -- --ignored --nocapture"]
fn throughput() {
    let server = Server::start();
    server.put("large", vec![b'x'; usize::try_from(BYTES).expect("small")]);
    let store = s3(network(), &server.endpoint());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let roads: [(&str, &dyn Fn() -> u64); 4] = [
        ("bare ranges", &|| bare(&runtime, &store)),
        ("from the start", &|| streamed(&store)),
        ("from places, 1 thread", &|| from_places(&store, 1)),
        ("from places, 2 threads", &|| from_places(&store, 2)),
    ];
    let mut best = [Duration::MAX; 4];
    for _ in 0..ROUNDS {
        for ((_, road), best) in roads.iter().zip(&mut best) {
            let started = Instant::now();
            assert_eq!(road(), BYTES);
            *best = started.elapsed().min(*best);
        }
    }
    for ((name, _), time) in roads.iter().zip(best) {
        let rate = BYTES as f64 / time.as_secs_f64() / 1e6;
        println!("{name}: {rate:.0} MB/s, {:.2} of bare", best[0].as_secs_f64() / time.as_secs_f64());
    }
}
