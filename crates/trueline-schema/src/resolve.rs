//! Resolves all checks of a schema, with their final ids.

use std::collections::{HashMap, HashSet};

use crate::check::{Check, CheckKind, Target};
use crate::data_type::DataType;
use crate::field::Field;
use crate::schema::Schema;

/// All checks in the order of reports, ids filled in.
pub(crate) fn resolve(schema: &Schema) -> Vec<Check> {
    let mut checks = full(schema);
    let mut taken: HashSet<String> = checks.iter().map(|check| check.id.clone()).collect();
    let mut seen = HashSet::new();
    let mut counters = HashMap::new();
    for check in &mut checks {
        // Ids that were written come first; only schemas made in code can have one twice.
        if check.id.is_empty() || seen.contains(&check.id) {
            let base = if check.id.is_empty() { default_base(check) } else { check.id.clone() };
            check.id = next_id(&base, &mut counters);
            while !taken.insert(check.id.clone()) {
                check.id = next_id(&base, &mut counters);
            }
        }
        seen.insert(check.id.clone());
    }
    checks
}

/// The default id of every check without its own id, in report order.
pub(crate) fn default_ids(schema: &Schema) -> Vec<Option<String>> {
    default_ids_of(&full(schema))
}

/// The same of a list of checks.
pub(crate) fn default_ids_of(checks: &[Check]) -> Vec<Option<String>> {
    let mut counters = HashMap::new();
    checks
        .iter()
        .map(|check| check.id.is_empty().then(|| next_id(&default_base(check), &mut counters)))
        .collect()
}

/// Puts checks of one column to their field, and those of a field in the order of reports.
pub(crate) fn arrange(schema: &mut Schema) {
    let is_of_one = |check: &mut Check| check.kind.spec().target != Target::Table && check.columns.len() == 1;
    let of_one: Vec<Check> = schema.checks.extract_if(.., is_of_one).collect();
    for check in of_one {
        match schema.fields.iter_mut().find(|field| field.name == check.columns[0]) {
            Some(field) => field.checks.push(check),
            None => schema.checks.push(check),
        }
    }
    for field in &mut schema.fields {
        for check in &mut field.checks {
            if check.columns.is_empty() {
                check.columns.push(field.name.clone());
            }
        }
        field.checks.sort_by_key(|check| check.kind.rank());
    }
}

/// The checks that a field implies, without those it declares.
pub(crate) fn implied(field: &Field) -> impl Iterator<Item = CheckKind> + '_ {
    let is_typed = !matches!(field.data_type, DataType::String | DataType::Any);
    let is_bounded = field.data_type.is_float() && !(field.allow_nan && field.allow_infinite);
    let finite = CheckKind::Finite { allow_nan: field.allow_nan, allow_infinite: field.allow_infinite };
    let kinds = [is_typed.then_some(CheckKind::Type), is_bounded.then_some(finite)];
    kinds.into_iter().flatten().filter(|kind| !declares(&field.checks, kind))
}

fn declares(checks: &[Check], kind: &CheckKind) -> bool {
    checks.iter().any(|check| check.kind.name() == kind.name())
}

/// All checks in the order of reports, ids as they were written.
pub(crate) fn full(schema: &Schema) -> Vec<Check> {
    let mut schema = schema.clone();
    arrange(&mut schema);
    let mut checks = Vec::new();
    for kind in [CheckKind::Structure, CheckKind::Columns] {
        let declared = schema.checks.iter().position(|check| check.kind == kind);
        checks
            .push(declared.map_or_else(|| Check::new(kind, Vec::new()), |index| schema.checks.remove(index)));
    }
    for field in &schema.fields {
        let implied = implied(field).map(|kind| Check::new(kind, vec![field.name.clone()]));
        let mut of_field: Vec<Check> = implied.chain(field.checks.iter().cloned()).collect();
        of_field.sort_by_key(|check| check.kind.rank());
        checks.append(&mut of_field);
    }
    checks.append(&mut schema.checks);
    checks
}

/// The default id before equal ones are numbered.
pub(crate) fn default_base(check: &Check) -> String {
    match (&check.kind, check.columns.as_slice()) {
        (CheckKind::Structure, _) => "structure".to_owned(),
        (kind, []) => format!("table.{}", kind.name()),
        (kind, columns) => format!("{}.{}", columns.join("+"), kind.name()),
    }
}

fn next_id(base: &str, counters: &mut HashMap<String, u64>) -> String {
    let count = counters.entry(base.to_owned()).or_default();
    *count += 1;
    if *count == 1 { base.to_owned() } else { format!("{base}#{count}") }
}
