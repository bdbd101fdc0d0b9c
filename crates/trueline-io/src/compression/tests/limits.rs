//! Limits on what comes out.

use super::*;

fn most(bytes: u64) -> DecompressOptions {
    DecompressOptions::default().max_decompressed_bytes(Some(bytes))
}

fn ratio(ratio: u64) -> DecompressOptions {
    DecompressOptions::default().max_ratio(Some(ratio))
}

/// The same on one thread and on several, however it is read.
fn all_ways(packed: &[u8], options: &DecompressOptions) -> (usize, Result<Compression, String>) {
    let (text, result) = read_with(packed, 1 << 20, 1 << 20, options);
    for (step, ask, threads) in [(1 << 20, 100_001, 1), (1000, 1 << 20, 2), (65_536, 3000, 4)] {
        let (same, also) = read_with(packed, step, ask, &options.clone().threads(threads));
        assert!(also == result, "{step} {ask} {threads}: {also:?} {result:?}");
        assert!(same.len() == text.len(), "{step} {ask} {threads}: {} {}", same.len(), text.len());
    }
    (text.len(), result)
}

#[test]
fn no_more_comes_out_than_may() {
    for (extension, pack) in pack::ALL {
        let text = noise(200_000);
        let packed = [pack(&text), pack(b""), pack(&text)].concat();
        assert_eq!(all_ways(&packed, &most(400_000)).0, 400_000);
        for limit in [1, 10, 199_999, 200_000, 200_001, 399_999] {
            let (bytes, result) = all_ways(&packed, &most(limit));
            let error = result.unwrap_err();
            assert_eq!(bytes as u64, limit, "{extension}");
            let start = format!("the input has more than {limit} bytes when it is decompressed, in ");
            assert!(error.starts_with(&start), "{error}");
            assert!(error.contains(&format!("(byte {limit} decompressed)")), "{error}");
            assert!(error.contains("raise the limit (max_decompressed_bytes)"), "{error}");
        }
        assert_eq!(all_ways(&pack(b"id"), &most(2)).0, 2);
    }
    // What is not compressed has no such limit.
    assert_eq!(all_ways(b"id\n1\n", &most(1)), (5, Ok(Compression::None)));
}

#[test]
fn what_becomes_much_larger_is_refused() {
    let zeros = vec![b'0'; 18 << 20];
    for (extension, pack) in pack::ALL {
        let packed = pack(&zeros);
        let size = zeros.len() as u64 / packed.len() as u64;
        let (bytes, result) = all_ways(&packed, &ratio(100));
        let error = result.unwrap_err();
        assert_eq!(bytes, 16 << 20, "{extension}");
        assert!(error.starts_with("the input becomes more than 100 times as large as it is, in "), "{error}");
        assert!(error.contains("raise the limit (max_ratio)"), "{error}");
        assert!(all_ways(&packed, &ratio(size * 20)).1.is_ok(), "{extension}");
    }
    // Much alike, but not much.
    let packed = gzip(&zeros[..(16 << 20) - 1]);
    assert!(all_ways(&packed, &ratio(2)).1.is_ok());
}

#[test]
fn honest_data_are_within_a_sensible_ratio() {
    let text = noise(17 << 20);
    for pack in [pack::bgzf as Pack, zstd, lz4] {
        assert_eq!(all_ways(&pack(&text), &ratio(10)).0, text.len());
    }
}
