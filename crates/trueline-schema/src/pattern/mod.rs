//! The regular expressions of schemas.
//!
//! The syntax is that of the `regex` crate, and matching takes linear time in the length of the text. In addition:
//!
//! - `\d`, `\w`, `\s`, their negations, `\b` and related assertions are ASCII, even with `(?i)`, unless `(?u)` is set in that
//!   place;
//! - everything else, such as `.`, classes like `[^a]` or `\p{Greek}`, and counts, works on Unicode scalar values;
//! - `$` matches only at the end of the text, unless `(?m)` is set;
//! - an expression may match anywhere unless it is anchored;
//! - an expression of more than [`MAX_BYTES`], or of more than [`MAX_COMPILED_BYTES`] once compiled, is an error.
//!
//! Implementation: the expression is parsed, the ASCII classes and boundaries are located together with the flags in effect
//! there, and their text is replaced by an ASCII form before the whole is compiled. If you change this, mind case folding:
//! `(?i)[a-z]` contains U+017F and U+212A, so an ASCII `\w` must be outside of it.

mod shape;

pub use shape::{Part, Shape};

use std::fmt::{self, Write as _};

use regex_automata::meta::{BuildError, Regex};
use regex_automata::util::syntax;
use regex_syntax::ast::{
    self, Assertion, AssertionKind, Ast, ClassBracketed, ClassPerl, ClassPerlKind, ClassSet,
    ClassSetBinaryOpKind, ClassSetItem, Flag, Flags, GroupKind,
};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// The maximum size of an expression in bytes: 4 KiB.
pub const MAX_BYTES: usize = 4 << 10;
/// The maximum size of a compiled expression in bytes: 1 MiB for its automaton.
pub const MAX_COMPILED_BYTES: usize = 1 << 20;

/// The cache capacity of a lazy DFA in each thread; a full cache is cleared.
const CACHE_BYTES: usize = 256 << 10;
/// The maximum cost of building all classes of an expression, in characters. Case folding visits every character of a class.
const MAX_CLASS_COST: u64 = 4_000_000;
/// The cost of a Unicode class, a measured value.
const UNICODE_CLASS_COST: u64 = 20_000;
/// The maximum nesting depth of groups and classes.
const NEST_LIMIT: u32 = 100;

/// Compiles an expression.
///
/// # Cost
/// Bounded by the two size limits and by a limit on the work for large classes: at most a tenth of a second.
///
/// # Example
/// ```
/// use trueline_schema::pattern::compile;
/// let account = compile(r"^AC\d{6}$")?;
/// assert!(account.is_match("AC000123"));
/// assert!(!account.is_match("AC000123\n") && !account.is_match("AC٠٠٠١٢٣"));
/// # Ok::<(), trueline_schema::PatternError>(())
/// ```
pub fn compile(pattern: &str) -> Result<Regex, PatternError> {
    if pattern.len() > MAX_BYTES {
        return Err(PatternError::new(format!("it has more than {MAX_BYTES} bytes"), None));
    }
    let ascii = to_ascii(pattern)?;
    let config = Regex::config()
        .nfa_size_limit(Some(MAX_COMPILED_BYTES))
        .onepass_size_limit(Some(MAX_COMPILED_BYTES))
        .hybrid_cache_capacity(CACHE_BYTES);
    Regex::builder()
        .configure(config)
        .syntax(syntax::Config::new().nest_limit(NEST_LIMIT + 10))
        .build(&ascii)
        .map_err(|error| PatternError::from_build(&error, pattern))
}

/// An expression could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// The error message.
    pub message: String,
    /// The byte offset of the error in the expression.
    pub offset: Option<usize>,
}

impl PatternError {
    fn new(message: String, offset: Option<usize>) -> Self {
        Self { message, offset }
    }

    fn from_ast(error: &ast::Error) -> Self {
        Self::new(error.kind().to_string(), Some(error.span().start.offset))
    }

