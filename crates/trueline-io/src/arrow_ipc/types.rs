//! Types that metadata can describe but no array can have.
//!
//! The decoder accepts such a type and panics when an array of it is made, even one without rows, as other code makes
//! to inspect a column.

use arrow_schema::{DataType, Field, Fields};

/// What is wrong with the first column whose type no array can have.
pub(super) fn check(fields: &Fields) -> Result<(), String> {
    fields.iter().try_for_each(|field| {
        check_field(field).map_err(|what| format!("has the column `{}`, {what}", field.name().escape_debug()))
    })
}

fn check_field(field: &Field) -> Result<(), String> {
    check_type(field.data_type())
}

fn check_type(data_type: &DataType) -> Result<(), String> {
    match data_type {
        DataType::Map(entries, _) => {
            let is_pair = matches!(entries.data_type(), DataType::Struct(parts) if parts.len() == 2);
            if !is_pair {
                return Err(format!("a map whose entries are {}", entries.data_type()));
            }
            check_field(entries)
        }
        DataType::RunEndEncoded(ends, values) => {
            if !matches!(ends.data_type(), DataType::Int16 | DataType::Int32 | DataType::Int64) {
                return Err(format!("of runs whose ends are {}", ends.data_type()));
            }
            check_field(values)
        }
        DataType::Dictionary(keys, values) => {
            if !keys.is_dictionary_key_type() {
                return Err(format!("a dictionary whose keys are {keys}"));
            }
            check_type(values)
        }
        DataType::FixedSizeBinary(size) if *size < 0 => Err(format!("of values of {size} bytes")),
        DataType::FixedSizeList(_, size) if *size < 0 => Err(format!("of lists of {size} items")),
        DataType::FixedSizeList(item, _)
        | DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => check_field(item),
        DataType::Struct(parts) => parts.iter().try_for_each(|part| check_field(part)),
        DataType::Union(parts, _) => parts.iter().try_for_each(|(id, part)| {
            if id < 0 { Err(format!("a union with the type id {id}")) } else { check_field(part) }
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::new_empty_array;
    use std::sync::Arc;

    fn field(data_type: DataType) -> Arc<Field> {
        Arc::new(Field::new("part", data_type, true))
    }

    fn found(data_type: DataType) -> Option<String> {
        check(&vec![Field::new("a", data_type, true)].into()).err()
    }

    #[test]
    fn types_that_no_array_can_have_are_told_wherever_they_stand() {
        let parts = |count: usize| -> Fields { (0..count).map(|_| field(DataType::Int8)).collect() };
        let map = |entries: DataType| DataType::Map(field(entries), false);
        let runs = |ends: DataType| DataType::RunEndEncoded(field(ends), field(DataType::Utf8));
        let good = [
            map(DataType::Struct(parts(2))),
            runs(DataType::Int16),
            DataType::FixedSizeList(field(DataType::Null), 0),
            DataType::FixedSizeBinary(0),
            DataType::Decimal128(38, -2),
            DataType::Dictionary(Box::new(DataType::UInt8), Box::new(DataType::Utf8)),
        ];
        let bad = [
            map(DataType::Int8),
            map(DataType::Struct(parts(1))),
            map(DataType::Struct(parts(3))),
            runs(DataType::UInt32),
            runs(DataType::Utf8),
            DataType::FixedSizeList(field(DataType::Int8), -1),
            DataType::FixedSizeBinary(-1),
            DataType::Dictionary(Box::new(DataType::Float64), Box::new(DataType::Utf8)),
        ];
        for data_type in good {
            assert_eq!(found(data_type.clone()), None, "{data_type}");
            assert_eq!(new_empty_array(&data_type).len(), 0);
        }
        for data_type in bad {
            let told = found(data_type.clone()).unwrap_or_else(|| panic!("{data_type} is taken"));
            assert!(told.starts_with("has the column `a`, "), "{told}");
            for within in [
                DataType::List(field(data_type.clone())),
                DataType::Struct(vec![field(DataType::Int8), field(data_type.clone())].into()),
                DataType::RunEndEncoded(field(DataType::Int32), field(data_type.clone())),
                DataType::Dictionary(Box::new(DataType::Int8), Box::new(data_type.clone())),
            ] {
                assert_eq!(found(within).as_ref(), Some(&told));
            }
        }
    }
}
