use super::*;

/// All operations of a kernel on 64 bytes.
#[derive(Clone, Copy)]
struct Operations<'a> {
    bytes: &'a [u8; STEP],
    other: &'a [u8; STEP],
    part: u64,
    base: u32,
}

#[derive(Debug, PartialEq, Eq)]
struct Results {
    equal: u64,
    high: u64,
    high_of_both: u64,
    controls: u64,
    digits: u64,
    structurals: u64,
    white_space: u64,
    prefix_xor: u64,
    kinds: Vec<u8>,
    offsets: Vec<u32>,
    positions: Vec<u32>,
    ordinals: Vec<u32>,
}

impl Task for Operations<'_> {
    type Output = Results;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Results {
        let block = isa.load(self.bytes);
        let equal = isa.equal(block, b',');
        let part = equal & self.part;
        let (mut positions, mut ordinals) = ([0; STEP], [0; STEP]);
        isa.positions(equal, self.base, &mut positions);
        let (mut offsets, mut kinds) = ([0; STEP], [0; STEP]);
        let has_kind = isa.mask(isa.structurals(block)) | isa.equal(block, b'"') | isa.equal(block, b'\n');
        isa.tokens((self.bytes, block), (self.part, !has_kind), self.base, &mut offsets, &mut kinds);
        isa.ordinals(part, equal, self.base, &mut ordinals);
        Results {
            equal,
            high: isa.high(block),
            high_of_both: isa.high(isa.or(block, isa.load(self.other))),
            controls: isa.mask(isa.controls(block)),
            digits: isa.digits(block),
            structurals: isa.mask(isa.structurals(block)),
            white_space: isa.mask(isa.white_space(block)),
            prefix_xor: isa.prefix_xor(equal),
            kinds: kinds[..self.part.count_ones() as usize].to_vec(),
            offsets: offsets[..self.part.count_ones() as usize].to_vec(),
            positions: positions[..equal.count_ones() as usize].to_vec(),
            ordinals: ordinals[..part.count_ones() as usize].to_vec(),
        }
    }
}

impl Operations<'_> {
    /// The results according to the definitions.
    fn expected(self) -> Results {
        let mask = |is: &dyn Fn(usize) -> bool| (0..STEP).fold(0, |mask, i| mask | (u64::from(is(i)) << i));
        let equal = mask(&|i| self.bytes[i] == b',');
        let commas: Vec<usize> = (0..STEP).filter(|&i| self.bytes[i] == b',').collect();
        let kind = |i: usize| if b"{}[]:,\"\n".contains(&self.bytes[i]) { self.bytes[i] } else { b' ' };
        let number = |n: usize| self.base.wrapping_add(u32::try_from(n).unwrap());
        Results {
            equal,
            high: mask(&|i| self.bytes[i] >= 0x80),
            high_of_both: mask(&|i| self.bytes[i] | self.other[i] >= 0x80),
            controls: mask(&|i| self.bytes[i] < b' ' && self.bytes[i] != b'\n'),
            digits: mask(&|i| self.bytes[i].is_ascii_digit()),
            structurals: mask(&|i| b"{}[]:,".contains(&self.bytes[i])),
            white_space: mask(&|i| b" \t\r\n".contains(&self.bytes[i])),
            kinds: (0..STEP).filter(|&i| self.part >> i & 1 == 1).map(kind).collect(),
            offsets: (0..STEP).filter(|&i| self.part >> i & 1 == 1).map(number).collect(),
            prefix_xor: mask(&|i| commas.iter().filter(|&&comma| comma <= i).count() % 2 == 1),
            positions: commas.iter().map(|&at| number(at)).collect(),
            ordinals: (0..commas.len()).filter(|&n| self.part >> commas[n] & 1 == 1).map(number).collect(),
        }
    }
}

#[test]
fn every_kernel_does_what_the_definitions_say() {
    let mut seed = 1_u64;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    for round in 0..2_000_u32 {
        // From no comma at all to nothing but commas.
        let share = u64::from(round % 65);
        let mut draw = || {
            let byte = next();
            if byte % 64 < share { b',' } else { u8::try_from(next() % 256).unwrap() }
        };
        let bytes: [u8; STEP] = std::array::from_fn(|_| draw());
        let other: [u8; STEP] = std::array::from_fn(|_| draw() & 0xBF);
        let part = next() | next() << 32;
        let base = if round % 2 == 0 { round * 977 } else { u32::MAX - 64 - round };
        let operations = Operations { bytes: &bytes, other: &other, part, base };
        for kernel in Kernel::available() {
            assert_eq!(kernel.run(operations), operations.expected(), "{kernel}, round {round}");
        }
    }
}

#[test]
fn every_byte_has_its_class_at_every_position() {
    for first in 0..=u8::MAX {
        let bytes: [u8; STEP] = std::array::from_fn(|at| first.wrapping_add(u8::try_from(at).unwrap()));
        let operations = Operations { bytes: &bytes, other: &bytes, part: u64::MAX, base: 0 };
        for kernel in Kernel::available() {
            assert_eq!(kernel.run(operations), operations.expected(), "{kernel}, from {first}");
        }
    }
}

#[test]
fn the_names_are_those_of_the_environment_variable() {
    let all = Kernel::available();
    assert_eq!(all[0].name(), "scalar");
    for kernel in all {
        assert_eq!(Kernel::from_name(kernel.name()), Some(kernel));
    }
    assert_eq!(Kernel::from_name("mmx"), None);
}
