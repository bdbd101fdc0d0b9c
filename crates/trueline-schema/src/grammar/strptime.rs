//! Dates and times parsed with a strptime pattern, like Python's `datetime.strptime`.
//!
//! A pattern is a list of items. Most items match in one way only; a number directive may match one or two digits, so
//! `%H%M` on `123` needs backtracking. The alternatives of an item are tried in Python's order, the first
//! match of the whole pattern is *the* match, and only then are its values validated. If you change this, keep it bounded:
//! each directive may occur only once and has at most eight alternatives, and literals never branch.
//!
//! The differences from Python are all stricter: digits are ASCII, `%j` must exist in its year, an offset has no
//! fraction, and it is an error to use two directives for the same part (`%m` and `%b`) or directives that depend on the locale
//! (`%c %x %X`) or on weeks (`%U %W %G %V %u %w`).

use super::temporal::{days_from_civil, is_leap_year};

/// English month names; their first three letters are the short names.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// English names of the days of the week; their first three letters are the short names.
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Nanoseconds of one second.
const SECOND: i64 = 1_000_000_000;

/// The result of a [`Strptime`] pattern: the parts that its directives name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moment {
    /// Days since 1970-01-01 if the pattern names a part of a date. Unnamed parts default to 1900, January and 1.
    pub date: Option<i32>,
    /// Nanoseconds since midnight if the pattern names a part of a time. Unnamed parts default to 0.
    pub time: Option<i64>,
    /// Seconds east of UTC if the pattern has `%z` or `%Z`.
    pub offset_seconds: Option<i32>,
}

/// A compiled strptime pattern.
///
/// Directives: `%Y %y %m %d %j %b %B %a %A %H %I %p %M %S %f %z %Z %%`. White space in the pattern matches one or more
/// white space characters; other characters match themselves in either case; the whole text must match. Weekday names
/// are parsed but not compared with the date; `%I` without `%p` means before noon; `%z` takes precedence over
/// `%Z`; second 60 is not accepted.
///
/// # Example
/// ```
/// use trueline_schema::grammar::{Strptime, parse_date, parse_time};
/// let pattern = Strptime::compile("%d.%m.%Y %H:%M")?;
/// let moment = pattern.parse("3.04.2021 17:05").ok_or("no match")?;
/// assert_eq!(moment.date, parse_date("2021-04-03"));
/// assert_eq!(moment.time, parse_time("17:05:00"));
/// assert_eq!(pattern.parse("31.02.2021 00:00"), None);
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strptime {
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    /// These characters, ignoring case.
    Literal(String),
    /// One or more white space characters.
    Space,
    /// `%` and this letter.
    Directive(char),
}

/// The values matched by the directives. Each directive occurs once, so after backtracking the last stored value is that of the
/// match.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    day_of_year: Option<u32>,
    hour: Option<u32>,
    hour_12: Option<u32>,
    is_pm: Option<bool>,
    minute: Option<u32>,
    second: Option<u32>,
    nanos: Option<u32>,
    offset: Option<Offset>,
    /// Whether `%Z` matched, which accepts only names of UTC.
    is_utc: bool,
}

#[derive(Debug, Clone, Copy)]
enum Offset {
    Seconds(i32),
    /// The text matches the directive, but is not a valid offset.
    Invalid,
}

impl Strptime {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// A message about a directive that is unknown, unsupported or used twice, two directives for the same part, or a `%` at the
    /// end.
    pub fn compile(pattern: &str) -> Result<Self, String> {
        let mut items: Vec<Item> = Vec::new();
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            let literal = if character == '%' {
                match characters.next() {
                    None => return Err("a `%` stands at the end of the pattern".to_owned()),
                    Some('%') => '%',
                    Some(letter) => {
                        items.push(directive(letter, &items)?);
                        continue;
                    }
                }
            } else {
                character
            };
            match items.last_mut() {
                Some(Item::Space) if literal.is_whitespace() => {}
                _ if literal.is_whitespace() => items.push(Item::Space),
                Some(Item::Literal(text)) => text.push(literal),
                _ => items.push(Item::Literal(literal.to_string())),
            }
        }
        Ok(Self { items })
    }

    /// Parses a text; `None` if it does not match the pattern or names a moment that does not exist.
    pub fn parse(&self, text: &str) -> Option<Moment> {
        let mut parts = Parts::default();
        let end = match_items(&self.items, text, 0, &mut parts)?;
        if end == text.len() { parts.moment(self) } else { None }
    }

    /// Returns whether the pattern names a part of a date (weekday names do not count).
    pub fn has_date(&self) -> bool {
        self.has("YymdjbB")
    }

    /// Returns whether the pattern names a part of a time.
    pub fn has_time(&self) -> bool {
        self.has("HIMSf")
    }

    /// Returns whether the pattern names an offset.
    pub fn has_offset(&self) -> bool {
        self.has("zZ")
    }

    fn has(&self, letters: &str) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Directive(letter) if letters.contains(*letter)))
    }
}

