//! Turns the checks of a column into its proof.

use trueline_schema::pattern::Shape as Expression;
use trueline_schema::{CheckKind, DataType, LengthUnit, Literal, Range};
use trueline_tokenizer::{Dialect, Quoting};

use super::cell::NullTexts;
use super::float::Float;
use super::lanes::SimdLevel;
use super::length::Length;
use super::list::{List, ListPredicate};
use super::moment::{Moment, MomentPredicate};
use super::number::{Number, NumberPredicate};
use super::shape::Shape;
use super::{Predicate, PredicateLoop, TileRows};
use crate::ColumnPlan;

/// The proof of one column.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    /// A cell is proven if all of them accept it.
    predicates: Vec<AnyPredicate>,
    nulls: NullTexts,
    nulls_pass: bool,
    reads_quoted: bool,
}

/// The registry of proofs: a new one needs a file, a variant and a line in each of two places.
#[derive(Clone, Debug)]
pub(super) enum AnyPredicate {
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
        let supported = SupportedChecks::of(&plan.checks)?;
        let predicates = match &field.data_type {
            DataType::String | DataType::Any => supported.text_predicates(dialect.quote)?,
            _ if !supported.texts.is_empty() => return None,
            DataType::Boolean if supported.ranges.is_empty() => {
                let words = field.true_values.iter().chain(&field.false_values).map(String::as_str);
                vec![AnyPredicate::List(List::new(words, dialect.quote)?)]
            }
            data_type => vec![AnyPredicate::of_type(data_type, &supported.ranges)?],
        };
        Some(Self {
            predicates,
            nulls: NullTexts::new(&plan.null_values, dialect.quote)?,
            nulls_pass: !supported.is_required,
            reads_quoted: dialect.quoting == Quoting::Strict && dialect.escape.is_none(),
        })
    }

    /// Clears the bits of the rows that are proven; returns how many of them are null. `count` is the number of all rows.
    pub(super) fn prove(&self, lanes: SimdLevel, rows: TileRows<'_, '_>, count: usize) -> u64 {
        let mut rows = rows;
        let mut nulls = 0;
        let mut open: Option<Vec<u64>> = None;
        for predicate in &self.predicates {
            nulls = self.run_predicate(predicate, lanes, &mut rows, count);
            if let [_, _, ..] = self.predicates[..] {
                let before = open.get_or_insert_with(|| vec![0; rows.open.len()]);
                before.iter_mut().zip(&*rows.open).for_each(|(all, one)| *all |= one);
            }
        }
        if let Some(open) = open {
            rows.open.copy_from_slice(&open);
        }
        nulls
    }

    fn run_predicate(
        &self,
        predicate: &AnyPredicate,
        lanes: SimdLevel,
        rows: &mut TileRows<'_, '_>,
        count: usize,
    ) -> u64 {
        predicate.dispatch(LoopArgs { proof: self, lanes, rows, count })
    }
}

/// A loop over cells, generic over the predicate, so that it is compiled for each.
pub(super) trait PredicateRunner {
    /// Runs the loop; returns the number of null rows.
    fn run<P: Predicate>(self, predicate: &P) -> u64;
}

impl AnyPredicate {
    /// Returns the predicate of a type written as a number or a moment, within ranges.
    pub(super) fn of_type(data_type: &DataType, ranges: &[&Range]) -> Option<Self> {
        if *data_type == DataType::Float64 && ranges.is_empty() {
            return Some(Self::Float(Float));
        }
        let number = Number::new(data_type, ranges).map(Self::Number);
        number.or_else(|| Moment::new(data_type, ranges).map(Self::Moment))
    }

    /// Whether a raw string that it accepts also passes after unescaping, which only makes it shorter.
    pub(super) fn allows_escapes(&self) -> bool {
        matches!(self, Self::Length(length) if length.has_trivial_minimum())
    }

