//! Checks whether records are JSON, from their tokens.
//!
//! The kinds of a block's tokens are consecutive bytes, so that a step examines 64 of them. Every token determines what must
//! follow it, with two exceptions: a comma requires a key in an object and a value in an array, and a closing bracket must
//! match the opening one. A stack with one bit per open array or object decides both; only brackets and ends of records
//! change it. Scalars are checked one by one. The indexer has already checked the strings.
//!
//! As everywhere, the fast path may only accept records. Records that it does not accept, and records nested deeper than its
//! stack, are checked by the parser that reads byte by byte ([`tokens`](super::tokens)).

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

use std::ops::Range;

use super::fault::Fault;
use super::number;
use super::positions::{END, Positions, RecordFault, SCALAR, STRING};
use super::steps::{narrow, push_suspects};
use super::tokens::{DEFAULT_MAX_DEPTH, check};
use crate::engine::load;
use crate::kernel::{Isa, Kernel, STEP, Task};

/// The number of arrays and objects that the stack can hold.
const MAX_OPEN: u32 = 64;

/// Checks complete records whose tokens are known.
///
/// ```
/// use trueline_tokenizer::json::{Checker, Indexer, Positions};
/// let bytes = b"{\"id\": 1}\n{\"id\": 01}\n{\"id\" 1}\n[]\n";
/// let mut positions = Positions::new();
/// Indexer::new().index(bytes, true, &mut positions);
/// let mut faults = Vec::new();
/// Checker::new().check(bytes, &positions, 0..positions.len(), &mut faults);
/// let found: Vec<(u32, String)> = faults.iter().map(|found| (found.record, found.fault.to_string())).collect();
/// assert_eq!(found[0], (1, "a number has a digit behind a leading zero at byte 8".to_owned()));
/// assert_eq!(found[1], (2, "found `1` where `:` is expected at byte 6".to_owned()));
/// assert_eq!(found.len(), 2);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Checker {
    kernel: Kernel,
    max_depth: usize,
}

impl Default for Checker {
    fn default() -> Self {
        Self::new()
    }
}

impl Checker {
    /// Creates a checker with the best kernel for this machine.
    pub fn new() -> Self {
        Self::with_kernel(Kernel::detect())
    }

    /// Creates a checker with a given kernel.
    pub fn with_kernel(kernel: Kernel) -> Self {
        Self { kernel, max_depth: DEFAULT_MAX_DEPTH }
    }

    /// Sets how deeply arrays and objects may be nested. Default [`DEFAULT_MAX_DEPTH`]; use the limit of the indexer.
    #[must_use]
    pub fn max_depth(mut self, max_depth: usize) -> Self {
        self.max_depth = max_depth;
        self
    }

    /// Appends each of `records` that is not JSON to `faults`, in order, with the fault that [`check`](crate::json::check())
    /// finds, including those the indexer found. `positions` are those of `bytes`.
    ///
    /// **Cost**: reads each token and the bytes of each scalar once. A record with a fault is read byte by byte up to
    /// the fault.
    ///
    /// # Panics
    /// If there are no such records, or `bytes` is shorter than the bytes that were indexed.
    pub fn check(
        &self,
        bytes: &[u8],
        positions: &Positions,
        records: Range<usize>,
        faults: &mut Vec<RecordFault>,
    ) {
        let suspects = self.suspects(bytes, positions, &records);
        let known = positions.faults();
        let from = known.partition_point(|fault| (fault.record as usize) < records.start);
        let mut known =
            known[from..].iter().take_while(|fault| (fault.record as usize) < records.end).peekable();
        let mut next = records.start;
        for token in suspects {
            let token = token as usize;
            next = positions.first_record(next, |record| positions.tokens(record).end <= token);
            if next == positions.len() || token < positions.tokens(next).start {
                // The token belongs to the previous record, which has been checked.
                continue;
            }
            while let Some(fault) = known.next_if(|fault| fault.record as usize <= next) {
                faults.push(*fault);
            }
            let is_known = faults.last().is_some_and(|fault| fault.record as usize == next);
            if let (false, Err(fault)) = (is_known, check(&bytes[positions.record(next)], self.max_depth)) {
                faults.push(RecordFault { record: narrow(next), fault });
            }
            next += 1;
        }
        faults.extend(known);
    }

    /// Checks whether `record` is JSON.
    ///
    /// **Errors**: it is not; the error is the first fault, as [`check`](crate::json::check()) finds it.
    ///
    /// # Panics
    /// As [`Checker::check`].
    pub fn check_record(&self, bytes: &[u8], positions: &Positions, record: usize) -> Result<(), Fault> {
        let known = positions.faults();
        if let Ok(at) = known.binary_search_by_key(&record, |fault| fault.record as usize) {
            return Err(known[at].fault);
        }
        if self.suspects(bytes, positions, &(record..record + 1)).is_empty() {
            return Ok(());
        }
        check(&bytes[positions.record(record)], self.max_depth)
    }

