//! One log record, with or without a fault.

use super::fault::Kind;
use crate::rng::Rng;
use crate::text::{
    push_date, push_hexadecimal, push_hundredths, push_number, push_padded, push_repeated, push_time,
};

const LEVELS: &[&[u8]] = &[b"DEBUG", b"INFO", b"INFO", b"INFO", b"WARN", b"ERROR"];
const SERVICES: &[&[u8]] =
    &[b"checkout", b"ledger", b"fx-quotes", b"session-store", b"notifications", b"gateway"];
const STATUSES: &[u64] = &[200, 200, 200, 200, 201, 204, 301, 400, 404, 500, 503];
const COUNTRIES: &[&[u8]] = &[b"KE", b"NG", b"ZA", b"DE", b"FR", b"US", b"BR", b"JP"];
const REGIONS: &[&[u8]] = &[b"eu-west-1", b"eu-central-1", b"us-east-2", b"af-south-1"];
const TAGS: &[&[u8]] = &[b"http", b"prod", b"canary", b"batch", b"retry", b"mobile"];

/// Replacements for valid values, as they occur in the file.
const NOT_TIMESTAMPS: &[&[u8]] = &[
    b"\"2023-02-29T10:00:00.000000Z\"",
    b"\"2024-13-01T10:00:00.000000Z\"",
    b"\"2024-01-05 10:00:00.000000Z\"",
    b"\"2024-01-05T24:00:00.000000Z\"",
    b"\"yesterday\"",
    b"1709251199",
];
const UNLISTED: &[&[u8]] = &[b"\"info\"", b"\"TRACE\"", b"\"WARNING\""];
const NOT_REQUESTS: &[&[u8]] =
    &[b"req-", b"REQ-0123456789abcdef", b"req-0123456789abcdeg", b"req-0123456789abcdef0"];
const NOT_STATUSES: &[&[u8]] = &[b"\"200\"", b"200.5", b"true", b"[200]"];
const NOT_DURATIONS: &[&[u8]] = &[b"\"12.5\"", b"\"12ms\"", b"false", b"{\"ms\":12.5}"];
const NOT_COUNTRIES: &[&[u8]] = &[b"ke", b"KEN", b"K", b"K1"];
/// In a message: a lone byte, a truncated character, an overlong one, half of a surrogate pair.
const NOT_UTF8: &[&[u8]] = &[b"\xff", b"M\xc3", b"\xc0\xaf", b"\xed\xa0\x80"];

/// Appends a record with its line end.
pub(super) fn push(line: &mut Vec<u8>, rng: &mut Rng, fault: Option<Kind>) {
    let start = line.len();
    line.push(b'{');
    push_timestamp(line, rng, fault);
    match fault {
        Some(Kind::LevelUnlisted) => push_raw(line, b"level", rng.pick(UNLISTED)),
        Some(Kind::LevelNumber) => push_raw(line, b"level", b"30"),
        _ => push_text(line, b"level", rng.pick(LEVELS)),
    }
    push_service(line, rng, fault);
    push_message(line, rng, fault);
    push_request(line, rng, fault);
    push_status(line, rng, fault);
    push_duration(line, rng, fault);
    push_context(line, rng, fault);
    push_tags(line, rng);
    if fault == Some(Kind::DuplicateKey) {
        push_again(line, start, rng);
    }
    line.push(b'}');
    if fault == Some(Kind::Json) {
        break_grammar(line, start, rng);
    }
    line.push(b'\n');
}

/// Appends a key and its colon, with a comma before it unless it is the first of the object.
fn push_key(line: &mut Vec<u8>, key: &[u8]) {
    if line.last() != Some(&b'{') {
        line.push(b',');
    }
    line.push(b'"');
    line.extend_from_slice(key);
    line.extend_from_slice(b"\":");
}

fn push_raw(line: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    push_key(line, key);
    line.extend_from_slice(value);
}

fn push_text(line: &mut Vec<u8>, key: &[u8], text: &[u8]) {
    push_key(line, key);
    line.push(b'"');
    line.extend_from_slice(text);
    line.push(b'"');
}

/// Appends a null, or omits the key.
fn push_null(line: &mut Vec<u8>, key: &[u8], rng: &mut Rng) {
    if rng.below(2) == 0 {
        push_raw(line, key, b"null");
    }
}

