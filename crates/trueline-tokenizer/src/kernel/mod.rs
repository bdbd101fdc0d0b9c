//! Kernels: operations that turn 64 bytes into masks and masks into positions, for each instruction set. They do not depend
//! on what a record is.
//!
//! Each module is named after an instruction set and contains its kernels. A kernel is a zero-size type that only `detect`
//! returns, so that a value of it proves that its instructions are available. `enter` runs a task in the only function that
//! is compiled for these instructions, into which the generic loops of `engine` and `json` are inlined. So everything in
//! between must be `inline(always)`: a function that is not inlined would be compiled for the baseline, and each of its
//! vectors would pass through memory.
//!
//! If you change this: a new kernel needs a new file and a line in `AnyIsa`, in `DETECTORS`, in `Kernel::name` and in
//! `Kernel::run`; the tests compare every kernel of [`Kernel::available`] with `reference`.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod classes;
#[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
mod neon;
pub(crate) mod one_by_one;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod sse2;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod utf8;

use std::fmt;
use std::sync::OnceLock;

/// The number of bytes that one step processes.
pub(crate) const STEP: usize = 64;

/// The operations of a kernel. Bit `i` of a mask describes byte `i`.
pub(crate) trait Isa: Copy {
    /// 64 bytes in registers.
    type Block: Copy;

    /// Runs `task` in a separate function, compiled for the instructions of this kernel.
    fn enter<T: Task>(self, task: T) -> T::Output;

    /// Loads 64 bytes.
    fn load(self, bytes: &[u8; STEP]) -> Self::Block;

    /// The result of a comparison in registers: it is cheaper to combine several of these and then convert one to a mask.
    type Lanes: Copy;

    /// Compares each byte with `byte`.
    fn compare(self, block: Self::Block, byte: u8) -> Self::Lanes;

    /// The union of two results.
    fn either(self, one: Self::Lanes, other: Self::Lanes) -> Self::Lanes;

    /// Converts a result to a mask.
    fn mask(self, lanes: Self::Lanes) -> u64;

    /// The bytes equal to `byte`.
    #[inline(always)]
    fn equal(self, block: Self::Block, byte: u8) -> u64 {
        self.mask(self.compare(block, byte))
    }

    /// The bytes with their high bit set.
    fn high(self, block: Self::Block) -> u64;

    /// The bitwise or of two blocks.
    fn or(self, one: Self::Block, other: Self::Block) -> Self::Block;

    /// The bytes below 0x20, except line feeds.
    fn controls(self, block: Self::Block) -> Self::Lanes;

    /// The bytes that are one of `{ } [ ] : ,`.
    #[inline(always)]
    fn structurals(self, block: Self::Block) -> Self::Lanes {
        // Braces and brackets differ in this bit.
        let folded = self.or(block, self.load(&[0x20; STEP]));
        let brackets = self.either(self.compare(folded, b'{'), self.compare(folded, b'}'));
        self.either(brackets, self.either(self.compare(block, b':'), self.compare(block, b',')))
    }

    /// The bytes that are white space in JSON: space, tab, CR, LF.
    #[inline(always)]
    fn white_space(self, block: Self::Block) -> Self::Lanes {
        let blanks = self.either(self.compare(block, b' '), self.compare(block, b'\t'));
        let ends = self.either(self.compare(block, b'\r'), self.compare(block, b'\n'));
        self.either(blanks, ends)
    }

    /// Whether `digits` is cheap enough to check a single number.
    const FINDS_DIGITS: bool = true;

    /// The bytes that are digits.
    fn digits(self, block: Self::Block) -> u64;

    /// If eight times 64 bytes contain at most this many tokens, `one_by_one` writes them faster than `tokens`; 0 if never.
    const ONE_BY_ONE_LIMIT: u32 = 0;

    /// Writes, for each bit `i` of `mask`, `at + i` to `offsets` and the kind of that byte, as defined in `one_by_one`, to
    /// `kinds`. `block` contains `bytes`. `others` marks the bytes without a kind of their own. The contents after the
    /// written entries are undefined.
    #[inline(always)]
    fn tokens(
        self,
        (bytes, _block): (&[u8; STEP], Self::Block),
        (mask, _others): (u64, u64),
        at: u32,
        offsets: &mut [u32; STEP],
        kinds: &mut [u8; STEP],
    ) {
        self.positions(mask, at, offsets);
        one_by_one::kinds(bytes, mask, (at, offsets), kinds);
    }

    /// Whether `utf8_errors` is implemented.
    const CHECKS_UTF8: bool = false;

    /// Nonzero where a byte of `block`, together with those before it, cannot be UTF-8. `before` are the previous 64 bytes.
    #[inline(always)]
    fn utf8_errors(self, block: Self::Block, _before: Self::Block) -> Self::Block {
        block
    }

    /// Bit `i` of the result is the parity of the bits `0..=i` of `mask`.
    #[inline(always)]
    fn prefix_xor(self, mask: u64) -> u64 {
        let mut parity = mask;
        parity ^= parity << 1;
        parity ^= parity << 2;
        parity ^= parity << 4;
        parity ^= parity << 8;
        parity ^= parity << 16;
        parity ^ (parity << 32)
    }

    /// Writes `base + i` for each bit `i` of `mask`, in order. The contents after the written entries are undefined.
    #[inline(always)]
    fn positions(self, mask: u64, base: u32, out: &mut [u32; STEP]) {
        one_by_one::positions(mask, base, out);
    }

