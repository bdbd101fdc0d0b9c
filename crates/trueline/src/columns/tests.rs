use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time64NanosecondType, UInt8Type,
};
use arrow_array::{
    Array, ArrayRef, BinaryViewArray, BooleanArray, Date32Array, Date64Array, DictionaryArray,
    DurationSecondArray, FixedSizeBinaryArray, FixedSizeListArray, Float16Array, Float32Array, Float64Array,
    Int8Array, Int32Array, Int64Array, LargeBinaryArray, LargeListArray, LargeStringArray, ListArray,
    ListViewArray, NullArray, PrimitiveArray, RecordBatch, RunArray, StringArray, StringViewArray,
    StructArray, Time32SecondArray, Time64NanosecondArray, TimestampMicrosecondArray, TimestampSecondArray,
    UInt32Array, UInt64Array, make_array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, i256};
use arrow_schema::{DataType as Arrow, Field, Schema as ArrowSchema};
use trueline_report::BadCell;
use trueline_schema::{DataType, Schema, TimeUnit};

use super::find::{Columns, array_at, in_batch};
use super::show::value;
use super::widen::{Widened, widen};

fn to(array: impl Array + 'static, data_type: &DataType) -> Option<Widened> {
    let array: ArrayRef = Arc::new(array);
    widen(&array, data_type)
}

fn array(array: impl Array + 'static, data_type: &DataType) -> Option<ArrayRef> {
    to(array, data_type).map(|widened| {
        assert!(widened.bad.is_empty());
        widened.array
    })
}

fn texts(array: &ArrayRef) -> Vec<Option<String>> {
    array.as_string_view().iter().map(|text| text.map(str::to_owned)).collect()
}

#[test]
fn integers_widen_and_never_narrow() {
    // What is taken stays as it is: checks read every width.
    let wide = array(Int8Array::from(vec![Some(-7), None]), &DataType::Int64).expect("taken");
    assert_eq!(wide.as_primitive::<Int8Type>(), &Int8Array::from(vec![Some(-7), None]));
    assert!(array(UInt32Array::from(vec![1]), &DataType::Int64).is_some());
    assert!(array(UInt32Array::from(vec![1]), &DataType::UInt64).is_some());
    assert!(to(UInt32Array::from(vec![1]), &DataType::Int32).is_none());
    assert!(to(UInt64Array::from(vec![1]), &DataType::Int64).is_none());
    assert!(to(Int8Array::from(vec![1]), &DataType::UInt64).is_none());
    assert!(to(Int64Array::from(vec![1]), &DataType::Int32).is_none());
    assert!(to(Float64Array::from(vec![1.0]), &DataType::Int64).is_none());
}

#[test]
fn floats_take_what_fits_their_digits() {
    let double = |from: ArrayRef| {
        widen(&from, &DataType::Float64).map(|widened| widened.array.as_primitive::<Float64Type>().value(0))
    };
    assert_eq!(double(Arc::new(Float32Array::from(vec![0.5]))), Some(0.5));
    assert_eq!(double(Arc::new(Float16Array::from(vec![half(0.25)]))), Some(0.25));
    assert_eq!(double(Arc::new(Int32Array::from(vec![i32::MIN]))), Some(-2_147_483_648.0));
    assert_eq!(double(Arc::new(Int64Array::from(vec![1]))), None);
    let single = |from: ArrayRef| {
        widen(&from, &DataType::Float32).map(|widened| widened.array.as_primitive::<Float32Type>().value(0))
    };
    assert_eq!(single(Arc::new(Int8Array::from(vec![-3]))), Some(-3.0));
    assert_eq!(single(Arc::new(Int32Array::from(vec![1]))), None);
    assert_eq!(single(Arc::new(Float64Array::from(vec![1.0]))), None);
}

fn half(value: f32) -> <arrow_array::types::Float16Type as arrow_array::types::ArrowPrimitiveType>::Native {
    <arrow_array::types::Float16Type as arrow_array::types::ArrowPrimitiveType>::Native::from_f32(value)
}