fn push_timestamp(line: &mut Vec<u8>, rng: &mut Rng, fault: Option<Kind>) {
    match fault {
        Some(Kind::TimestampNull) => push_null(line, b"timestamp", rng),
        Some(Kind::TimestampInvalid) => push_raw(line, b"timestamp", rng.pick(NOT_TIMESTAMPS)),
        _ => {
            push_key(line, b"timestamp");
            line.push(b'"');
            let random = rng.next();
            push_date(line, random);
            push_time(line, random);
            line.push(b'.');
            push_padded(line, rng.next(), 6);
            line.extend_from_slice(b"Z\"");
        }
    }
}

fn push_service(line: &mut Vec<u8>, rng: &mut Rng, fault: Option<Kind>) {
    match fault {
        Some(Kind::ServiceNull) => push_null(line, b"service", rng),
        Some(Kind::ServiceLong) => {
            push_key(line, b"service");
            line.push(b'"');
            push_repeated(line, b's', 33 + length(rng, 20));
            line.push(b'"');
        }
        _ => push_text(line, b"service", rng.pick(SERVICES)),
    }
}

fn push_message(line: &mut Vec<u8>, rng: &mut Rng, fault: Option<Kind>) {
    push_key(line, b"message");
    line.push(b'"');
    match rng.below(16) {
        0 => push_escaped(line, rng),
        1 => push_foreign(line, rng),
        form => push_plain(line, rng, form),
    }
    match fault {
        Some(Kind::MessageLong) => push_repeated(line, b'.', 201 + length(rng, 100)),
        Some(Kind::Utf8) => line.extend_from_slice(rng.pick(NOT_UTF8)),
        _ => {}
    }
    line.push(b'"');
}

fn push_plain(line: &mut Vec<u8>, rng: &mut Rng, form: u64) {
    match form % 3 {
        0 => {
            line.extend_from_slice(b"GET /api/v2/accounts/");
            push_number(line, rng.below(10_000_000));
            line.extend_from_slice(b"/entries answered");
        }
        1 => {
            line.extend_from_slice(b"cache miss for session ");
            push_hexadecimal(line, rng.next());
            line.extend_from_slice(b", loaded");
        }
        _ => {
            line.extend_from_slice(b"transfer of ");
            push_hundredths(line, rng.below(100_000_000));
            line.extend_from_slice(b" EUR accepted, entry ");
            push_number(line, rng.below(1_000_000_000));
        }
    }
}

