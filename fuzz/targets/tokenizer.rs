//! Any bytes in any dialect: indexer and splitter have the results of the reference, with every kernel, block and split.
#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use trueline_tokenizer::Kernel;

/// The comparison of all ways to read a table, shared with the tests of the tokenizer.
#[path = "../../crates/trueline-tokenizer/tests/it/compare.rs"]
mod compare;

/// The meaning of a byte in the half of inputs that consist of meaningful bytes.
const MEANINGFUL: [&[u8]; 16] = [
    b",",
    b"\"",
    b"\n",
    b"\r",
    b"\\",
    b"#",
    b"a",
    b"\x80",
    "\u{e9}".as_bytes(),
    "\u{6f22}".as_bytes(),
    b"\r\n",
    b"\"\"",
    b"\",\"",
    b"\0",
    b"\xE2\x82",
    b"0123456789",
];

/// The low half of a byte selects a piece, the high half how often it is repeated.
fn spelled(bytes: &[u8]) -> Vec<u8> {
    let piece = |byte: &u8| MEANINGFUL[usize::from(byte % 16)].repeat(usize::from(byte / 16) + 1);
    bytes.iter().flat_map(piece).collect()
}

fn check(input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let dialects = compare::dialects();
    let dialect = *input.choose(&dialects)?;
    let block = input.int_in_range(1..=300)?;
    let cuts: Vec<u16> =
        (0..input.int_in_range(0..=4)?).map(|_| input.arbitrary()).collect::<Result<_, _>>()?;
    let is_raw: bool = input.arbitrary()?;
    let rest = input.bytes(input.len())?;
    let bytes = if is_raw { rest.to_vec() } else { spelled(rest) };
    compare::check(&bytes, &dialect, &[block]);
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| usize::from(*cut) % (bytes.len() + 1)).collect();
    cuts.sort_unstable();
    for kernel in Kernel::available() {
        compare::check_chain(&bytes, &cuts, &dialect, kernel);
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // Too few bytes are not an input.
    let _ = check(&mut Unstructured::new(bytes));
});