    /// Writes, for each bit of `part`, `base +` the number of bits of `whole` below it. `part` is a subset of `whole`. The
    /// contents after the written entries are undefined.
    #[inline(always)]
    fn ordinals(self, part: u64, whole: u64, base: u32, out: &mut [u32; STEP]) {
        let mut rest = part;
        // Usually there are one or two, which need no branch.
        for slot in &mut out[..2] {
            *slot = ordinal(rest, whole, base);
            rest &= rest.wrapping_sub(1);
        }
        let mut slots = out[2..].iter_mut();
        while rest != 0 {
            let Some(slot) = slots.next() else { break };
            *slot = ordinal(rest, whole, base);
            rest &= rest - 1;
        }
    }
}

/// The number of bits of `whole` below the lowest bit of `part`, added to `base`.
#[inline(always)]
fn ordinal(part: u64, whole: u64, base: u32) -> u32 {
    let below = (part & part.wrapping_neg()).wrapping_sub(1);
    base.wrapping_add((whole & below).count_ones())
}

/// A task that is written once and compiled for each kernel.
pub(crate) trait Task {
    /// The result of the task.
    type Output;

    /// Runs the task. Must be `inline(always)`.
    fn run<I: Isa>(self, isa: I) -> Self::Output;
}

/// The instruction set that the tokenizer uses.
///
/// The best one is detected at run time, once per process. The environment variable `TRUELINE_SIMD` selects another:
/// `scalar`, `sse2`, `avx2`, `avx512`, `avx512vbmi2` or `neon`. All kernels give the same results.
///
/// ```
/// use trueline_tokenizer::Kernel;
/// assert!(Kernel::available().contains(&Kernel::detect()));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kernel(AnyIsa);

/// One of the kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum AnyIsa {
    Scalar(scalar::Scalar),
    #[cfg(target_arch = "x86_64")]
    Sse2(sse2::Sse2),
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
    #[cfg(target_arch = "x86_64")]
    Avx512Vbmi2(avx512::Avx512Vbmi2),
    #[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
    Neon(neon::Neon),
}

/// Detects each kernel; the best one is last.
const DETECTORS: &[fn() -> Option<AnyIsa>] = &[
    || Some(AnyIsa::Scalar(scalar::Scalar)),
    #[cfg(target_arch = "x86_64")]
    || sse2::Sse2::detect().map(AnyIsa::Sse2),
    #[cfg(target_arch = "x86_64")]
    || avx2::Avx2::detect().map(AnyIsa::Avx2),
    #[cfg(target_arch = "x86_64")]
    || avx512::Avx512::detect().map(AnyIsa::Avx512),
    #[cfg(target_arch = "x86_64")]
    || avx512::Avx512Vbmi2::detect().map(AnyIsa::Avx512Vbmi2),
    #[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
    || neon::Neon::detect().map(AnyIsa::Neon),
];

impl Kernel {
    /// Returns every kernel that this machine can run, the best one last. `scalar` is always included.
    pub fn available() -> Vec<Self> {
        DETECTORS.iter().filter_map(|detect| detect()).map(Self).collect()
    }

    /// Returns the kernel that `TRUELINE_SIMD` names, if this machine can run it; otherwise the best one.
    ///
    /// **Cost**: decided on the first call, then stored for the process.
    pub fn detect() -> Self {
        static DETECTED: OnceLock<Kernel> = OnceLock::new();
        *DETECTED.get_or_init(|| {
            let wanted = std::env::var("TRUELINE_SIMD").ok().and_then(|name| Self::from_name(&name));
            let best = || DETECTORS.iter().rev().find_map(|detect| detect()).map(Self);
            wanted.or_else(best).unwrap_or(Self(AnyIsa::Scalar(scalar::Scalar)))
        })
    }

    /// Returns the kernel with that name, if it exists and this machine can run it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::available().into_iter().find(|kernel| kernel.name() == name)
    }

    /// Returns its name, as used in `TRUELINE_SIMD`.
    pub fn name(self) -> &'static str {
        match self.0 {
            AnyIsa::Scalar(_) => "scalar",
            #[cfg(target_arch = "x86_64")]
            AnyIsa::Sse2(_) => "sse2",
            #[cfg(target_arch = "x86_64")]
            AnyIsa::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            AnyIsa::Avx512(_) => "avx512",
            #[cfg(target_arch = "x86_64")]
            AnyIsa::Avx512Vbmi2(_) => "avx512vbmi2",
            #[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
            AnyIsa::Neon(_) => "neon",
        }
    }

    /// Runs `task` with the instructions of this kernel.
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        match self.0 {
            AnyIsa::Scalar(isa) => isa.enter(task),
            #[cfg(target_arch = "x86_64")]
            AnyIsa::Sse2(isa) => isa.enter(task),
            #[cfg(target_arch = "x86_64")]
            AnyIsa::Avx2(isa) => isa.enter(task),
            #[cfg(target_arch = "x86_64")]
            AnyIsa::Avx512(isa) => isa.enter(task),
            #[cfg(target_arch = "x86_64")]
            AnyIsa::Avx512Vbmi2(isa) => isa.enter(task),
            #[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
            AnyIsa::Neon(isa) => isa.enter(task),
        }
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kernel({})", self.name())
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