fn push_escaped(line: &mut Vec<u8>, rng: &mut Rng) {
    line.extend_from_slice(br#"refused: \"currency\" is \"XX\"\n\tat C:\\ledger\\rules.rs:"#);
    push_number(line, rng.below(2000));
    line.extend_from_slice(br", answered with 422 \u00fc \ud83d\ude00");
}

/// Appends a message that sometimes has more bytes than a message may have characters.
fn push_foreign(line: &mut Vec<u8>, rng: &mut Rng) {
    line.extend_from_slice("Überweisung für Müller ausgeführt, 東京, Auftrag ".as_bytes());
    push_number(line, rng.below(1_000_000_000));
    if rng.below(16) == 0 {
        line.extend_from_slice(" Grüße".repeat(20).as_bytes());
    }
}

fn push_request(line: &mut Vec<u8>, rng: &mut Rng, fault: Option<Kind>) {
    if fault == Some(Kind::RequestPattern) {
        return push_text(line, b"request_id", rng.pick(NOT_REQUESTS));
    }
    push_key(line, b"request_id");
    line.extend_from_slice(b"\"req-");
    push_hexadecimal(line, rng.next());
    line.push(b'"');
}

fn push_status(line: &mut Vec<u8>, rng: &mut Rng, fault: Option<Kind>) {
    push_key(line, b"status");
    match fault {
        Some(Kind::StatusBelow) => line.extend_from_slice(rng.pick(&[&b"99"[..], b"0", b"-1"])),
        Some(Kind::StatusAbove) => push_number(line, 600 + rng.below(1000)),
        Some(Kind::StatusInvalid) => line.extend_from_slice(rng.pick(NOT_STATUSES)),
        _ => push_number(line, rng.pick(STATUSES)),
    }
}

fn push_duration(line: &mut Vec<u8>, rng: &mut Rng, fault: Option<Kind>) {
    push_key(line, b"duration_ms");
    match fault {
        Some(Kind::DurationBelow) => line.push(b'-'),
        Some(Kind::DurationText) => return line.extend_from_slice(rng.pick(NOT_DURATIONS)),
        _ => {}
    }
    let largest = rng.pick(&[1000, 10_000, 100_000]);
    push_hundredths(line, 1 + rng.below(largest));
    line.push(b'1' + u8::try_from(rng.below(9)).unwrap_or(0));
}

fn push_context(line: &mut Vec<u8>, rng: &mut Rng, fault: Option<Kind>) {
    if fault == Some(Kind::HostNull) && rng.below(3) == 0 {
        return push_null(line, b"context", rng);
    }
    push_raw(line, b"context", b"{");
    push_user(line, rng, fault);
    let region = rng.pick(REGIONS);
    if fault == Some(Kind::HostNull) {
        push_null(line, b"host", rng);
    } else {
        push_key(line, b"host");
        line.push(b'"');
        line.extend_from_slice(b"node-");
        push_padded(line, rng.next(), 3);
        line.push(b'.');
        line.extend_from_slice(region);
        line.extend_from_slice(b".compute.example\"");
    }
    push_text(line, b"region", region);
    line.push(b'}');
}

fn push_user(line: &mut Vec<u8>, rng: &mut Rng, fault: Option<Kind>) {
    let is_faulty = matches!(fault, Some(Kind::UserBelow | Kind::UserText | Kind::CountryPattern));
    if rng.below(16) == 0 && !is_faulty {
        return push_raw(line, b"user", b"null");
    }
    push_raw(line, b"user", b"{\"id\":");
    match fault {
        Some(Kind::UserBelow) => line.extend_from_slice(rng.pick(&[&b"0"[..], b"-17"])),
        Some(Kind::UserText) => line.extend_from_slice(rng.pick(&[&b"\"4711\""[..], b"\"u-17\"", b"0.25"])),
        _ => push_number(line, 1 + rng.below(10_000_000_000)),
    }
    match fault {
        Some(Kind::CountryPattern) => push_text(line, b"country", rng.pick(NOT_COUNTRIES)),
        _ if rng.below(32) == 0 => push_raw(line, b"country", b"null"),
        _ => push_text(line, b"country", rng.pick(COUNTRIES)),
    }
    line.push(b'}');
}

/// Appends one to three tags.
fn push_tags(line: &mut Vec<u8>, rng: &mut Rng) {
    push_raw(line, b"tags", b"[\"");
    line.extend_from_slice(rng.pick(TAGS));
    for _ in 0..rng.below(3) {
        line.extend_from_slice(b"\",\"");
        line.extend_from_slice(rng.pick(TAGS));
    }
    line.extend_from_slice(b"\"]");
}

/// Adds a key that the record, or the object in it, already has.
fn push_again(line: &mut Vec<u8>, start: usize, rng: &mut Rng) {
    match rng.below(3) {
        0 => push_raw(line, b"status", b"200"),
        1 => push_raw(line, b"tags", b"[]"),
        _ => {
            let inner = b"\"region\":\"none\",";
            let at = find(line, start, b"\"host\":");
            line.splice(at..at, inner.iter().copied());
        }
    }
}

/// Turns a valid record into one that is not JSON.
fn break_grammar(line: &mut Vec<u8>, start: usize, rng: &mut Rng) {
    let mut replace = |what: &[u8], by: &[u8]| {
        let at = find(line, start, what);
        line.splice(at..at + what.len(), by.iter().copied());
    };
    match rng.below(9) {
        0 => replace(b"\"level\"", b"level"),
        1 => replace(b"\"message\":\"", b"\"message\":\"\t"),
        2 => replace(b"\"message\":\"", b"\"message\":\"\\x "),
        3 => replace(b"\"status\":", b"\"status\":0"),
        4 => replace(b"\"status\":", b"\"status\" "),
        5 => replace(b"\"tags\":[", b"\"tags\":[,"),
        6 => line.extend_from_slice(b"{}"),
        7 => line[start..].rotate_left(1),
        _ => cut(line, start, length(rng, 300)),
    }
}

/// Truncates the record to a prefix of at least its first byte, never all of it, at a character boundary.
fn cut(line: &mut Vec<u8>, start: usize, bytes: usize) {
    let mut end = (start + 1 + bytes).min(line.len() - 1);
    while line[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    line.truncate(end);
}

/// Returns the position of a string that every record contains.
fn find(line: &[u8], start: usize, what: &[u8]) -> usize {
    line[start..].windows(what.len()).position(|window| window == what).map_or(start, |at| start + at)
}

fn length(rng: &mut Rng, bound: u64) -> usize {
    usize::try_from(rng.below(bound)).unwrap_or(0)
}