#[test]
fn text_of_any_layout_is_read() {
    let large = array(LargeStringArray::from(vec![Some("a"), None]), &DataType::String).expect("text");
    assert_eq!(texts(&large), [Some("a".to_owned()), None]);
    let dictionary: DictionaryArray<UInt8Type> =
        vec![Some("x"), None, Some("y"), Some("x")].into_iter().collect();
    let expected = [Some("x".to_owned()), None, Some("y".to_owned()), Some("x".to_owned())];
    assert_eq!(texts(&array(dictionary.clone(), &DataType::String).expect("text")), expected);
    let sliced = texts(&array(dictionary.slice(1, 2), &DataType::String).expect("text"));
    assert_eq!(sliced, expected[1..3]);
    let ends = PrimitiveArray::<Int16Type>::from(vec![2, 3, 6]);
    let runs = RunArray::try_new(&ends, &StringArray::from(vec![Some("p"), None, Some("q")])).expect("runs");
    let expected = ["p", "p", "", "q", "q", "q"].map(|text| (!text.is_empty()).then(|| text.to_owned()));
    assert_eq!(texts(&array(runs.clone(), &DataType::String).expect("text")), expected);
    assert_eq!(texts(&array(runs.slice(1, 3), &DataType::String).expect("text")), expected[1..4]);
    assert!(to(Float32Array::from(vec![1.0]), &DataType::String).is_none());
    assert!(to(BinaryViewArray::from_iter_values([b"a"]), &DataType::String).is_none());
}

#[test]
fn decimals_keep_all_their_digits() {
    let decimal = |precision, scale| DataType::Decimal { precision, scale };
    let cents =
        PrimitiveArray::<Decimal128Type>::from(vec![125]).with_precision_and_scale(6, 2).expect("a decimal");
    let value_of =
        |array: Option<ArrayRef>| array.map(|array| array.as_primitive::<Decimal128Type>().value(0));
    assert_eq!(value_of(array(cents.clone(), &decimal(8, 3))), Some(1250));
    assert_eq!(value_of(array(cents.clone(), &decimal(9, 2))), Some(125));
    assert!(to(cents.clone(), &decimal(8, 1)).is_none());
    assert!(to(cents, &decimal(6, 3)).is_none());
    let small =
        PrimitiveArray::<Decimal32Type>::from(vec![7]).with_precision_and_scale(9, 0).expect("a decimal");
    assert_eq!(value_of(array(small, &decimal(10, 1))), Some(70));
    let large: PrimitiveArray<Decimal256Type> = PrimitiveArray::from(vec![i256::from_i128(-7)]);
    let large = large.with_precision_and_scale(30, 1).expect("a decimal");
    assert_eq!(value_of(array(large.clone(), &decimal(31, 2))), Some(-70));
    assert!(to(large, &decimal(30, 2)).is_none());
    assert_eq!(value_of(array(Int64Array::from(vec![3]), &decimal(21, 2))), Some(300));
    assert!(to(Int64Array::from(vec![3]), &decimal(20, 2)).is_none());
}

#[test]
fn decimals_of_more_digits_than_their_type_says_are_bad() {
    let decimal = |precision, scale| DataType::Decimal { precision, scale };
    let bad = |row| BadCell { row, code: "type.excess_digits" };
    let small = |values: Vec<Option<i32>>| {
        PrimitiveArray::<Decimal32Type>::from(values).with_precision_and_scale(5, 2).expect("a decimal")
    };
    let wide = |values: Vec<Option<i128>>| {
        PrimitiveArray::<Decimal128Type>::from(values).with_precision_and_scale(5, 2).expect("a decimal")
    };
    let ends = [Some(99_999), Some(-99_999), None, Some(100_000), Some(-100_000)];
    let values = |ends: &[Option<i32>]| ends.iter().map(|end| end.map(i128::from)).collect::<Vec<_>>();
    let of_all: [ArrayRef; 4] = [
        Arc::new(small(ends.to_vec())),
        Arc::new(
            PrimitiveArray::<Decimal64Type>::from_iter(ends.map(|end| end.map(i64::from)))
                .with_precision_and_scale(5, 2)
                .expect("a decimal"),
        ),
        Arc::new(wide(values(&ends))),
        Arc::new(
            PrimitiveArray::<Decimal256Type>::from_iter(
                ends.map(|end| end.map(|end| i256::from(i64::from(end)))),
            )
            .with_precision_and_scale(5, 2)
            .expect("a decimal"),
        ),
    ];
    for from in of_all {
        for (to, factor) in [(decimal(5, 2), 1), (decimal(7, 2), 1), (decimal(8, 4), 100)] {
            let Widened { array, bad: found } = widen(&from, &to).expect("decimals");
            assert_eq!(found, [bad(3), bad(4)], "{} to {to:?}", from.data_type());
            let values: Vec<Option<i128>> = array.as_primitive::<Decimal128Type>().iter().collect();
            assert_eq!(values, [Some(99_999 * factor), Some(-99_999 * factor), None, None, None]);
            assert!(widen(&from.slice(0, 3), &to).expect("decimals").bad.is_empty());
            assert_eq!(widen(&from.slice(2, 3), &to).expect("decimals").bad, [bad(1), bad(2)]);
        }
    }
    // What null slots hold is no matter.
    let hidden = wide(vec![Some(7), Some(i128::MAX)]).into_data().into_builder();
    let hidden = hidden.nulls(Some(NullBuffer::from(vec![true, false]))).build().expect("an array");
    assert!(widen(&make_array(hidden), &decimal(5, 2)).expect("decimals").bad.is_empty());
    let least = PrimitiveArray::<Decimal128Type>::from(vec![i128::MIN, 10_i128.pow(38), 10_i128.pow(38) - 1]);
    assert_eq!(to(least, &decimal(38, 10)).expect("decimals").bad, [bad(0), bad(1)]);
}