/// Checks that a directive is supported and that none of the items before it names the same part.
fn directive(letter: char, before: &[Item]) -> Result<Item, String> {
    let item = Item::Directive(letter);
    if before.contains(&item) {
        return Err(format!("the directive `%{letter}` stands twice"));
    }
    for same in ["Yy", "mbB", "HI", "jd", "jm", "jb", "jB"].iter().filter(|same| same.contains(letter)) {
        if let Some(other) = same.chars().find(|other| before.contains(&Item::Directive(*other))) {
            return Err(format!("the directives `%{other}` and `%{letter}` name the same part"));
        }
    }
    match letter {
        'Y' | 'y' | 'm' | 'd' | 'j' | 'b' | 'B' | 'a' | 'A' | 'H' | 'I' | 'p' | 'M' | 'S' | 'f' | 'z'
        | 'Z' => Ok(item),
        'c' | 'x' | 'X' => {
            Err(format!("the directive `%{letter}` depends on the locale and is not supported"))
        }
        'U' | 'W' | 'G' | 'V' | 'u' | 'w' => Err(format!("the week directive `%{letter}` is not supported")),
        _ => Err(format!("`%{letter}` is no strptime directive")),
    }
}

/// Matches the items from byte `at` on. Returns the end of the first match in the order of the alternatives.
fn match_items(items: &[Item], text: &str, mut at: usize, parts: &mut Parts) -> Option<usize> {
    for (index, item) in items.iter().enumerate() {
        let rest = &text[at..];
        let alternatives = match item {
            Item::Literal(literal) => Alternatives::one(literal_length(literal, rest)?),
            Item::Space => space_lengths(rest, items.get(index + 1))?,
            Item::Directive(letter) => directive_lengths(*letter, rest)?,
        };
        let (last, others) = alternatives.lengths[..alternatives.count].split_last()?;
        for length in others {
            store(item, &rest[..*length], parts);
            let end = match_items(&items[index + 1..], text, at + length, parts);
            if end.is_some() {
                return end;
            }
        }
        store(item, &rest[..*last], parts);
        at += last;
    }
    Some(at)
}

/// The lengths in bytes at which an item can match, in the order in which they are tried.
#[derive(Debug, Clone, Copy, Default)]
struct Alternatives {
    lengths: [usize; 8],
    count: usize,
}

impl Alternatives {
    fn one(length: usize) -> Self {
        let mut alternatives = Self::default();
        alternatives.push(length);
        alternatives
    }

    fn push(&mut self, length: usize) {
        self.lengths[self.count] = length;
        self.count += 1;
    }

    fn nonempty(self) -> Option<Self> {
        (self.count > 0).then_some(self)
    }
}

