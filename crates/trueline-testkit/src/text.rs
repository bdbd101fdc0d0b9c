//! Fast writing of numbers and cells to a line, without the formatting machinery.

/// Appends a number in decimal.
pub(crate) fn push_number(line: &mut Vec<u8>, number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = number;
    loop {
        start -= 1;
        digits[start] = digit(rest);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    line.extend_from_slice(&digits[start..]);
}

/// Appends the last `width` decimal digits of a number, padded with zeros.
pub(crate) fn push_padded(line: &mut Vec<u8>, number: u64, width: usize) {
    let start = line.len();
    line.resize(start + width, b'0');
    let mut rest = number;
    for place in line[start..].iter_mut().rev() {
        *place = digit(rest);
        rest /= 10;
    }
}

/// Appends a number as 16 lower-case hexadecimal digits.
pub(crate) fn push_hexadecimal(line: &mut Vec<u8>, number: u64) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    line.extend(
        number
            .to_be_bytes()
            .iter()
            .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]),
    );
}

fn digit(number: u64) -> u8 {
    b'0' + u8::try_from(number % 10).unwrap_or(0)
}

/// Appends hundredths as `123.45`.
pub(crate) fn push_hundredths(line: &mut Vec<u8>, hundredths: u64) {
    push_number(line, hundredths / 100);
    line.push(b'.');
    push_padded(line, hundredths % 100, 2);
}

/// Appends a date such as `2024-02-28`, at most the 28th of a month.
pub(crate) fn push_date(line: &mut Vec<u8>, random: u64) {
    push_padded(line, 2021 + random % 4, 4);
    line.push(b'-');
    push_padded(line, 1 + (random >> 8) % 12, 2);
    line.push(b'-');
    push_padded(line, 1 + (random >> 16) % 28, 2);
}

/// Appends a time such as `T23:59:59`.
pub(crate) fn push_time(line: &mut Vec<u8>, random: u64) {
    line.push(b'T');
    push_padded(line, (random >> 24) % 24, 2);
    line.push(b':');
    push_padded(line, (random >> 32) % 60, 2);
    line.push(b':');
    push_padded(line, (random >> 40) % 60, 2);
}

/// Appends a byte `count` times.
pub(crate) fn push_repeated(line: &mut Vec<u8>, byte: u8, count: usize) {
    line.resize(line.len() + count, byte);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut line = Vec::new();
        write(&mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn numbers_are_written_as_the_standard_library_does() {
        for number in [0, 1, 9, 10, 12_345, u64::MAX] {
            assert_eq!(written(|line| push_number(line, number)), number.to_string());
            assert_eq!(
                written(|line| push_hundredths(line, number)),
                format!("{}.{:02}", number / 100, number % 100)
            );
        }
        assert_eq!(written(|line| push_padded(line, 42, 4)), "0042");
        assert_eq!(written(|line| push_padded(line, 12_345, 3)), "345");
    }

    #[test]
    fn hexadecimal_numbers_have_sixteen_digits() {
        for number in [0, 0xfe_dcba_9876, u64::MAX] {
            assert_eq!(written(|line| push_hexadecimal(line, number)), format!("{number:016x}"));
        }
    }

    #[test]
    fn dates_and_times_have_their_shape() {
        assert_eq!(written(|line| push_date(line, 0)), "2021-01-01");
        assert_eq!(written(|line| push_time(line, u64::MAX >> 8)), "T15:15:15");
    }
}