    /// Offsets of errors in the rewritten expression do not apply to the original one. Therefore the original is parsed again: a
    /// semantic error, such as an unknown property, occurs there too.
    fn from_build(error: &BuildError, pattern: &str) -> Self {
        if error.size_limit().is_some() {
            return Self::new("it is too large once compiled".to_owned(), None);
        }
        match parser(false).parse(pattern) {
            Err(regex_syntax::Error::Translate(error)) => {
                Self::new(error.kind().to_string(), Some(error.span().start.offset))
            }
            _ => match error.syntax_error() {
                Some(regex_syntax::Error::Parse(error)) => Self::new(error.kind().to_string(), None),
                Some(regex_syntax::Error::Translate(error)) => Self::new(error.kind().to_string(), None),
                _ => Self::new("it is too large".to_owned(), None),
            },
        }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PatternError {}

fn parser(case_insensitive: bool) -> regex_syntax::Parser {
    regex_syntax::ParserBuilder::new().nest_limit(NEST_LIMIT).case_insensitive(case_insensitive).build()
}

/// The expression with every Perl class and word boundary in its ASCII form, except where `(?u)` or `(?-u)` is in effect.
fn to_ascii(pattern: &str) -> Result<String, PatternError> {
    let tree = ast::parse::ParserBuilder::new()
        .nest_limit(NEST_LIMIT)
        .build()
        .parse(pattern)
        .map_err(|error| PatternError::from_ast(&error))?;
    let rewriter = Rewriter {
        pattern,
        flags: ActiveFlags::default(),
        flag_stack: Vec::new(),
        edits: Vec::new(),
        class_cost: 0,
    };
    let edits = ast::visit(&tree, rewriter)?;
    let mut out = String::with_capacity(pattern.len());
    let mut end = 0;
    for edit in edits {
        out.push_str(&pattern[end..edit.start]);
        out.push_str(&edit.text);
        end = edit.end;
    }
    out.push_str(&pattern[end..]);
    Ok(out)
}

/// The flags in effect at the current position of the visitor, as far as the rewriting depends on them.
#[derive(Clone, Copy, Default)]
struct ActiveFlags {
    /// True under `(?u)`, false under `(?-u)`, `None` if neither is set.
    unicode: Option<bool>,
    case_insensitive: bool,
}

impl ActiveFlags {
    fn apply(&mut self, flags: &Flags) {
        self.unicode = flags.flag_state(Flag::Unicode).or(self.unicode);
        self.case_insensitive = flags.flag_state(Flag::CaseInsensitive).unwrap_or(self.case_insensitive);
    }
}

/// A replacement of the bytes `start..end` of the expression.
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

/// Visits the expression from left to right, tracks the flags in effect, and collects the edits.
struct Rewriter<'p> {
    pattern: &'p str,
    flags: ActiveFlags,
    /// The flags of the enclosing groups.
    flag_stack: Vec<ActiveFlags>,
    edits: Vec<Edit>,
    class_cost: u64,
}

impl ast::Visitor for Rewriter<'_> {
    type Output = Vec<Edit>;
    type Err = PatternError;

    fn finish(self) -> Result<Vec<Edit>, PatternError> {
        Ok(self.edits)
    }

    fn visit_pre(&mut self, tree: &Ast) -> Result<(), PatternError> {
        match tree {
            Ast::Group(group) => {
                self.flag_stack.push(self.flags);
                if let GroupKind::NonCapturing(flags) = &group.kind {
                    self.flags.apply(flags);
                }
            }
            Ast::Flags(set) => self.flags.apply(&set.flags),
            Ast::ClassPerl(class) => {
                if self.flags.unicode.is_none() {
                    let text = perl_text(class);
                    let is_folded = self.flags.case_insensitive && class.kind == ClassPerlKind::Word;
                    self.replace(
                        &class.span,
                        if is_folded { format!("(?-i:{text})") } else { text.to_owned() },
                    );
                } else {
                    self.add_class_cost(&class.span, UNICODE_CLASS_COST)?;
                }
            }
            Ast::ClassUnicode(class) => self.add_class_cost(&class.span, UNICODE_CLASS_COST)?,
            Ast::Assertion(assertion) => self.assertion(assertion),
            Ast::ClassBracketed(class) => self.bracketed(class)?,
            _ => {}
        }
        Ok(())
    }

