//! Turns the checks of a column into its proof.

use trueline_schema::pattern::Shape as Expression;
use trueline_schema::{CheckKind, DataType, LengthUnit, Literal, Range};
use trueline_tokenizer::{Dialect, Quoting};

use super::cell::NullTexts;
use super::float::Float;
use super::lanes::Choice;
use super::length::Length;
use super::list::{List, Listed};
use super::moment::{Moment, Read};
use super::number::{Number, Within};
use super::shape::Shape;
use super::{Judge, Pass, Rows};
use crate::ColumnPlan;

/// The proof of one column.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    /// All of them must prove a cell.
    judges: Vec<AnyJudge>,
    nulls: NullTexts,
    takes_nulls: bool,
    reads_quoted: bool,
}

/// The registry of proofs: a new one needs a file, a variant and a line in each of two places.
#[derive(Clone, Debug)]
pub(super) enum AnyJudge {
    Number(Number),
    Float(Float),
    Moment(Moment),
    List(List),
    Shape(Shape),
    Length(Length),
}

impl Proof {
    /// Creates the proof of a column if all its checks are supported.
    pub(super) fn new(plan: &ColumnPlan, dialect: &Dialect) -> Option<Self> {
        let field = &plan.field;
        let is_plain = !field.trim
            && field.group_char.is_none()
            && field.decimal_char == '.'
            && field.formats.is_empty();
        if !is_plain {
            return None;
        }
        let asked = Asked::of(&plan.checks)?;
        let judges = match &field.data_type {
            DataType::String | DataType::Any => asked.of_text(dialect.quote)?,
            _ if !asked.texts.is_empty() => return None,
            DataType::Boolean if asked.ranges.is_empty() => {
                let words = field.true_values.iter().chain(&field.false_values).map(String::as_str);
                vec![AnyJudge::List(List::new(words, dialect.quote)?)]
            }
            data_type => vec![AnyJudge::of_type(data_type, &asked.ranges)?],
        };
        Some(Self {
            judges,
            nulls: NullTexts::new(&plan.null_values, dialect.quote)?,
            takes_nulls: !asked.is_required,
            reads_quoted: dialect.quoting == Quoting::Strict && dialect.escape.is_none(),
        })
    }

    /// Closes the rows that are proven; returns how many of them are null. `count` is the number of all rows.
    pub(super) fn prove(&self, lanes: Choice, rows: Rows<'_, '_>, count: usize) -> u64 {
        let mut rows = rows;
        let mut nulls = 0;
        let mut open: Option<Vec<u64>> = None;
        for judge in &self.judges {
            nulls = self.judged(judge, lanes, &mut rows, count);
            if let [_, _, ..] = self.judges[..] {
                let before = open.get_or_insert_with(|| vec![0; rows.open.len()]);
                before.iter_mut().zip(&*rows.open).for_each(|(all, one)| *all |= one);
            }
        }
        if let Some(open) = open {
            rows.open.copy_from_slice(&open);
        }
        nulls
    }

    fn judged(&self, judge: &AnyJudge, lanes: Choice, rows: &mut Rows<'_, '_>, count: usize) -> u64 {
        judge.choose(Passing { proof: self, lanes, rows, count })
    }
}

/// A loop over cells that can be run with any judge.
pub(super) trait Run {
    /// Runs the loop; returns the number of null rows.
    fn run<J: Judge>(self, judge: &J) -> u64;
}

impl AnyJudge {
    /// Returns the judge of a type written as a number or a moment, within ranges.
    pub(super) fn of_type(data_type: &DataType, ranges: &[&Range]) -> Option<Self> {
        if *data_type == DataType::Float64 && ranges.is_empty() {
            return Some(Self::Float(Float));
        }
        let number = Number::new(data_type, ranges).map(Self::Number);
        number.or_else(|| Moment::new(data_type, ranges).map(Self::Moment))
    }

    /// Whether a raw string that it proves also passes after unescaping, which only makes it shorter.
    pub(super) fn allows_escapes(&self) -> bool {
        matches!(self, Self::Length(length) if length.is_least_text())
    }