#[test]
fn decimals_within_others_have_the_digits_that_their_type_says() {
    let cents = DataType::Decimal { precision: 7, scale: 2 };
    let items: ArrayRef = Arc::new(
        PrimitiveArray::<Decimal128Type>::from(vec![Some(1), Some(100_000), None, Some(-100_000)])
            .with_precision_and_scale(5, 2)
            .expect("a decimal"),
    );
    let bad = |row| BadCell { row, code: "type.excess_digits" };
    let field = |name: &str| Arc::new(Field::new(name, items.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths([1, 2, 0, 1]);
    let lists = ListArray::new(field("item"), offsets, Arc::clone(&items), None);
    let of_lists = to(lists, &DataType::List(Box::new(cents.clone()))).expect("lists");
    assert_eq!(of_lists.bad, [bad(1), bad(3)]);
    let parts = StructArray::new(vec![field("a")].into(), vec![Arc::clone(&items)], None);
    let of_parts = to(parts, &DataType::Struct(vec![("a".to_owned(), cents.clone())])).expect("structs");
    assert_eq!(of_parts.bad, [bad(1), bad(3)]);
    let keys = Int8Array::from(vec![Some(0), None, Some(3), Some(0)]);
    let dictionary = DictionaryArray::new(keys, Arc::clone(&items));
    assert_eq!(to(dictionary, &cents).expect("a dictionary").bad, [bad(2)]);
}

#[test]
fn days_in_milliseconds_must_be_whole() {
    let day = 86_400_000;
    let dates = Date64Array::from(vec![Some(day), Some(day + 1), None, Some(i64::MAX / day * day)]);
    let widened = to(dates, &DataType::Date).expect("dates");
    assert_eq!(
        widened.array.as_primitive::<Date32Type>().iter().collect::<Vec<_>>(),
        [Some(1), None, None, None]
    );
    let bad = [BadCell { row: 1, code: "type.invalid" }, BadCell { row: 3, code: "type.out_of_range" }];
    assert_eq!(widened.bad, bad);
    assert!(to(TimestampSecondArray::from(vec![0]), &DataType::Date).is_none());
}

#[test]
fn times_must_lie_within_a_day() {
    let day = 86_400_000_000_000;
    let times = Time64NanosecondArray::from(vec![Some(0), Some(day - 1), Some(day), Some(-1), None]);
    let widened = to(times, &DataType::Time).expect("times");
    let kept = widened.array.as_primitive::<Time64NanosecondType>().iter().collect::<Vec<_>>();
    assert_eq!(kept, [Some(0), Some(day - 1), None, None, None]);
    assert_eq!(widened.bad.iter().map(|cell| cell.row).collect::<Vec<_>>(), [2, 3]);
    assert!(array(Time32SecondArray::from(vec![86_399]), &DataType::Time).is_some());
    let late = PrimitiveArray::<Time32MillisecondType>::from(vec![86_400_000]);
    assert_eq!(to(late, &DataType::Time).expect("times").bad.len(), 1);
}

#[test]
fn what_is_no_value_is_none_within_lists_and_structs_either() {
    let dates = Date64Array::from(vec![Some(0), Some(5), None, Some(86_400_000), Some(7)]);
    let field = Arc::new(Field::new_list_field(Arrow::Date64, true));
    let nulls = NullBuffer::from(vec![true, true, true, false]);
    let lists = |offsets: Vec<i32>| {
        let (field, dates, offsets) =
            (field.clone(), Arc::new(dates.clone()), OffsetBuffer::new(offsets.into()));
        ListArray::new(field, offsets, dates, Some(nulls.clone()))
    };
    let wanted = DataType::List(Box::new(DataType::Date));
    let widened = to(lists(vec![0, 1, 3, 4, 5]), &wanted).expect("lists");
    assert_eq!(widened.bad, [BadCell { row: 1, code: "type.invalid" }]);
    assert_eq!((0..4).map(|row| widened.array.is_null(row)).collect::<Vec<_>>(), [false, true, false, true]);
    // Of a slice, and in another layout.
    let sliced: ArrayRef = Arc::new(lists(vec![0, 1, 3, 4, 5]).slice(1, 2));
    assert_eq!(widen(&sliced, &wanted).expect("lists").bad, [BadCell { row: 0, code: "type.invalid" }]);
    let offsets = OffsetBuffer::new(vec![0_i64, 1, 3, 4, 5].into());
    let large = LargeListArray::new(field.clone(), offsets, Arc::new(dates.clone()), Some(nulls.clone()));
    assert_eq!(to(large, &wanted).expect("lists").bad, [BadCell { row: 1, code: "type.invalid" }]);
    let fixed = FixedSizeListArray::new(field.clone(), 2, Arc::new(dates.slice(0, 4)), None);
    assert_eq!(
        to(fixed.slice(0, 1), &wanted).expect("lists").bad,
        [BadCell { row: 0, code: "type.invalid" }]
    );
    assert!(to(fixed.slice(1, 1), &wanted).expect("lists").bad.is_empty());
    let (offsets, sizes) = (vec![3, 0, 1, 4], vec![1, 1, 2, 1]);
    let views = ListViewArray::new(
        field.clone(),
        offsets.into(),
        sizes.into(),
        Arc::new(dates.clone()),
        Some(nulls.clone()),
    );
    assert_eq!(to(views, &wanted).expect("lists").bad, [BadCell { row: 2, code: "type.invalid" }]);
    let outer = Arc::new(Field::new_list_field(Arrow::List(field.clone()), true));
    let nested = ListArray::new(
        outer,
        OffsetBuffer::new(vec![0, 1, 2, 4].into()),
        Arc::new(lists(vec![0, 1, 3, 4, 5])),
        None,
    );
    let deep = DataType::List(Box::new(wanted.clone()));
    assert_eq!(to(nested.slice(1, 2), &deep).expect("lists").bad, [BadCell { row: 0, code: "type.invalid" }]);
    assert!(to(lists(vec![0, 1, 1, 2, 2]), &wanted).expect("lists").bad.iter().map(|cell| cell.row).eq([2]));

    let times = Time64NanosecondArray::from(vec![Some(-1), Some(0), Some(i64::MAX), Some(-1)]);
    let members =
        vec![(Arc::new(Field::new("t", times.data_type().clone(), true)), Arc::new(times) as ArrayRef)];
    let structs = StructArray::from(members);
    let nulls = NullBuffer::from(vec![true, true, true, false]);
    let structs = StructArray::new(structs.fields().clone(), structs.columns().to_vec(), Some(nulls));
    let wanted = DataType::Struct(vec![("t".to_owned(), DataType::Time)]);
    let bad = to(structs.clone(), &wanted).expect("structs").bad;
    assert_eq!(bad, [0, 2].map(|row| BadCell { row, code: "type.out_of_range" }));
    let lists = ListArray::new(
        Arc::new(Field::new_list_field(structs.data_type().clone(), true)),
        OffsetBuffer::new(vec![0, 1, 3].into()),
        Arc::new(structs.slice(1, 3)),
        None,
    );
    let widened = to(lists, &DataType::List(Box::new(wanted))).expect("lists");
    assert_eq!(widened.bad, [BadCell { row: 1, code: "type.out_of_range" }]);
}

#[test]
fn timestamps_may_be_coarser_and_have_a_zone() {
    let wanted = |unit: Option<TimeUnit>, zone: Option<&str>| DataType::Timestamp {
        unit,
        zone: zone.map(str::to_owned),
    };
    let micros = TimestampMicrosecondArray::from(vec![1]);
    let zoned = micros.clone().with_timezone("+02:00");
    assert!(array(micros.clone(), &wanted(None, None)).is_some());
    assert!(array(zoned.clone(), &wanted(None, None)).is_some());
    assert!(array(micros.clone(), &wanted(Some(TimeUnit::Nanosecond), None)).is_some());
    assert!(array(micros.clone(), &wanted(Some(TimeUnit::Millisecond), None)).is_none());
    assert!(array(micros, &wanted(None, Some("UTC"))).is_none());
    assert!(array(zoned, &wanted(None, Some("UTC"))).is_some());
    assert!(array(DurationSecondArray::from(vec![1]), &DataType::Duration).is_some());
}

#[test]
fn timestamps_lie_in_the_range_of_the_declared_unit() {
    let of = |unit: TimeUnit| DataType::Timestamp { unit: Some(unit), zone: None };
    let greatest = i64::MAX / 1_000;
    let micros = [Some(greatest), Some(greatest + 1), None, Some(i64::MIN / 1_000), Some(i64::MIN)];
    let widened =
        to(TimestampMicrosecondArray::from(micros.to_vec()), &of(TimeUnit::Nanosecond)).expect("all");
    let bad = [1, 4].map(|row| BadCell { row, code: "type.out_of_range" });
    assert_eq!(widened.bad, bad);
    assert!([1, 2, 4].iter().all(|&row| widened.array.is_null(row)) && widened.array.is_valid(0));
    let same = to(TimestampMicrosecondArray::from(micros.to_vec()), &of(TimeUnit::Microsecond)).expect("all");
    assert!(same.bad.is_empty());
    let seconds = TimestampSecondArray::from(vec![i64::MAX / 1_000_000 + 1]);
    assert_eq!(to(seconds.clone(), &of(TimeUnit::Microsecond)).expect("all").bad.len(), 1);
    let field = Arc::new(Field::new_list_field(seconds.data_type().clone(), true));
    let lists = ListArray::new(field, OffsetBuffer::new(vec![0, 0, 1].into()), Arc::new(seconds), None);
    let bad = |unit| to(lists.clone(), &DataType::List(Box::new(of(unit)))).expect("lists").bad;
    assert_eq!(bad(TimeUnit::Nanosecond), [BadCell { row: 1, code: "type.out_of_range" }]);
    assert_eq!(bad(TimeUnit::Millisecond), []);
}

#[test]
fn bytes_of_any_layout_are_read() {
    let bytes = |array: Option<ArrayRef>| array.map(|array| array.as_binary::<i32>().value(0).to_vec());
    assert_eq!(
        bytes(array(LargeBinaryArray::from_iter_values([b"ab"]), &DataType::Binary)),
        Some(b"ab".to_vec())
    );
    assert_eq!(
        bytes(array(BinaryViewArray::from_iter_values([b"ab"]), &DataType::Binary)),
        Some(b"ab".to_vec())
    );
    let fixed = FixedSizeBinaryArray::try_from_iter([b"ab"].into_iter()).expect("bytes");
    assert_eq!(bytes(array(fixed, &DataType::Binary)), Some(b"ab".to_vec()));
    assert!(to(StringArray::from(vec!["ab"]), &DataType::Binary).is_none());
}

#[test]
fn nothing_but_nulls_is_of_every_type() {
    for spelling in [
        "string",
        "boolean",
        "int8",
        "uint64",
        "float32",
        "decimal(5,2)",
        "date",
        "time",
        "timestamp",
        "duration",
        "binary",
        "any",
        "list<int64>",
        "struct<a: string>",
    ] {
        let schema =
            Schema::from_yaml(&format!("fields:\n  - {{name: a, type: '{spelling}'}}\n")).expect("a schema");
        let nulls = array(NullArray::new(3), &schema.fields[0].data_type).expect(spelling);
        assert_eq!((nulls.len(), nulls.logical_null_count()), (3, 3), "{spelling}");
    }
}

#[test]
fn any_shows_what_is_no_text() {
    let shown = array(Int64Array::from(vec![Some(5), None]), &DataType::Any).expect("anything");
    assert_eq!(texts(&shown), [Some("5".to_owned()), None]);
    let text = array(StringViewArray::from(vec!["t"]), &DataType::Any).expect("anything");
    assert_eq!(texts(&text), [Some("t".to_owned())]);
}

#[test]
fn lists_and_structs_are_taken_by_their_parts() {
    let of = |item: DataType| DataType::List(Box::new(item));
    let items = || vec![Some(vec![Some(1), None]), None, Some(vec![]), Some(vec![Some(2)])];
    let lengths = |array: Option<ArrayRef>| {
        array.map(|array| {
            let lists = array.as_list::<i32>();
            (0..lists.len())
                .map(|row| lists.is_valid(row).then(|| lists.value_length(row)))
                .collect::<Vec<_>>()
        })
    };
    let expected = Some(vec![Some(2), None, Some(0), Some(1)]);
    let plain = ListArray::from_iter_primitive::<Int32Type, _, _>(items());
    assert_eq!(lengths(array(plain.clone(), &of(DataType::Int64))), expected);
    let large = LargeListArray::from_iter_primitive::<Int32Type, _, _>(items());
    assert_eq!(lengths(array(large.clone(), &of(DataType::Int64))), expected);
    assert_eq!(lengths(array(large.slice(2, 2), &of(DataType::Int64))), Some(vec![Some(0), Some(1)]));
    let shown = |array: Option<ArrayRef>| {
        let array = array.expect("lists");
        (0..array.len()).map(|row| array.is_valid(row).then(|| value(&array, row))).collect::<Vec<_>>()
    };
    let with_items = shown(array(plain.clone(), &of(DataType::Int64)));
    assert_eq!(with_items[0].as_deref(), Some("[1,null]"));
    assert_eq!(shown(array(large.clone(), &of(DataType::Int64))), with_items);
    assert_eq!(shown(array(large.slice(1, 3), &of(DataType::Int64))), with_items[1..]);
    let views = ListViewArray::new(
        Arc::new(Field::new_list_field(Arrow::Int32, true)),
        vec![1, 0, 3, 0].into(),
        vec![2, 2, 0, 1].into(),
        Arc::new(Int32Array::from(vec![Some(2), Some(1), None])),
        Some(vec![true, false, true, true].into()),
    );
    assert_eq!(shown(array(views, &of(DataType::Int64))), with_items);
    let fixed = FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(
        [Some(vec![Some(1), Some(2)]), None, Some(vec![None, Some(3)])],
        2,
    );
    assert_eq!(shown(array(fixed.slice(1, 2), &of(DataType::Int64))), [None, Some("[null,3]".to_owned())]);
    assert!(to(plain, &of(DataType::Int16)).is_none());
    let inner: Vec<(Arc<Field>, ArrayRef)> = vec![
        (Arc::new(Field::new("a", Arrow::Int8, true)), Arc::new(Int8Array::from(vec![1]))),
        (Arc::new(Field::new("b", Arrow::Boolean, true)), Arc::new(BooleanArray::from(vec![true]))),
    ];
    let object = StructArray::from(inner);
    let wanted = |members: &[(&str, DataType)]| {
        DataType::Struct(
            members.iter().map(|(name, data_type)| ((*name).to_owned(), data_type.clone())).collect(),
        )
    };
    assert!(array(object.clone(), &wanted(&[("a", DataType::Int64)])).is_some());
    assert!(array(object.clone(), &wanted(&[("b", DataType::Boolean), ("a", DataType::Int8)])).is_some());
    assert!(array(object.clone(), &wanted(&[("a", DataType::String)])).is_none());
    assert!(array(object, &wanted(&[("c", DataType::Int64)])).is_none());
}

fn nested() -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(2), None]));
    let user = StructArray::new(
        vec![Field::new("id", Arrow::Int64, true)].into(),
        vec![ids.clone()],
        Some(NullBuffer::from(vec![true, false, true])),
    );
    let user: ArrayRef = Arc::new(user);
    let context: Vec<(Arc<Field>, ArrayRef)> = vec![
        (Arc::new(Field::new("x", Arrow::Int64, true)), ids.clone()),
        (Arc::new(Field::new("user", user.data_type().clone(), true)), user),
    ];
    let context: ArrayRef = Arc::new(StructArray::from(context));
    RecordBatch::try_from_iter([("context.x", ids.clone()), ("context", context), ("id", ids)])
        .expect("a batch")
}