    fn visit_post(&mut self, tree: &Ast) -> Result<(), PatternError> {
        if matches!(tree, Ast::Group(_)) {
            self.flags = self.flag_stack.pop().unwrap_or_default();
        }
        Ok(())
    }
}

impl Rewriter<'_> {
    fn replace(&mut self, span: &ast::Span, text: String) {
        self.edits.push(Edit { start: span.start.offset, end: span.end.offset, text });
    }

    fn slice(&self, span: &ast::Span) -> &str {
        &self.pattern[span.start.offset..span.end.offset]
    }

    /// Adds the cost of a class with this number of characters. Case folding multiplies it.
    fn add_class_cost(&mut self, span: &ast::Span, characters: u64) -> Result<(), PatternError> {
        self.class_cost += if self.flags.case_insensitive { 3 * characters } else { characters };
        if self.class_cost > MAX_CLASS_COST {
            return Err(PatternError::new(
                "it has too many large classes".to_owned(),
                Some(span.start.offset),
            ));
        }
        Ok(())
    }

    fn assertion(&mut self, assertion: &Assertion) {
        let is_boundary = !matches!(
            assertion.kind,
            AssertionKind::StartLine
                | AssertionKind::EndLine
                | AssertionKind::StartText
                | AssertionKind::EndText
        );
        if is_boundary && self.flags.unicode.is_none() {
            let text = format!("(?-u:{})", self.slice(&assertion.span));
            self.replace(&assertion.span, text);
        }
    }

    /// Rewrites a class in brackets. Without case folding, replacing its Perl classes is enough. With case folding, the whole
    /// class is replaced by its resolved members, because Perl classes must not be folded.
    fn bracketed(&mut self, class: &ClassBracketed) -> Result<(), PatternError> {
        let mut items = Vec::new();
        collect_leaf_items(&class.kind, &mut items);
        let mut perl = Vec::new();
        for item in items {
            match item {
                ClassSetItem::Perl(class) if self.flags.unicode.is_none() => perl.push(class),
                ClassSetItem::Perl(_) | ClassSetItem::Unicode(_) => {
                    self.add_class_cost(item.span(), UNICODE_CLASS_COST)?;
                }
                ClassSetItem::Range(range) if self.flags.case_insensitive => {
                    let length = u64::from(u32::from(range.end.c) - u32::from(range.start.c));
                    self.add_class_cost(item.span(), length / 3)?;
                }
                _ => {}
            }
        }
        if perl.is_empty() {
            return Ok(());
        }
        if self.flags.case_insensitive {
            let members = self.members(class)?;
            let text = format!("(?-ix:{})", class_text(&members));
            self.replace(&class.span, text);
        } else {
            for class in perl {
                self.replace(&class.span, perl_text(class).to_owned());
            }
        }
        Ok(())
    }

    /// The members of a class under `(?i)`. All items except Perl classes are folded, each operand separately as in
    /// `regex-syntax`.
    fn members(&self, class: &ClassBracketed) -> Result<ClassUnicode, PatternError> {
        let mut members = self.set_members(&class.kind)?;
        if class.negated {
            members.negate();
        }
        Ok(members)
    }

    fn set_members(&self, set: &ClassSet) -> Result<ClassUnicode, PatternError> {
        match set {
            ClassSet::Item(item) => self.item_members(item),
            ClassSet::BinaryOp(operation) => {
                let mut members = self.set_members(&operation.lhs)?;
                let other = self.set_members(&operation.rhs)?;
                match operation.kind {
                    ClassSetBinaryOpKind::Intersection => members.intersect(&other),
                    ClassSetBinaryOpKind::Difference => members.difference(&other),
                    ClassSetBinaryOpKind::SymmetricDifference => members.symmetric_difference(&other),
                }
                Ok(members)
            }
        }
    }

    fn item_members(&self, item: &ClassSetItem) -> Result<ClassUnicode, PatternError> {
        match item {
            ClassSetItem::Empty(_) => Ok(ClassUnicode::empty()),
            ClassSetItem::Perl(class) => parse_class(perl_text(class), false),
            ClassSetItem::Bracketed(class) => self.members(class),
            ClassSetItem::Union(union) => {
                let mut members = ClassUnicode::empty();
                for item in &union.items {
                    members.union(&self.item_members(item)?);
                }
                Ok(members)
            }
            ClassSetItem::Literal(literal) => Ok(case_folded(literal.c, literal.c)),
            ClassSetItem::Range(range) => Ok(case_folded(range.start.c, range.end.c)),
            ClassSetItem::Ascii(class) => parse_class(&format!("[{}]", self.slice(&class.span)), true),
            ClassSetItem::Unicode(class) => parse_class(self.slice(&class.span), true)
                .map_err(|error| PatternError { offset: Some(class.span.start.offset), ..error }),
        }
    }
}