    /// Chooses the loop: everything that can be known before it is decided here.
    pub(super) fn choose<R: Run>(&self, pass: R) -> u64 {
        match self {
            AnyJudge::Number(number) => match (number.digit(), number.has_point(), number.has_sign()) {
                (Some(digit), ..) => pass.run(&digit),
                (_, false, false) => pass.run(&Within::<false, false>(number)),
                (_, false, true) => pass.run(&Within::<false, true>(number)),
                (_, true, false) => pass.run(&Within::<true, false>(number)),
                (_, true, true) => pass.run(&Within::<true, true>(number)),
            },
            AnyJudge::Float(float) => pass.run(float),
            AnyJudge::Moment(moment) => match moment.parts() {
                (true, false, false) => pass.run(&Read::<true, false, false>(moment)),
                (true, false, true) => pass.run(&Read::<true, false, true>(moment)),
                (true, true, false) => pass.run(&Read::<true, true, false>(moment)),
                (true, true, true) => pass.run(&Read::<true, true, true>(moment)),
                (false, _, false) => pass.run(&Read::<false, true, false>(moment)),
                (false, _, true) => pass.run(&Read::<false, true, true>(moment)),
            },
            AnyJudge::List(list) => {
                if let Some(letters) = list.letters() {
                    pass.run(&letters)
                } else if list.has_long() {
                    pass.run(&Listed::<true>(list))
                } else {
                    pass.run(&Listed::<false>(list))
                }
            }
            AnyJudge::Shape(shape) => {
                if let Some(judge) = shape.alike::<1, true>() {
                    pass.run(&judge)
                } else if let Some(judge) = shape.alike::<2, true>() {
                    pass.run(&judge)
                } else if let Some(judge) = shape.alike::<1, false>() {
                    pass.run(&judge)
                } else if let Some(judge) = shape.alike::<2, false>() {
                    pass.run(&judge)
                } else if let Some(judge) = shape.by_length() {
                    pass.run(&judge)
                } else {
                    pass.run(&shape.any())
                }
            }
            AnyJudge::Length(length) => pass.run(length),
        }
    }
}

/// Everything except the judge.
struct Passing<'a, 'b, 'c> {
    proof: &'a Proof,
    lanes: Choice,
    rows: &'a mut Rows<'b, 'c>,
    count: usize,
}

impl Run for Passing<'_, '_, '_> {
    fn run<J: Judge>(self, judge: &J) -> u64 {
        let Self { proof, lanes, rows, count } = self;
        let Proof { nulls, takes_nulls, reads_quoted, .. } = proof;
        lanes.run(Pass { judge, nulls, takes_nulls: *takes_nulls, reads_quoted: *reads_quoted, rows, count })
    }
}

/// The checks of the values of a column.
#[derive(Default)]
pub(super) struct Asked<'a> {
    pub(super) is_required: bool,
    pub(super) ranges: Vec<&'a Range>,
    pub(super) texts: Vec<Text<'a>>,
}

/// Checks that only apply to text or lists.
pub(super) enum Text<'a> {
    Length(Option<u64>, Option<u64>, LengthUnit),
    Pattern(&'a str),
    StartsWith(&'a str),
    OneOf(&'a [Literal]),
}

impl<'a> Asked<'a> {
    /// Returns `None` if a check is not supported by any proof.
    pub(super) fn of(checks: &'a [CheckKind]) -> Option<Self> {
        let mut asked = Self::default();
        for check in checks {
            match check {
                CheckKind::Required => asked.is_required = true,
                CheckKind::Range(range) => asked.ranges.push(range),
                CheckKind::Length { min, max, unit } => asked.texts.push(Text::Length(*min, *max, *unit)),
                CheckKind::Pattern { pattern, negate: false } => asked.texts.push(Text::Pattern(pattern)),
                CheckKind::StartsWith(text) => asked.texts.push(Text::StartsWith(text)),
                CheckKind::Enum(values) => asked.texts.push(Text::OneOf(values)),
                CheckKind::Const(value) => asked.texts.push(Text::OneOf(std::slice::from_ref(value))),
                // The proof of a type covers the type check; a plain number is finite; keys and counts are not checks of
                // single cells.
                CheckKind::Type
                | CheckKind::Finite { .. }
                | CheckKind::Unique { .. }
                | CheckKind::PrimaryKey
                | CheckKind::DistinctCount(_)
                | CheckKind::Completeness { .. } => {}
                _ => return None,
            }
        }
        Some(asked)
    }

    pub(super) fn of_text(&self, quote: Option<u8>) -> Option<Vec<AnyJudge>> {
        if !self.ranges.is_empty() {
            return None;
        }
        let judge = |text: &Text<'_>| {
            Some(match text {
                Text::Length(min, max, unit) => AnyJudge::Length(Length::new(*min, *max, *unit)),
                Text::Pattern(pattern) => AnyJudge::Shape(Shape::new(&Expression::of(pattern)?, quote)?),
                Text::StartsWith(text) => {
                    AnyJudge::Shape(Shape::new(&Expression::starting_with(text)?, quote)?)
                }
                Text::OneOf(values) => {
                    let texts: Option<Vec<&str>> = values.iter().map(text_of).collect();
                    AnyJudge::List(List::new(texts?, quote)?)
                }
            })
        };
        if self.texts.is_empty() {
            return Some(vec![AnyJudge::Length(Length::new(None, None, LengthUnit::Byte))]);
        }
        self.texts.iter().map(judge).collect()
    }
}

fn text_of(literal: &Literal) -> Option<&str> {
    match literal {
        Literal::Text(text) => Some(text),
        _ => None,
    }
}
