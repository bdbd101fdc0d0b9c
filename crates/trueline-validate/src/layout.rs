//! The Arrow layouts that checks read, by the type of a field.

use arrow_schema::DataType as Arrow;
use trueline_schema::DataType;

use crate::batch::{Batch, Column};
use crate::plan::Plan;

/// Whether the checks of a field of this type read arrays of an Arrow type.
fn reads(data_type: &DataType, layout: &Arrow) -> bool {
    match data_type {
        DataType::Any => true,
        DataType::String => *layout == Arrow::Utf8View,
        DataType::Boolean => *layout == Arrow::Boolean,
        DataType::Float32 | DataType::Float64 => matches!(layout, Arrow::Float32 | Arrow::Float64),
        DataType::Decimal { scale, .. } => {
            matches!(layout, Arrow::Decimal128(_, own) if u8::try_from(*own) == Ok(*scale))
        }
        DataType::Date => *layout == Arrow::Date32,
        DataType::Time => matches!(layout, Arrow::Time32(_) | Arrow::Time64(_)),
        // Seconds with nine fraction digits stand for timestamps that are finer than their unit.
        DataType::Timestamp { .. } => matches!(layout, Arrow::Timestamp(..) | Arrow::Decimal128(_, 9)),
        DataType::Duration => matches!(layout, Arrow::Duration(_)),
        DataType::Binary => *layout == Arrow::Binary,
        DataType::List(_) => matches!(layout, Arrow::List(_)),
        DataType::Struct(_) => matches!(layout, Arrow::Struct(_)),
        _ => layout.is_integer(),
    }
}

/// Panics if a batch does not have the shape that checks read, so that nothing is passed over in silence.
pub(crate) fn assert_shape(plan: &Plan, batch: &Batch<'_>) {
    for columns in [batch.columns, batch.keys] {
        assert!(
            columns.len() == plan.fields.len(),
            "a batch has {} columns, but the schema has {} fields",
            columns.len(),
            plan.fields.len()
        );
        for (index, column) in columns.iter().enumerate() {
            if let Some(column) = column {
                assert_column(plan, index, column, batch.rows);
            }
        }
    }
}

fn assert_column(plan: &Plan, index: usize, column: &Column<'_>, rows: usize) {
    let field = &plan.fields[index];
    let layout = column.array.data_type();
    // A column whose rows are all proven needs no type.
    assert!(
        column.array.is_empty() || reads(&field.data_type, layout),
        "column {index} has the Arrow type {layout}, which checks of the type {} do not read",
        field.data_type
    );
    let slots = column.rows.map_or(rows, <[u32]>::len);
    assert!(
        column.array.len() == slots,
        "column {index} has {} slots instead of {slots}, one for each row",
        column.array.len()
    );
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, Date64Array, Decimal128Array, DictionaryArray, Float64Array, Int8Array, Int32Array,
        NullArray, StringArray, StringViewArray,
    };
    use trueline_schema::Schema;

    use crate::{Batch, Column, Plan, RowOrigin, State};

    fn observe(data_type: &str, arrays: &[ArrayRef], rows: usize) -> Result<(), String> {
        let schema = Schema::from_yaml(&format!("fields: [{{name: a, type: '{data_type}'}}]")).unwrap();
        let plan = Plan::compile(&schema, 20).unwrap();
        let columns: Vec<_> = arrays.iter().map(|array| Some(Column::whole(array, &[]))).collect();
        let origin = RowOrigin::default();
        let batch =
            Batch { rows, columns: &columns, keys: &columns, texts: &[], extras: None, origin: &origin };
        let result = std::panic::catch_unwind(AssertUnwindSafe(|| {
            State::new(&plan, None).observe(&plan, &batch);
        }));
        result.map_err(|panic| panic.downcast_ref::<String>().cloned().unwrap_or_default())
    }

    #[test]
    fn arrays_that_no_check_reads_are_not_passed_over() {
        let decimal = |scale| {
            Arc::new(Decimal128Array::from(vec![100]).with_precision_and_scale(10, scale).unwrap())
                as ArrayRef
        };
        let refused: [(&str, ArrayRef); 8] = [
            ("int64", Arc::new(StringArray::from(vec!["-5"]))),
            ("int64", Arc::new(Float64Array::from(vec![-5.5]))),
            ("int64", Arc::new(NullArray::new(1))),
            (
                "int64",
                Arc::new(DictionaryArray::new(Int8Array::from(vec![0]), Arc::new(Int32Array::from(vec![9])))),
            ),
            ("date", Arc::new(Date64Array::from(vec![5]))),
            ("decimal(10,2)", decimal(4)),
            ("string", Arc::new(StringArray::from(vec!["x"]))),
            ("float64", Arc::new(Int32Array::from(vec![1]))),
        ];
        for (data_type, array) in refused {
            let error = observe(data_type, &[array], 1).unwrap_err();
            assert!(
                error.starts_with("column 0 has the Arrow type ") && error.contains(data_type),
                "{error}"
            );
        }
        let taken: [(&str, ArrayRef); 4] = [
            ("int64", Arc::new(Int32Array::from(vec![1]))),
            ("string", Arc::new(StringViewArray::from(vec!["x"]))),
            ("decimal(10,2)", decimal(2)),
            ("any", Arc::new(StringArray::from(vec!["x"]))),
        ];
        for (data_type, array) in taken {
            assert_eq!(observe(data_type, &[array], 1), Ok(()), "{data_type}");
        }
    }

    #[test]
    fn a_column_has_a_slot_for_each_row() {
        let array: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
        for rows in [1, 3] {
            let error = observe("int64", std::slice::from_ref(&array), rows).unwrap_err();
            assert_eq!(error, format!("column 0 has 2 slots instead of {rows}, one for each row"));
        }
        let error = observe("int64", &[], 2).unwrap_err();
        assert_eq!(error, "a batch has 0 columns, but the schema has 1 fields");
    }
}