/// The length of the start of a text that equals the literal, ignoring case.
fn literal_length(literal: &str, text: &str) -> Option<usize> {
    let mut rest = text.chars();
    for expected in literal.chars() {
        let found = rest.next()?;
        if found != expected && !found.to_lowercase().eq(expected.to_lowercase()) {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

/// All white space. If a `%d` follows, which may itself match a leading space, also all white space except its last character.
fn space_lengths(text: &str, next: Option<&Item>) -> Option<Alternatives> {
    let run = text.len() - text.trim_start().len();
    let mut alternatives = if run > 0 { Alternatives::one(run) } else { return None };
    if next == Some(&Item::Directive('d')) && run > 1 && text[..run].ends_with(' ') {
        alternatives.push(run - 1);
    }
    Some(alternatives)
}

/// The lengths at which a directive can match the start of a text.
fn directive_lengths(letter: char, text: &str) -> Option<Alternatives> {
    let digits = text.bytes().take(6).take_while(u8::is_ascii_digit).count();
    let within = |width: usize, range: std::ops::RangeInclusive<u32>| {
        digits >= width && text[..width].parse().is_ok_and(|value| range.contains(&value))
    };
    let mut alternatives = Alternatives::default();
    let mut numbers = |widths: &[(usize, u32, u32)]| {
        for &(width, low, high) in widths {
            if within(width, low..=high) {
                alternatives.push(width);
            }
        }
    };
    match letter {
        'Y' => numbers(&[(4, 0, 9999)]),
        'y' => numbers(&[(2, 0, 99)]),
        'm' | 'I' => numbers(&[(2, 1, 12), (1, 1, 9)]),
        'j' => numbers(&[(3, 1, 366), (2, 1, 99), (1, 1, 9)]),
        'H' => numbers(&[(2, 0, 23), (1, 0, 9)]),
        'M' => numbers(&[(2, 0, 59), (1, 0, 9)]),
        'S' => numbers(&[(2, 0, 61), (1, 0, 9)]),
        'f' => (1..=digits).rev().for_each(|width| alternatives.push(width)),
        'd' => {
            numbers(&[(2, 1, 31), (1, 1, 9)]);
            if matches!(text.as_bytes(), [b' ', b'1'..=b'9', ..]) {
                alternatives.push(2);
            }
        }
        'z' => return offset_lengths(text).nonempty(),
        _ => {
            return names(letter)
                .position(|name| starts_with(text, name))
                .map(|at| Alternatives::one(names(letter).nth(at).map_or(0, str::len)));
        }
    }
    alternatives.nonempty()
}

/// The names that a directive accepts.
fn names(letter: char) -> impl Iterator<Item = &'static str> {
    let (names, width): (&[&str], usize) = match letter {
        'B' => (&MONTHS, usize::MAX),
        'b' => (&MONTHS, 3),
        'A' => (&WEEKDAYS, usize::MAX),
        'a' => (&WEEKDAYS, 3),
        'p' => (&["am", "pm"], usize::MAX),
        _ => (&["utc", "gmt", "z"], usize::MAX),
    };
    names.iter().map(move |name| &name[..width.min(name.len())])
}

fn starts_with(text: &str, name: &str) -> bool {
    text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// `[+-]\d\d:?[0-5]\d(:?[0-5]\d(\.\d{1,6})?)?` or `Z`, longest first.
fn offset_lengths(text: &str) -> Alternatives {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let sixtieths = |at: usize| matches!(bytes.get(at), Some(b'0'..=b'5')) && digit(at + 1);
    let after_colon = |at: usize| at + usize::from(bytes.get(at) == Some(&b':'));
    let mut alternatives = Alternatives::default();
    let minutes = after_colon(3);
    if matches!(bytes.first(), Some(b'+' | b'-')) && digit(1) && digit(2) && sixtieths(minutes) {
        let seconds = after_colon(minutes + 2);
        if sixtieths(seconds) {
            if bytes.get(seconds + 2) == Some(&b'.') {
                let fraction = (0..6).take_while(|at| digit(seconds + 3 + at)).count();
                (1..=fraction).rev().for_each(|width| alternatives.push(seconds + 3 + width));
            }
            alternatives.push(seconds + 2);
        }
        alternatives.push(minutes + 2);
    } else if bytes.first() == Some(&b'Z') {
        alternatives.push(1);
    }
    alternatives
}

/// Stores the value that an item matched.
fn store(item: &Item, text: &str, parts: &mut Parts) {
    let Item::Directive(letter) = item else { return };
    let value: Option<u32> = text.trim_start().parse().ok();
    let position = || names(*letter).position(|name| name.eq_ignore_ascii_case(text));
    match letter {
        'Y' => parts.year = value,
        'y' => parts.year = value.map(|year| if year <= 68 { 2000 + year } else { 1900 + year }),
        'm' => parts.month = value,
        'b' | 'B' => parts.month = position().and_then(|at| u32::try_from(at + 1).ok()),
        'd' => parts.day = value,
        'j' => parts.day_of_year = value,
        'H' => parts.hour = value,
        'I' => parts.hour_12 = value,
        'p' => parts.is_pm = position().map(|at| at == 1),
        'M' => parts.minute = value,
        'S' => parts.second = value,
        'f' => parts.nanos = format!("{text:0<9}").parse().ok(),
        'z' => parts.offset = Some(offset(text).map_or(Offset::Invalid, Offset::Seconds)),
        'Z' => parts.is_utc = true,
        _ => {}
    }
}

/// The seconds of a `%z` match. Colons must be between all its parts or between none, and it must be less than a day.
fn offset(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let colons = text.bytes().filter(|byte| *byte == b':').count();
    let digits: String = text[1..].chars().filter(|character| *character != ':').collect();
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
    let is_consistent = colons == 0 || colons == digits.len() / 2 - 1;
    let seconds = part(0)? * 3600 + part(2)? * 60 + part(4)?;
    let is_valid = is_consistent && seconds < 86_400 && !text.contains('.');
    is_valid.then_some(if text.starts_with('-') { -seconds } else { seconds })
}

impl Parts {
    fn moment(self, pattern: &Strptime) -> Option<Moment> {
        let offset_seconds = match self.offset {
            None => self.is_utc.then_some(0),
            Some(Offset::Seconds(seconds)) => Some(seconds),
            Some(Offset::Invalid) => return None,
        };
        Some(Moment {
            date: if pattern.has_date() { Some(self.date()?) } else { None },
            time: if pattern.has_time() { Some(self.time()?) } else { None },
            offset_seconds,
        })
    }

    fn date(self) -> Option<i32> {
        let year = self.year.unwrap_or(1900);
        if year == 0 {
            return None;
        }
        match self.day_of_year {
            Some(366) if !is_leap_year(year) => None,
            Some(day) => Some(days_from_civil(year, 1, 1)? + i32::try_from(day).ok()? - 1),
            None => days_from_civil(year, self.month.unwrap_or(1), self.day.unwrap_or(1)),
        }
    }

    fn time(self) -> Option<i64> {
        let pm_hours = if self.is_pm == Some(true) { 12 } else { 0 };
        let hour = self.hour.or(self.hour_12.map(|hour| hour % 12 + pm_hours)).unwrap_or(0);
        let second = self.second.unwrap_or(0);
        let seconds = hour * 3600 + self.minute.unwrap_or(0) * 60 + second;
        (second < 60).then_some(i64::from(seconds) * SECOND + i64::from(self.nanos.unwrap_or(0)))
    }
}