/// The characters of a range and their case variants.
fn case_folded(start: char, end: char) -> ClassUnicode {
    let mut members = ClassUnicode::new([ClassUnicodeRange::new(start, end)]);
    members.case_fold_simple();
    members
}

/// The members of a class that is given as text.
fn parse_class(text: &str, case_insensitive: bool) -> Result<ClassUnicode, PatternError> {
    let tree = parser(case_insensitive).parse(text);
    let tree = tree.map_err(|error| match error {
        regex_syntax::Error::Translate(error) => PatternError::new(error.kind().to_string(), None),
        _ => PatternError::new("it has a class that cannot be understood".to_owned(), None),
    })?;
    let mut members = ClassUnicode::empty();
    match tree.kind() {
        HirKind::Class(Class::Unicode(class)) => members = class.clone(),
        // `regex-syntax` simplifies a class of one character to a literal.
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).unwrap_or_default();
            text.chars().for_each(|character| members.push(ClassUnicodeRange::new(character, character)));
        }
        _ => {}
    }
    Ok(members)
}

/// Collects the items of a class that do not contain other items.
fn collect_leaf_items<'t>(set: &'t ClassSet, found: &mut Vec<&'t ClassSetItem>) {
    match set {
        ClassSet::Item(item) => collect_leaf_items_of(item, found),
        ClassSet::BinaryOp(operation) => {
            collect_leaf_items(&operation.lhs, found);
            collect_leaf_items(&operation.rhs, found);
        }
    }
}

fn collect_leaf_items_of<'t>(item: &'t ClassSetItem, found: &mut Vec<&'t ClassSetItem>) {
    match item {
        ClassSetItem::Bracketed(class) => collect_leaf_items(&class.kind, found),
        ClassSetItem::Union(union) => union.items.iter().for_each(|item| collect_leaf_items_of(item, found)),
        _ => found.push(item),
    }
}

/// The ASCII form of a Perl class. It is valid on its own, within brackets and under `(?x)`.
fn perl_text(class: &ClassPerl) -> &'static str {
    match (&class.kind, class.negated) {
        (ClassPerlKind::Digit, false) => "[0-9]",
        (ClassPerlKind::Digit, true) => "[^0-9]",
        (ClassPerlKind::Word, false) => "[0-9A-Za-z_]",
        (ClassPerlKind::Word, true) => "[^0-9A-Za-z_]",
        (ClassPerlKind::Space, false) => r"[\t\n\x0B\x0C\r\x20]",
        (ClassPerlKind::Space, true) => r"[^\t\n\x0B\x0C\r\x20]",
    }
}

/// A class as text. The text of an empty class matches nothing.
fn class_text(members: &ClassUnicode) -> String {
    if members.ranges().is_empty() {
        return r"[a&&b]".to_owned();
    }
    let mut text = "[".to_owned();
    for range in members.ranges() {
        let (start, end) = (u32::from(range.start()), u32::from(range.end()));
        let _infallible = write!(text, "\\x{{{start:X}}}-\\x{{{end:X}}}");
    }
    text.push(']');
    text
}

#[cfg(test)]
mod tests;