#[test]
fn dots_lead_into_structs_where_no_column_has_the_name() {
    let schema = Schema::from_yaml(
        "extra_columns: forbid\nfields:\n  - {name: context.x, type: int64}\n  - {name: context.user.id, type: int64}\n  - {name: id, type: string}\n  - {name: context.y, type: int64}\n",
    )
    .expect("a schema");
    let batch = nested();
    let columns = Columns::find(&schema, &batch.schema());
    assert_eq!(columns.paths, [Some(vec![0]), Some(vec![1, 1, 0]), None, None]);
    let codes: Vec<_> =
        columns.binding.faults.iter().map(|fault| (fault.code, fault.name.as_str())).collect();
    assert_eq!(codes, [("columns.missing", "context.y")]);
    assert_eq!(
        columns.binding.mistyped.iter().map(|one| (one.field, one.found.as_str())).collect::<Vec<_>>(),
        [(2, "Int64")]
    );
    let ids = array_at(&batch, &[1, 1, 0]).expect("an array");
    // What is null on the way is null there.
    assert_eq!(ids.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), [Some(1), None, None]);
}

#[test]
fn parts_are_found_again_in_batches_that_have_fewer() {
    let batch = nested();
    let all = batch.schema();
    let Arrow::Struct(context) = all.field(1).data_type() else { panic!("a struct") };
    let fewer = Arrow::Struct(vec![context[1].as_ref().clone()].into());
    let projected = ArrowSchema::new(vec![Field::new("context", fewer, true)]);
    assert_eq!(in_batch(&all, &[1, 1, 0], &projected), Some(vec![0, 0, 0]));
    assert_eq!(in_batch(&all, &[0], &projected), None);
}