    /// Runs the loop with the predicate specialized for its parameters, so that the loop itself has no branches on them.
    pub(super) fn dispatch<R: PredicateRunner>(&self, runner: R) -> u64 {
        match self {
            AnyPredicate::Number(number) => match (number.digit(), number.has_point(), number.has_sign()) {
                (Some(digit), ..) => runner.run(&digit),
                (_, false, false) => runner.run(&NumberPredicate::<false, false>(number)),
                (_, false, true) => runner.run(&NumberPredicate::<false, true>(number)),
                (_, true, false) => runner.run(&NumberPredicate::<true, false>(number)),
                (_, true, true) => runner.run(&NumberPredicate::<true, true>(number)),
            },
            AnyPredicate::Float(float) => runner.run(float),
            AnyPredicate::Moment(moment) => match moment.parts() {
                (true, false, false) => runner.run(&MomentPredicate::<true, false, false>(moment)),
                (true, false, true) => runner.run(&MomentPredicate::<true, false, true>(moment)),
                (true, true, false) => runner.run(&MomentPredicate::<true, true, false>(moment)),
                (true, true, true) => runner.run(&MomentPredicate::<true, true, true>(moment)),
                (false, _, false) => runner.run(&MomentPredicate::<false, true, false>(moment)),
                (false, _, true) => runner.run(&MomentPredicate::<false, true, true>(moment)),
            },
            AnyPredicate::List(list) => {
                if let Some(byte_set) = list.byte_set() {
                    runner.run(&byte_set)
                } else if list.has_long() {
                    runner.run(&ListPredicate::<true>(list))
                } else {
                    runner.run(&ListPredicate::<false>(list))
                }
            }
            AnyPredicate::Shape(shape) => {
                if let Some(predicate) = shape.uniform::<1, true>() {
                    runner.run(&predicate)
                } else if let Some(predicate) = shape.uniform::<2, true>() {
                    runner.run(&predicate)
                } else if let Some(predicate) = shape.uniform::<1, false>() {
                    runner.run(&predicate)
                } else if let Some(predicate) = shape.uniform::<2, false>() {
                    runner.run(&predicate)
                } else if let Some(predicate) = shape.by_length() {
                    runner.run(&predicate)
                } else {
                    runner.run(&shape.uniform_any())
                }
            }
            AnyPredicate::Length(length) => runner.run(length),
        }
    }
}

/// The arguments of the loop, without the predicate.
struct LoopArgs<'a, 'b, 'c> {
    proof: &'a Proof,
    lanes: SimdLevel,
    rows: &'a mut TileRows<'b, 'c>,
    count: usize,
}

impl PredicateRunner for LoopArgs<'_, '_, '_> {
    fn run<P: Predicate>(self, predicate: &P) -> u64 {
        let Self { proof, lanes, rows, count } = self;
        let Proof { nulls, nulls_pass, reads_quoted, .. } = proof;
        lanes.run(PredicateLoop {
            predicate,
            nulls,
            nulls_pass: *nulls_pass,
            reads_quoted: *reads_quoted,
            rows,
            count,
        })
    }
}

/// The checks of a column, if proofs support all of them.
#[derive(Default)]
pub(super) struct SupportedChecks<'a> {
    pub(super) is_required: bool,
    pub(super) ranges: Vec<&'a Range>,
    pub(super) texts: Vec<TextCheck<'a>>,
}

/// Checks that only apply to text or lists.
pub(super) enum TextCheck<'a> {
    Length(Option<u64>, Option<u64>, LengthUnit),
    Pattern(&'a str),
    StartsWith(&'a str),
    OneOf(&'a [Literal]),
}

impl<'a> SupportedChecks<'a> {
    /// Returns `None` if a check is not supported by any proof.
    pub(super) fn of(checks: &'a [CheckKind]) -> Option<Self> {
        let mut supported = Self::default();
        for check in checks {
            match check {
                CheckKind::Required => supported.is_required = true,
                CheckKind::Range(range) => supported.ranges.push(range),
                CheckKind::Length { min, max, unit } => {
                    supported.texts.push(TextCheck::Length(*min, *max, *unit));
                }
                CheckKind::Pattern { pattern, negate: false } => {
                    supported.texts.push(TextCheck::Pattern(pattern));
                }
                CheckKind::StartsWith(text) => supported.texts.push(TextCheck::StartsWith(text)),
                CheckKind::Enum(values) => supported.texts.push(TextCheck::OneOf(values)),
                CheckKind::Const(value) => {
                    supported.texts.push(TextCheck::OneOf(std::slice::from_ref(value)));
                }
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
        Some(supported)
    }

    pub(super) fn text_predicates(&self, quote: Option<u8>) -> Option<Vec<AnyPredicate>> {
        if !self.ranges.is_empty() {
            return None;
        }
        let predicate = |text: &TextCheck<'_>| {
            Some(match text {
                TextCheck::Length(min, max, unit) => AnyPredicate::Length(Length::new(*min, *max, *unit)),
                TextCheck::Pattern(pattern) => {
                    AnyPredicate::Shape(Shape::new(&Expression::of(pattern)?, quote)?)
                }
                TextCheck::StartsWith(text) => {
                    AnyPredicate::Shape(Shape::new(&Expression::starting_with(text)?, quote)?)
                }
                TextCheck::OneOf(values) => {
                    let texts: Option<Vec<&str>> = values.iter().map(text_of).collect();
                    AnyPredicate::List(List::new(texts?, quote)?)
                }
            })
        };
        if self.texts.is_empty() {
            return Some(vec![AnyPredicate::Length(Length::new(None, None, LengthUnit::Byte))]);
        }
        self.texts.iter().map(predicate).collect()
    }
}

fn text_of(literal: &Literal) -> Option<&str> {
    match literal {
        Literal::Text(text) => Some(text),
        _ => None,
    }
}