    /// Returns tokens of records that may be invalid, at least one for each such record.
    fn suspects(&self, bytes: &[u8], positions: &Positions, records: &Range<usize>) -> Vec<u32> {
        if records.is_empty() {
            return Vec::new();
        }
        let tokens = positions.tokens(records.start).start..positions.tokens(records.end - 1).end;
        let limit = u32::try_from(self.max_depth).unwrap_or(MAX_OPEN).min(MAX_OPEN);
        self.kernel.run(FindSuspects { bytes, positions, tokens, limit })
    }
}

/// Finds tokens of records that may be invalid. The first token of `tokens` is the first token of a record.
struct FindSuspects<'a> {
    bytes: &'a [u8],
    positions: &'a Positions,
    tokens: Range<usize>,
    limit: u32,
}

impl Task for FindSuspects<'_> {
    type Output = Vec<u32>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Vec<u32> {
        let Self { bytes, positions, tokens, limit } = self;
        let mut suspects = Vec::new();
        let mut grammar = Grammar::start(limit);
        let mut at = tokens.start;
        while at < tokens.end {
            let (block, _) = load(isa, &positions.kinds[at..]);
            let valid = u64::MAX >> STEP.saturating_sub(tokens.end - at);
            let kinds = Kinds::read(isa, block, valid);
            let mut invalid = grammar.step(isa, &kinds);
            let mut rest = kinds.scalar;
            let offsets = &positions.offsets[at..];
            while rest != 0 {
                let bit = rest.trailing_zeros() as usize;
                // The last token of a record is not a scalar.
                let (start, end) = (offsets[bit] as usize, offsets[bit + 1] as usize);
                if !number::is_scalar_before(isa, bytes, start, end) {
                    invalid |= 1 << bit;
                }
                rest &= rest - 1;
            }
            if invalid != 0 {
                push_suspects(&mut suspects, at, invalid, kinds.end);
            }
            at += STEP;
        }
        suspects
    }
}

/// The tokens of each kind among 64.
struct Kinds {
    valid: u64,
    begin_object: u64,
    end_object: u64,
    begin_array: u64,
    end_array: u64,
    colon: u64,
    comma: u64,
    string: u64,
    scalar: u64,
    end: u64,
}

impl Kinds {
    #[inline(always)]
    fn read<I: Isa>(isa: I, block: I::Block, valid: u64) -> Self {
        let equal = |kind| isa.equal(block, kind) & valid;
        Self {
            valid,
            begin_object: equal(b'{'),
            end_object: equal(b'}'),
            begin_array: equal(b'['),
            end_array: equal(b']'),
            colon: equal(b':'),
            comma: equal(b','),
            string: equal(STRING),
            scalar: equal(SCALAR),
            end: equal(END),
        }
    }
}

/// The state of the grammar after the tokens so far.
struct Grammar {
    limit: u32,
    /// One bit for each open array or object, 1 for an object; the innermost is the lowest bit.
    open: u64,
    depth: u32,
    /// All ones if the innermost open container is an object.
    in_object: u64,
    /// The requirements of the previous 64 tokens.
    before: Requirements,
}

/// Masks of tokens by what must follow them directly. All other tokens must be followed by a comma, a closing bracket or the
/// end of the record.
#[derive(Clone, Copy, Default)]
struct Requirements {
    /// A key, or the end of an object that has just begun.
    key: u64,
    begin_object: u64,
    /// A value, or the end of an array that has just begun or of a line without tokens.
    value: u64,
    begin_array: u64,
    end: u64,
    colon: u64,
    /// The end of the record.
    nothing: u64,
}

/// The mask of the tokens that directly follow those of `mask`; `before` is the mask of the previous step.
#[inline(always)]
fn tokens_after(mask: u64, before: u64) -> u64 {
    (mask << 1) | (before >> 63)
}

impl Grammar {
    fn start(limit: u32) -> Self {
        let before = Requirements { value: 1 << 63, end: 1 << 63, ..Requirements::default() };
        Self { limit, open: 0, depth: 0, in_object: 0, before }
    }

    /// Reads 64 tokens and returns those that may be invalid.
    #[inline(always)]
    fn step<I: Isa>(&mut self, isa: I, kinds: &Kinds) -> u64 {
        let &Kinds {
            begin_object,
            end_object,
            begin_array,
            end_array,
            colon,
            comma,
            string,
            scalar,
            end,
            ..
        } = kinds;
        let Brackets { in_object, closed, invalid } = self.brackets(isa, kinds);
        let before = self.before;
        let mut required = Requirements {
            key: begin_object | (comma & in_object),
            value: colon | begin_array | (comma & !in_object) | end,
            ..Requirements { begin_object, begin_array, end, ..Requirements::default() }
        };
        let expects_key = tokens_after(required.key, before.key);
        let expects_value = tokens_after(required.value, before.value);
        let is_first = tokens_after(end, before.end);
        required.colon = string & expects_key;
        required.nothing = closed | (is_first & (string | scalar));
        let expects_colon = tokens_after(required.colon, before.colon);
        let expects_nothing = tokens_after(required.nothing, before.nothing);
        self.before = required;

        let ends_object = end_object & tokens_after(begin_object, before.begin_object);
        let ends_array = end_array & tokens_after(begin_array, before.begin_array);
        let value = string | scalar | begin_object | begin_array;
        let is_expected = (expects_key & (string | ends_object))
            | (expects_value & (value | ends_array | (end & is_first)))
            | (expects_colon & colon)
            | (!(expects_key | expects_value | expects_colon) & (comma | end_object | end_array | end));
        (invalid | !is_expected | (expects_nothing & !end)) & kinds.valid
    }