#[test]
fn values_are_shown_as_csv_has_them() {
    let shown = |array: ArrayRef| (0..array.len()).map(|row| value(&array, row)).collect::<Vec<_>>();
    assert_eq!(
        shown(Arc::new(Float64Array::from(vec![1.0, 0.1, 1e300, -2.5e-7, f64::NAN]))),
        ["1", "0.1", "1e300", "-2.5e-7", "NaN"]
    );
    assert_eq!(
        shown(Arc::new(Date32Array::from(vec![0, -719_162, 20_088]))),
        ["1970-01-01", "0001-01-01", "2024-12-31"]
    );
    let moments = TimestampMicrosecondArray::from(vec![1_500_000, -1]);
    assert_eq!(shown(Arc::new(moments.clone())), ["1970-01-01T00:00:01.5", "1969-12-31T23:59:59.999999"]);
    assert_eq!(shown(Arc::new(moments.with_timezone("+02:00")))[0], "1970-01-01T00:00:01.5Z");
    assert_eq!(shown(Arc::new(Time32SecondArray::from(vec![3661, -1]))), ["01:01:01", "-00:00:01"]);
    assert_eq!(shown(Arc::new(Time64NanosecondArray::from(vec![-1]))), ["-00:00:00.000000001"]);
    assert_eq!(shown(Arc::new(DurationSecondArray::from(vec![90, -1]))), ["PT90S", "-PT1S"]);
    assert_eq!(
        shown(Arc::new(LargeBinaryArray::from_iter_values([&b"a"[..], b"ab", b"abc"]))),
        ["YQ==", "YWI=", "YWJj"]
    );
    let cents =
        PrimitiveArray::<Decimal128Type>::from(vec![125]).with_precision_and_scale(6, 2).expect("a decimal");
    assert_eq!(shown(Arc::new(cents)), ["1.25"]);
    let words: DictionaryArray<UInt8Type> = vec!["x", "y"].into_iter().collect();
    assert_eq!(shown(Arc::new(words)), ["x", "y"]);
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None])]);
    assert_eq!(shown(Arc::new(lists)), ["[1,null]"]);
    let context = nested().column(1).clone();
    assert_eq!(value(&context, 1), "{\"x\":2,\"user\":null}");
}
