//! Expressions that are simple enough to match without an automaton.
//!
//! Shapes are one-sided: a text that has the shape matches the expression; for any other text, the expression decides.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::{NEST_LIMIT, to_ascii};

/// The maximum number of parts of a shape, with repetitions of sequences expanded.
const MAX_PARTS: usize = 64;

/// A text as a sequence of parts, from its first byte to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The parts, in order.
    pub parts: Vec<Part>,
}

/// A number of ASCII characters of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Bit `n` is set if the class contains the character with code `n`.
    pub class: u128,
    /// The minimum number of characters.
    pub min: u32,
    /// The maximum number of characters, if limited.
    pub max: Option<u32>,
}

impl Part {
    /// One character.
    fn one(class: u128) -> Self {
        Self { class, min: 1, max: Some(1) }
    }

    /// Any ASCII text.
    fn anything() -> Self {
        Self { class: u128::MAX, min: 0, max: None }
    }

    /// Returns the class as inclusive ranges; an empty class has none.
    pub fn ranges(&self) -> Vec<(u8, u8)> {
        let mut ranges: Vec<(u8, u8)> = Vec::new();
        for code in (0..128_u8).filter(|code| self.class >> code & 1 == 1) {
            match ranges.last_mut() {
                Some((_, end)) if *end + 1 == code => *end = code,
                _ => ranges.push((code, code)),
            }
        }
        ranges
    }
}

impl Shape {
    /// Returns the shape of an expression, if it has one: a sequence of classes and literals, optionally repeated, anchored or
    /// not.
    ///
    /// ```
    /// use trueline_schema::pattern::Shape;
    /// let shape = Shape::of(r"^TX\d{10}$").ok_or("it has a shape")?;
    /// assert_eq!((shape.parts.len(), shape.parts[2].min), (3, 10));
    /// assert_eq!(Shape::of("^(one|two)?$"), None);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn of(pattern: &str) -> Option<Self> {
        let ascii = to_ascii(pattern).ok()?;
        let tree =
            regex_syntax::ParserBuilder::new().nest_limit(NEST_LIMIT + 10).build().parse(&ascii).ok()?;
        let whole = std::slice::from_ref(&tree);
        let items = if let HirKind::Concat(items) = tree.kind() { &items[..] } else { whole };
        let is_look = |item: Option<&Hir>, look| item.is_some_and(|item| *item.kind() == HirKind::Look(look));
        let is_anchored_start = is_look(items.first(), Look::Start);
        let is_anchored_end = is_look(items.last(), Look::End);
        let items = &items[usize::from(is_anchored_start)..];
        let items = &items[..items.len() - usize::from(is_anchored_end && !items.is_empty())];
        let mut parts = Vec::new();
        if !is_anchored_start {
            parts.push(Part::anything());
        }
        for item in items {
            append_parts(item, &mut parts)?;
        }
        if !is_anchored_end {
            parts.push(Part::anything());
        }
        Some(Self { parts })
    }

    /// Returns the shape of texts that start with `text`, if it is ASCII.
    pub fn starting_with(text: &str) -> Option<Self> {
        let mut parts = literal(text.as_bytes())?;
        parts.push(Part::anything());
        Some(Self { parts })
    }
}

/// Appends the parts of an expression; `None` if it is not a sequence of parts.
fn append_parts(tree: &Hir, parts: &mut Vec<Part>) -> Option<()> {
    match tree.kind() {
        HirKind::Empty => {}
        HirKind::Literal(text) => parts.extend(literal(&text.0)?),
        HirKind::Class(class) => parts.push(Part::one(ascii_set(class))),
        HirKind::Capture(group) => append_parts(&group.sub, parts)?,
        HirKind::Concat(items) => items.iter().try_for_each(|item| append_parts(item, parts))?,
        HirKind::Repetition(repetition) => append_repetition(repetition, parts)?,
        HirKind::Look(_) | HirKind::Alternation(_) => return None,
    }
    (parts.len() <= MAX_PARTS).then_some(())
}

/// Appends the parts of a repetition: one part for a repeated class or character, copies for a sequence with a fixed count.
fn append_repetition(repetition: &Repetition, parts: &mut Vec<Part>) -> Option<()> {
    let Repetition { min, max, sub, .. } = repetition;
    let mut inner = Vec::new();
    append_parts(sub, &mut inner)?;
    if let [part] = inner[..]
        && (part.min, part.max) == (1, Some(1))
    {
        parts.push(Part { class: part.class, min: *min, max: *max });
        return Some(());
    }
    if *max != Some(*min) || inner.len() * *min as usize > MAX_PARTS {
        return None;
    }
    for _ in 0..*min {
        parts.extend_from_slice(&inner);
    }
    Some(())
}

/// One part for each byte; `None` if the text is not ASCII.
fn literal(text: &[u8]) -> Option<Vec<Part>> {
    text.iter().map(|byte| byte.is_ascii().then(|| Part::one(1 << byte))).collect()
}

/// The ASCII characters of a class, as a bit set.
fn ascii_set(class: &Class) -> u128 {
    let range = |start: u32, end: u32| (start..=end.min(127)).fold(0, |set, code| set | 1 << code);
    match class {
        Class::Unicode(class) => {
            class.iter().fold(0, |set, part| set | range(u32::from(part.start()), u32::from(part.end())))
        }
        Class::Bytes(class) => {
            class.iter().fold(0, |set, part| set | range(u32::from(part.start()), u32::from(part.end())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::compile;
    use proptest::prelude::*;

    /// Whether a text matches the parts, by backtracking over all counts.
    fn matches_parts(parts: &[Part], text: &[u8]) -> bool {
        let Some((part, rest)) = parts.split_first() else { return text.is_empty() };
        let most = part.max.map_or(text.len(), |max| text.len().min(max as usize));
        let holds = |byte: &u8| byte.is_ascii() && part.class >> byte & 1 == 1;
        (part.min as usize..=most)
            .any(|count| text[..count].iter().all(holds) && matches_parts(rest, &text[count..]))
    }

    #[test]
    fn expressions_with_and_without_a_shape() {
        let digits = |min, max| Part { class: 0x3FF << 48, min, max };
        assert_eq!(Shape::of(r"^\d+$"), Some(Shape { parts: vec![digits(1, None)] }));
        assert_eq!(Shape::of(r"^(\d{4})$"), Some(Shape { parts: vec![digits(4, Some(4))] }));
        assert_eq!(
            Shape::of(r"\d"),
            Some(Shape { parts: vec![Part::anything(), digits(1, Some(1)), Part::anything()] })
        );
        assert_eq!(Shape::of("^").map(|shape| shape.parts), Some(vec![Part::anything()]));
        assert_eq!(Shape::of("").map(|shape| shape.parts.len()), Some(2));
        for pattern in ["^(a|bc)$", r"^a\b", "(?m)^a$", "^ä$", "^(ab)+$", "("] {
            assert_eq!(Shape::of(pattern), None, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn a_text_of_the_shape_matches(
            pattern in r"\^?([a-c]|\[a-bA\]|\\d|\.|\(\?i\)[a-b]|[ab]\{1,2\}|\\w[+*?]|\(ab\)\{2\}|\(a\)){0,5}\$?",
            text in "[a-cA1_\u{e4}\n]{0,7}",
        ) {
            if let (Ok(regex), Some(shape)) = (compile(&pattern), Shape::of(&pattern))
                && matches_parts(&shape.parts, text.as_bytes())
            {
                prop_assert!(regex.is_match(&text), "{pattern} of {text}");
            }
        }
    }
}
