//! Resolves all checks of a schema, with their final ids.

use std::collections::{HashMap, HashSet};

use crate::check::{Check, CheckKind, Target};
use crate::data_type::DataType;
use crate::field::Field;
use crate::schema::Schema;

/// All checks in report order, with their ids filled in.
pub(crate) fn resolve(schema: &Schema) -> Vec<Check> {
    let mut checks = all_checks(schema);
    let mut used: HashSet<String> = checks.iter().map(|check| check.id.clone()).collect();
    let mut seen = HashSet::new();
    let mut counters = HashMap::new();
    for check in &mut checks {
        // Explicit ids take precedence over default ids. Only a schema made in code can have an explicit id twice.
        if check.id.is_empty() || seen.contains(&check.id) {
            let base = if check.id.is_empty() { base_id(check) } else { check.id.clone() };
            check.id = next_numbered_id(&base, &mut counters);
            while !used.insert(check.id.clone()) {
                check.id = next_numbered_id(&base, &mut counters);
            }
        }
        seen.insert(check.id.clone());
    }
    checks
}

/// The default id of every check without its own id, in report order.
pub(crate) fn default_ids(schema: &Schema) -> Vec<Option<String>> {
    default_ids_of(&all_checks(schema))
}

/// The default id of every check without its own id in a list of checks.
pub(crate) fn default_ids_of(checks: &[Check]) -> Vec<Option<String>> {
    let mut counters = HashMap::new();
    checks
        .iter()
        .map(|check| check.id.is_empty().then(|| next_numbered_id(&base_id(check), &mut counters)))
        .collect()
}

/// Moves the schema's checks of a single column to the field of that column, fills in the column of field checks, and sorts the
/// checks of each field in report order.
pub(crate) fn normalize_checks(schema: &mut Schema) {
    let is_column_check =
        |check: &mut Check| check.kind.spec().target != Target::Table && check.columns.len() == 1;
    let column_checks: Vec<Check> = schema.checks.extract_if(.., is_column_check).collect();
    for check in column_checks {
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

/// The checks that a field implies and does not declare itself.
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

/// All checks in report order, including implied ones. Ids are as in the schema: empty for a default id.
pub(crate) fn all_checks(schema: &Schema) -> Vec<Check> {
    let mut schema = schema.clone();
    normalize_checks(&mut schema);
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

/// The default id of a check before a number is appended to distinguish equal ones.
pub(crate) fn base_id(check: &Check) -> String {
    match (&check.kind, check.columns.as_slice()) {
        (CheckKind::Structure, _) => "structure".to_owned(),
        (kind, []) => format!("table.{}", kind.name()),
        (kind, columns) => format!("{}.{}", columns.join("+"), kind.name()),
    }
}

/// The base id, with `#2`, `#3` and so on from its second use on.
fn next_numbered_id(base: &str, counters: &mut HashMap<String, u64>) -> String {
    let count = counters.entry(base.to_owned()).or_default();
    *count += 1;
    if *count == 1 { base.to_owned() } else { format!("{base}#{count}") }
}