    /// Pushes opened arrays and objects and pops closed ones.
    #[inline(always)]
    fn brackets<I: Isa>(&mut self, isa: I, kinds: &Kinds) -> Brackets {
        let begins = kinds.begin_object | kinds.begin_array;
        let ends = kinds.end_object | kinds.end_array;
        let objects = kinds.begin_object | kinds.end_object;
        let (mut closed, mut invalid, mut toggles) = (0, 0, 0);
        let mut rest = begins | ends | kinds.end;
        while rest != 0 {
            let bit = rest & rest.wrapping_neg();
            rest ^= bit;
            let was = self.open;
            let is_object = u64::from(objects & bit != 0);
            if begins & bit != 0 {
                self.open = (self.open << 1) | is_object;
                self.depth += 1;
                invalid |= if self.depth > self.limit { bit } else { 0 };
            } else if ends & bit != 0 {
                let is_wrong = self.depth == 0 || (self.open ^ is_object) & 1 != 0;
                invalid |= if is_wrong { bit } else { 0 };
                self.open >>= 1;
                self.depth = self.depth.saturating_sub(1);
                closed |= if self.depth == 0 { bit } else { 0 };
            } else {
                invalid |= if self.depth != 0 { bit } else { 0 };
                (self.open, self.depth) = (0, 0);
            }
            toggles |= if (was ^ self.open) & 1 != 0 { bit } else { 0 };
        }
        let in_object = isa.prefix_xor(toggles) ^ self.in_object;
        self.in_object = (in_object.cast_signed() >> 63).cast_unsigned();
        Brackets { in_object, closed, invalid }
    }
}

/// The effect of the brackets among 64 tokens.
struct Brackets {
    /// Tokens after which the innermost open array or object is an object.
    in_object: u64,
    /// Tokens that close the outermost array or object.
    closed: u64,
    /// Brackets that do not match or are nested too deep, and ends of records with open brackets.
    invalid: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Indexer;

    /// The fast path must accept usual records, or the other tests would compare the byte-by-byte parser with itself.
    #[test]
    fn usual_records_are_not_suspects() {
        let deep = format!("{}{}", "[{\"a\":".repeat(32), "}]".repeat(32)).replace(":}", ":1}");
        let records = [
            r#"{"id": 7, "name": "Ada", "tags": ["a", "b", {}], "at": {"x": -1.5, "y": [[], [1, 2]]}, "ok": true}"#,
            r#"{"a":1234567890123456789012345678901234567890,"b":0.12345678901234567,"c":[0,-0,1e5,-2.5E-10,1E+2]}"#,
            "[]",
            "{}",
            " \t[ 1 , false , null ] \r",
            "\"text\"",
            "-12.75",
            "null",
            "[[[[[[[[{\"\":{\"\":[]}}]]]]]]]]",
            &deep,
        ];
        // The records start at different positions among 64 tokens.
        for shift in 0..70 {
            let mut text = "0\n".repeat(shift / 2) + if shift % 2 == 0 { "" } else { "[]\n" };
            text.extend(records.map(|record| format!("{record}\n")));
            for kernel in Kernel::available() {
                let mut positions = Positions::new();
                Indexer::with_kernel(kernel).index(text.as_bytes(), true, &mut positions);
                let all = 0..positions.len();
                let suspects = Checker::with_kernel(kernel).suspects(text.as_bytes(), &positions, &all);
                assert_eq!(suspects, Vec::<u32>::new(), "{kernel}, shifted by {shift}");
                assert_eq!(all.len(), shift.div_ceil(2) + records.len());
            }
        }
    }

    #[test]
    fn records_too_deep_for_the_stack_are_checked_byte_by_byte() {
        let nested = |depth: usize| format!("{}{}\n", "[".repeat(depth), "]".repeat(depth));
        let text = [nested(64), nested(65), nested(128), nested(129), nested(1)].concat();
        let mut positions = Positions::new();
        Indexer::new().index(text.as_bytes(), true, &mut positions);
        let mut faults = Vec::new();
        Checker::new().check(text.as_bytes(), &positions, 0..5, &mut faults);
        assert_eq!(faults.len(), 1);
        assert_eq!((faults[0].record, faults[0].fault.offset), (3, 128));
        Checker::new().max_depth(63).check(text.as_bytes(), &positions, 0..1, &mut faults);
        assert_eq!((faults[1].record, faults[1].fault.offset), (0, 63));
    }
}
