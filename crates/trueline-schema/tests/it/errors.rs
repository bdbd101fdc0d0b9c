//! The messages and locations of errors in documents.

use trueline_schema::{Language, Schema};

/// A text with `«` at the location of every error, and the path and message of each error.
type Case = (&'static str, &'static [(&'static str, &'static str)]);

/// Keywords of the field `a`, which the test puts in braces.
#[rustfmt::skip]
const FIELDS: &[Case] = &[
    ("type: «decimal", &[("fields[0].type", "`type` decimal needs its digits and how many of them stand after the point: decimal(10,2)")]),
    (r#"type: «"decimal(10)""#, &[("fields[0].type", "`type` decimal takes two parameters: decimal(10,2)")]),
    (r#"type: «"decimal(39,0)""#, &[("fields[0].type", "`type` takes 1 to 38 digits, and 0 to as many of them after the point")]),
    (r#"type: «"decimal(5,6)""#, &[("fields[0].type", "`type` has more digits after the point than digits")]),
    (r#"type: «"int64(3)""#, &[("fields[0].type", "`type` int64 takes no parameters")]),
    (r#"type: «"timestamp(m)""#, &[("fields[0].type", "`type` has an unknown unit; known are s, ms, us and ns")]),
    (r#"type: «"timestamp(us,!)""#, &[("fields[0].type", "`type` has no zone such as UTC, +01:00 or Europe/Berlin after its unit")]),
    ("type: «5", &[("fields[0].type", r#"`type` should be text (quote it: "5"), found the number `5`"#)]),
    ("type: «list", &[("fields[0].type", "`type` list needs the type of its items: list<int64>")]),
    ("type: «struct", &[("fields[0].type", "`type` struct needs its members: struct<a: int64, b: string>")]),
    ("type: «list< >", &[("fields[0].type", "`type` list needs the type of its items: list<int64>")]),
    ("type: list<«strin>", &[("fields[0].type", "unknown type `strin`; did you mean `string`?")]),
    ("type: «list<int64", &[("fields[0].type", "`type` list<…> has no closing angle bracket at its end")]),
    ("type: «int64<string>", &[("fields[0].type", "`type` int64 takes no types within angle brackets")]),
    ("type: «lisst<string>", &[("fields[0].type", "unknown type `lisst`; did you mean `list`?")]),
    ("type: struct<«a>", &[("fields[0].type", "`type` struct takes members as name: type, separated by commas")]),
    ("type: 'struct<a: int64, b: list<«int6>>'", &[("fields[0].type", "unknown type `int6`; did you mean `int8`?")]),
    ("type: 'struct<a: int64, «a: int64>'", &[("fields[0].type", "`type` has two members of the name `a`")]),
    ("type: 'struct<a: int64, «\"\\u0061\": int64>'", &[("fields[0].type", "`type` has two members of the name `a`")]),
    ("type: 'struct<a: int64, «b:>'", &[("fields[0].type", "`type` has no type for the member `b`")]),
    ("type: 'struct<a: int64,«>'", &[("fields[0].type", "`type` struct takes members as name: type, separated by commas")]),
    ("type: 'struct<«: int64>'", &[("fields[0].type", "`type` has a member whose name must be written in double quotes, as a JSON string")]),
    ("type: 'struct<«\"a: int64>'", &[("fields[0].type", "`type` struct takes members as name: type, separated by commas")]),
    ("type: 'struct<«\"\\x\": int64>'", &[("fields[0].type", "`type` has a name that is no JSON string")]),
    ("type: list<int64>, «minimum: 1", &[("fields[0].minimum", "`minimum` does not apply to type list<int64>; it applies to integers, floats, decimal, date, time, timestamp and duration")]),
    ("type: list<int64>, «enum: [1]", &[("fields[0].enum", "`enum` does not apply to type list<int64>; it applies to every type but any, list and struct")]),
    ("type: 'struct<a: int64>', «unique: true", &[("fields[0].unique", "`unique` does not apply to type struct<a: int64>; it applies to every type but list and struct")]),
    ("type: 'struct<a: int64>', «min_length: 1", &[("fields[0].min_length", "`min_length` does not apply to type struct<a: int64>; it applies to string, binary and list")]),
    ("type: list<int64>, checks: [{check: length, min_length: 1, unit: «byte}]", &[("fields[0].checks[0].unit", "the length of a list is the number of its items: remove `unit`")]),
    ("«coerce: true", &[("fields[0].coerce", "`coerce` does not apply to type any; it applies to string, boolean, integers, floats, decimal, list and struct; give the field a `type`")]),
    ("type: date, «coerce: true", &[("fields[0].coerce", "`coerce` does not apply to type date; it applies to string, boolean, integers, floats, decimal, list and struct")]),
    ("type: «zzz", &[("fields[0].type", "unknown type `zzz`")]),
    ("type: int64, minimum: «1.5", &[("fields[0].minimum", "`minimum` 1.5 is no value of type int64: it is not a whole number")]),
    (r#"type: int64, minimum: «"1""#, &[("fields[0].minimum", "`minimum` should be a number, found the text `1`")]),
    ("type: float32, maximum: «1e39", &[("fields[0].maximum", "`maximum` 1e39 is no value of type float32: it is out of the type's range")]),
    ("type: float64, maximum: «1e309", &[("fields[0].maximum", "`maximum` 1e309 is no value of type float64: it is out of the type's range")]),
    ("type: float64, maximum: «.inf", &[("fields[0].maximum", "`maximum` .inf is no value of type float64: it is not a finite number")]),
    (r#"type: "decimal(4,2)", minimum: «0.001"#, &[("fields[0].minimum", "`minimum` 0.001 is no value of type decimal(4,2): it has too many digits after the point")]),
    (r#"type: "decimal(4,2)", maximum: «100"#, &[("fields[0].maximum", "`maximum` 100 is no value of type decimal(4,2): it has too many digits before the point")]),
    ("type: date, minimum: «2020-02-30", &[("fields[0].minimum", "`minimum` 2020-02-30 is no value of type date: it is not a date such as 2020-01-31")]),
    ("type: date, minimum: «2020", &[("fields[0].minimum", r#"`minimum` should be a date such as "2020-01-31", found the number `2020`"#)]),
    (r#"type: time, minimum: «"24:00:00""#, &[("fields[0].minimum", r#"`minimum` "24:00:00" is no value of type time: it is not a time such as 13:05:00"#)]),
    ("type: timestamp, minimum: «2020-01-01", &[("fields[0].minimum", "`minimum` 2020-01-01 is no value of type timestamp: it is not a timestamp such as 2020-01-31T13:05:00Z")]),
    (r#"type: "timestamp(s)", minimum: «2020-01-01T00:00:00.5Z"#, &[("fields[0].minimum", "`minimum` 2020-01-01T00:00:00.5Z is no value of type timestamp(s): it is finer than the type's unit")]),
    (r#"type: "timestamp(ns,UTC)", minimum: «2020-01-01T00:00:00"#, &[("fields[0].minimum", "`minimum` 2020-01-01T00:00:00 is no value of type timestamp(ns,UTC): it needs an offset such as Z, as the type has a zone")]),
    (r#"type: "timestamp(ns)", minimum: «3000-01-01T00:00:00"#, &[("fields[0].minimum", "`minimum` 3000-01-01T00:00:00 is no value of type timestamp(ns): it is out of the type's range")]),
    ("type: duration, maximum: «P1M", &[("fields[0].maximum", "`maximum` P1M is no value of type duration: it is not a duration such as PT90S or P3DT12H")]),
    ("type: duration, maximum: «P999999D", &[("fields[0].maximum", "`maximum` P999999D is no value of type duration: it is out of the type's range")]),
    (r#"type: boolean, const: «"true""#, &[("fields[0].const", "`const` should be true or false, found the text `true`")]),
    (r#"type: binary, const: «"x""#, &[("fields[0].const", r#"`const` "x" is no value of type binary: it is not base64 with padding"#)]),
    ("type: date, minimum: 2020-01-02, maximum: «2020-01-01", &[("fields[0].maximum", "`minimum` 2020-01-02 is above `maximum` 2020-01-01")]),
    ("type: int64, exclusive_minimum: 3, exclusive_maximum: «3", &[("fields[0].exclusive_maximum", "no value lies between `exclusive_minimum` 3 and `exclusive_maximum` 3, as a bound is excluded")]),
    ("type: int64, exclusive_minimum: 5, exclusive_maximum: «6", &[("fields[0].exclusive_maximum", "no int64 is more than 5 and less than 6")]),
    ("type: int8, exclusive_minimum: «127", &[("fields[0].exclusive_minimum", "no int8 is more than 127")]),
    ("type: uint16, exclusive_maximum: «0", &[("fields[0].exclusive_maximum", "no uint16 is less than 0")]),
    ("type: date, exclusive_minimum: 2024-02-28, exclusive_maximum: «2024-02-29", &[("fields[0].exclusive_maximum", "no date is more than 2024-02-28 and less than 2024-02-29")]),
    ("type: int64, multiple_of: «0", &[("fields[0].multiple_of", "`multiple_of` 0 is not above 0")]),
    ("type: float64, multiple_of: «-1", &[("fields[0].multiple_of", "`multiple_of` -1 is not above 0")]),
    ("type: string, enum: [a, «null]", &[("fields[0].enum[1]", "`enum[1]` cannot be null; `required` and `null_values` speak of nulls")]),
    ("type: string, const: «null", &[("fields[0].const", "`const` cannot be null; `required` and `null_values` speak of nulls")]),
    ("type: string, const«: ", &[("fields[0].const", "`const` cannot be null; `required` and `null_values` speak of nulls")]),
    ("type: int8, enum: [1, «1.0]", &[("fields[0].enum[1]", "`enum[1]` lists this value twice")]),
    ("type: string, enum: «a", &[("fields[0].enum", "`enum` should be a list of values, found the text `a`")]),
    ("type: string, enum: [«true]", &[("fields[0].enum[0]", r#"`enum[0]` should be text (quote it: "true"), found true"#)]),
    ("type: string, const: «2020", &[("fields[0].const", r#"`const` should be text (quote it: "2020"), found the number `2020`"#)]),
    ("type: string, min_length: 5, max_length: «4", &[("fields[0].max_length", "`min_length` 5 is above `max_length` 4")]),
    ("type: string, min_length: «-1", &[("fields[0].min_length", "`min_length` should be a whole number from 0 on, found the number `-1`")]),
    ("type: string, min_length: «1.5", &[("fields[0].min_length", "`min_length` should be a whole number from 0 on, found the number `1.5`")]),
    ("type: string, min_length: «many", &[("fields[0].min_length", "`min_length` should be a whole number from 0 on, found the text `many`")]),
    ("type: float64, precision: {digits: «0}", &[("fields[0].precision.digits", "`digits` is at least 1")]),
    ("type: float64, precision: {digits: 2, scale: «3}", &[("fields[0].precision.scale", "`scale` 3 is above `digits` 2")]),
    ("type: float64, precision: «{}", &[("fields[0].precision", "`precision` needs `digits` or `scale`")]),
    ("type: float64, precision: «2", &[("fields[0].precision", "`precision` should be a mapping, found the number `2`")]),
    ("type: string, format: «emial", &[("fields[0].format", "unknown format `emial`; did you mean `email`?")]),
    (r#"type: date, format: «"%Q""#, &[("fields[0].format", "`format` is no strptime pattern: `%Q` is no strptime directive")]),
    (r#"type: date, format: «"%H""#, &[("fields[0].format", "`%H` names no part of a date, which date needs")]),
    (r#"type: time, format: «"%d""#, &[("fields[0].format", "`%d` names no part of a time, which time needs")]),
    (r#"type: "timestamp(s,UTC)", format: «"%Y-%m-%d""#, &[("fields[0].format", "`%Y-%m-%d` names no offset, which timestamp(s,UTC) needs")]),
    ("type: date, format: «[]", &[("fields[0].format", "`format` lists no patterns")]),
    ("type: int64, «format: email", &[("fields[0].format", "`format` does not apply to type int64; it applies to string, date, time and timestamp")]),
    (r#"type: string, pattern: «"""#, &[("fields[0].pattern", "`pattern` is empty")]),
    ("type: string, pattern: «'(a{1000}){1000}'", &[("fields[0].pattern", "the pattern does not compile: it is too large once compiled")]),
    ("type: string, pattern: '«*'", &[("fields[0].pattern", "the pattern does not compile: repetition operator missing expression")]),
    (r"type: string, pattern: '(?-u)«\xFF'", &[("fields[0].pattern", "the pattern does not compile: pattern can match invalid UTF-8")]),
    (r#"type: boolean, true_values: «["0"]"#, &[("fields[0].true_values", "`0` means both true and false; list the other side too")]),
    ("type: boolean, false_values: «[]", &[("fields[0].false_values", "`false_values` lists no texts")]),
    ("aliases: [«\"\"]", &[("fields[0].aliases[0]", "`aliases[0]` is empty")]),
    ("type: int64, «true_values: [x]", &[("fields[0].true_values", "`true_values` does not apply to type int64; it applies to boolean")]),
    ("type: int64, «decimal_char: ','", &[("fields[0].decimal_char", "`decimal_char` does not apply to type int64; it applies to floats and decimal")]),
    ("type: float64, group_char: «'.'", &[("fields[0].group_char", "`group_char` and `decimal_char` are the same character")]),
    ("type: float64, decimal_char: «xx", &[("fields[0].decimal_char", "`decimal_char` must be one character")]),
    ("type: float64, decimal_char: «5", &[("fields[0].decimal_char", r#"`decimal_char` should be text (quote it: "5"), found the number `5`"#)]),
    ("type: float64, group_char: «x", &[("fields[0].group_char", "`group_char` cannot be a letter, a digit, a sign or a line end")]),
    ("type: int64, «allow_nan: true", &[("fields[0].allow_nan", "`allow_nan` does not apply to type int64; it applies to float32 and float64")]),
    (r#"required: «"yes""#, &[("fields[0].required", "`required` should be true or false, found the text `yes`")]),
    ("required: «yes", &[("fields[0].required", "`required` should be true or false, found the text `yes`")]),
    ("severity: «fatal", &[("fields[0].severity", "`severity` should be `error` or `warning`, found the text `fatal`")]),
    ("severity: «warn", &[("fields[0].severity", "`severity` should be `error` or `warning`, found the text `warn`")]),
    ("null_values: «NA", &[("fields[0].null_values", "`null_values` should be a list of texts, found the text `NA`")]),
    ("null_values: [«0]", &[("fields[0].null_values[0]", r#"`null_values[0]` should be text (quote it: "0"), found the number `0`"#)]),
    ("trim: «null", &[("fields[0].trim", "`trim` should be true or false, found nothing (null)")]),
    ("checks: [«{}]", &[("fields[0].checks[0]", "a check needs `check`")]),
    ("checks: [{check: «rnage}]", &[("fields[0].checks[0].check", "unknown check `rnage`; did you mean `range`?")]),
    ("checks: [{check: «range, «min: 1}]", &[("fields[0].checks[0].check", "`range` does not apply to type any; it applies to integers, floats, decimal, date, time, timestamp and duration; give the field a `type`"), ("fields[0].checks[0].min", "unknown key `min` in check `range`; did you mean `minimum`?")]),
    ("type: int64, checks: [«{check: range, «min: 1}]", &[("fields[0].checks[0]", "check `range` needs `minimum`, `maximum`, `exclusive_minimum` or `exclusive_maximum`"), ("fields[0].checks[0].min", "unknown key `min` in check `range`; did you mean `minimum`?")]),
    ("type: int64, checks: [«{check: range}]", &[("fields[0].checks[0]", "check `range` needs `minimum`, `maximum`, `exclusive_minimum` or `exclusive_maximum`")]),
    ("checks: [«{check: row_count, min: 1}]", &[("fields[0].checks[0]", "`row_count` is a check of the table: it stands in the schema's `checks`")]),
    ("checks: [{check: required, «column: a}]", &[("fields[0].checks[0].column", "`column` is implied in a field's own checks; checks of other columns stand in the schema's `checks`")]),
    ("checks: [{check: required, «where: x}]", &[("fields[0].checks[0].where", "`where` is not supported by this version")]),
    ("checks: [«required]", &[("fields[0].checks[0]", "`checks[0]` should be a mapping, found the text `required`")]),
    ("checks: «{check: required}", &[("fields[0].checks", "`checks` should be a list of checks, found a mapping")]),
    ("type: int64, checks: [{check: «pattern, pattern: x}]", &[("fields[0].checks[0].check", "`pattern` does not apply to type int64; it applies to string")]),
    ("checks: [{check: «finite}]", &[("fields[0].checks[0].check", "`finite` does not apply to type any; it applies to float32 and float64; give the field a `type`")]),
    ("checks: [{check: «type}]", &[("fields[0].checks[0].check", "`type` does not apply to type any; it applies to every type but any; give the field a `type`")]),
    ("type: float64, allow_nan: true, allow_infinite: true, checks: [{check: «finite}]", &[("fields[0].checks[0].check", "the field allows both NaN and infinities, so nothing is left for `finite` to refuse")]),
    ("type: int64, checks: [{check: type}, «{check: type}]", &[("fields[0].checks[1]", "the check `type` is declared twice")]),
    ("checks: [{check: required, tolerance: «1.0}]", &[("fields[0].checks[0].tolerance", "`tolerance` `1.0` is neither a whole number of failures nor a fraction below 1")]),
    ("checks: [{check: required, tolerance: «-1}]", &[("fields[0].checks[0].tolerance", "`tolerance` `-1` is neither a whole number of failures nor a fraction below 1")]),
    ("checks: [{check: required, tolerance: «1.5}]", &[("fields[0].checks[0].tolerance", "`tolerance` `1.5` is neither a whole number of failures nor a fraction below 1")]),
    ("checks: [{check: required, tolerance: «x}]", &[("fields[0].checks[0].tolerance", "`tolerance` should be a number of at most 38 digits, found the text `x`")]),
    ("checks: [{check: completeness, min_fraction: «1.5}]", &[("fields[0].checks[0].min_fraction", "`min_fraction` 1.5 is not between 0 and 1")]),
    ("checks: [{check: distinct_count, min: 3, max: «2}]", &[("fields[0].checks[0].max", "`min` 3 is above `max` 2")]),
    ("checks: [{check: distinct_count, equals: «3, max: 2}]", &[("fields[0].checks[0].equals", "`equals` stands alone: remove it, or `min` and `max`")]),
    ("checks: [{check: distinct_count, min: 3, «tolerance: 2}]", &[("fields[0].checks[0].tolerance", "`tolerance` does not apply to `distinct_count`, which counts no failures")]),
    ("checks: [{check: required, id: x}, {check: required, id: «x}]", &[("fields[0].checks[1].id", "the id `x` is already that of another check")]),
    ("required: true, checks: [{check: required, id: «a.required}]", &[("fields[0].checks[0].id", "the id `a.required` is already that of another check")]),
    (r#"checks: [{check: required, id: «""}]"#, &[("fields[0].checks[0].id", "`id` is empty")]),
    ("checks: [{check: unique, nulls: «equals}]", &[("fields[0].checks[0].nulls", "`nulls` should be `ignore`, `equal` or `fail`, found the text `equals`")]),
    ("checks: [{check: unique, nulls: «5}]", &[("fields[0].checks[0].nulls", "`nulls` should be `ignore`, `equal` or `fail`, found the number `5`")]),
    ("type: binary, checks: [{check: length, max_length: 5, unit: «char}]", &[("fields[0].checks[0].unit", "binary values have a length in bytes only")]),
    ("checks: [{check: «expression}]", &[("fields[0].checks[0].check", "`expression` is not supported by this version")]),
    ("checks: [{check: «foreign_key}]", &[("fields[0].checks[0].check", "`foreign_key` is not supported by this version")]),
    ("aliases: [«a]", &[("fields[0].aliases[0]", "the column name `a` is given twice, first on line 2")]),
    ("«name: b", &[("fields[0].name", "duplicate key `name`, first given on line 2")]),
    ("title: «5", &[("fields[0].title", r#"`title` should be text (quote it: "5"), found the number `5`"#)]),
];

/// YAML documents.
#[rustfmt::skip]
const DOCUMENTS: &[Case] = &[
    (r#"csv: {delimiter: «",,"}"#, &[("csv.delimiter", "`delimiter` must be one character")]),
    (r#"csv: {delimiter: «""}"#, &[("csv.delimiter", "`delimiter` must be one character")]),
    ("csv: {delimiter: «é}", &[("csv.delimiter", "`delimiter` must be an ASCII character")]),
    (r#"csv: {delimiter: «"\n"}"#, &[("csv.delimiter", "`delimiter` cannot be a line end")]),
    (r"csv: {delimiter: «'\t'}", &[("csv.delimiter", r#"`delimiter` must be one character; a tab is written "\t" in double quotes"#)]),
    ("csv: {delimiter: «none}", &[("csv.delimiter", "`delimiter` must be one character")]),
    ("csv: {quote: «nothing}", &[("csv.quote", "`quote` must be one character or `none`")]),
    (r#"csv: {delimiter: «'"'}"#, &[("csv.delimiter", "`quote` and `delimiter` are the same character")]),
    (r#"csv: {quote: «","}"#, &[("csv.quote", "`quote` and `delimiter` are the same character")]),
    (r#"csv: {escape: «'"'}"#, &[("csv.escape", "`escape` and `quote` are the same character; a doubled quote is understood without it")]),
    ("csv: {encoding: «latin1}", &[("csv.encoding", "`encoding: latin1` is not supported by this version")]),
    ("csv: {encoding: «utf-9}", &[("csv.encoding", "unknown encoding `utf-9`; did you mean `utf-8`?")]),
    ("csv: {encoding: «zzz}", &[("csv.encoding", "unknown encoding `zzz`")]),
    ("csv: {terminator: «crfl}", &[("csv.terminator", "`terminator` should be `auto`, `lf`, `crlf` or `cr`, found the text `crfl`")]),
    ("csv: {«seperator: x}", &[("csv.seperator", "unknown key `seperator` in the section `csv`")]),
    ("csv: {header: «no}", &[("csv.header", "`header` should be true or false, found the text `no`")]),
    ("csv: «x", &[("csv", "`csv` should be a mapping, found the text `x`")]),
    ("json: «x", &[("json", "`json` should be a mapping, found the text `x`")]),
    ("json: {duplicate_keys: «keep}", &[("json.duplicate_keys", "`duplicate_keys` should be `error`, `first` or `last`, found the text `keep`")]),
    ("json: {«duplicates: last}", &[("json.duplicates", "unknown key `duplicates` in the section `json`")]),
    ("fields: «x", &[("fields", "`fields` should be a list of fields, found the text `x`")]),
    ("fields: [«x]", &[("fields[0]", "`fields[0]` should be a mapping, found the text `x`")]),
    ("fields: [«{}]", &[("fields[0]", "field [0] needs `name`")]),
    ("fields: [{name: «''}]", &[("fields[0].name", "`name` is empty")]),
    ("fields: [{name: «5}]", &[("fields[0].name", r#"`name` should be text (quote it: "5"), found the number `5`"#)]),
    ("fields: [{name: a}, {name: b}, {name: «a}]", &[("fields[2].name", "the column name `a` is given twice, first on line 1")]),
    ("fields: [{name: a}, {name: b, aliases: [«a]}]", &[("fields[1].aliases[0]", "the column name `a` is given twice, first on line 1")]),
    ("«fieldz: []", &[("fieldz", "unknown key `fieldz` in the schema; did you mean `fields`?")]),
    ("checks: [«{check: unique}]", &[("checks[0]", "check `unique` needs `column` or `columns`")]),
    ("checks: [«{check: range, minimum: 1}]", &[("checks[0]", "check `range` needs `column`")]),
    ("fields: [{name: amount}]\nchecks: [{check: required, column: «amuont}]", &[("checks[0].column", "unknown column `amuont`; did you mean `amount`?")]),
    ("fields: [{name: amount, aliases: [sum]}]\nchecks: [{check: required, column: «sum}]", &[("checks[0].column", "unknown column `sum`; did you mean `amount`?")]),
    ("checks: [{check: required, column: «zzz}]", &[("checks[0].column", "unknown column `zzz`")]),
    ("fields: [{name: a}, {name: b}]\nchecks: [{check: required, columns: «[a, b]}]", &[("checks[0].columns", "`columns` names several columns, and `required` takes one: write one check for each")]),
    ("fields: [{name: a}, {name: b}]\nchecks: [{check: unique, columns: [a, «a]}]", &[("checks[0].columns[1]", "`columns[1]` names `a` twice")]),
    ("fields: [{name: a}, {name: b}]\nchecks: [{check: unique, columns: «[]}]", &[("checks[0].columns", "`columns` names no column")]),
    ("fields: [{name: a}, {name: b}]\nchecks: [{check: unique, «columns: [a], column: a}]", &[("checks[0].columns", "`column` and `columns` are both given")]),
    ("checks: [«{check: row_count}]", &[("checks[0]", "check `row_count` needs `min`, `max` or `equals`")]),
    ("checks: [{check: row_count, min: 2, max: «1}]", &[("checks[0].max", "`min` 2 is above `max` 1")]),
    ("checks: [{check: row_count, min: 2, «column: a}]", &[("checks[0].column", "`column` means nothing for `row_count`, which is a check of the whole table")]),
    ("checks: [{check: columns}, «{check: columns}]", &[("checks[1]", "the check `columns` is declared twice")]),
    ("checks: [{check: columns, id: «structure}]", &[("checks[0].id", "the id `structure` is already that of another check")]),
    ("checks: [{check: row_count, min: 1, «tolerance: 1}]", &[("checks[0].tolerance", "`tolerance` does not apply to `row_count`, which counts no failures")]),
    ("checks: [{check: structure, «foo: 1}]", &[("checks[0].foo", "unknown key `foo` in check `structure`")]),
    ("checks: [{check: row_count, min: 1, «group_by: [a]}]", &[("checks[0].group_by", "`group_by` is not supported by this version")]),
    ("extra_columns: «forbidden", &[("extra_columns", "`extra_columns` should be `allow` or `forbid`, found the text `forbidden`")]),
    ("extra_columns: «5", &[("extra_columns", "`extra_columns` should be `allow` or `forbid`, found the number `5`")]),
    ("name: «[x]", &[("name", "`name` should be text, found a list")]),
    ("name: a\n«name: b", &[("name", "duplicate key `name`, first given on line 1")]),
    ("«- a", &[("", "the document should be a mapping, found a list")]),
    ("«x", &[("", "the document should be a mapping, found the text `x`")]),
    ("«", &[("", "the document is empty; it should be a mapping with `fields`")]),
    ("«# nothing", &[("", "the document is empty; it should be a mapping with `fields`")]),
    ("«null", &[("", "the document is empty; it should be a mapping with `fields`")]),
    ("a: [«", &[("", "not valid YAML: while parsing a node, did not find expected node content")]),
    ("a: «*b", &[("", "not valid YAML: while parsing node, found unknown anchor")]),
    ("a: &b [«*b]", &[("", "an alias within the value it repeats cannot be used in a schema document")]),
    ("«<<: {a: b}", &[("", "the merge key `<<` cannot be used in a schema document")]),
    ("a: «!foo b", &[("", "a tag beyond those of the core schema cannot be used in a schema document")]),
    ("a: b\n«---\nc: d", &[("", "a second document cannot be used in a schema document")]),
    ("? «[a]\n: b", &[("", "a list or mapping as a key cannot be used in a schema document")]),
    ("name: \"a«\u{7}\"", &[("", "not valid YAML: the character U+0007 must be escaped")]),
    ("name: «!!int x", &[("", "a tag that its value does not have cannot be used in a schema document")]),
    ("name: «'x", &[("", "not valid YAML: while scanning a quoted scalar, found unexpected end of stream")]),
    ("fields:\n«\t- {name: a}", &[("", "not valid YAML: a tab; YAML is indented with spaces")]),
    ("fields:\n  - name: a\n«\ttype: int64", &[("", "not valid YAML: a tab; YAML is indented with spaces")]),
    ("fields:\n  - name: a\n  «\t  type: int64", &[("", "not valid YAML: a tab; YAML is indented with spaces")]),
    ("name: a«: b", &[("", "not valid YAML: mapping values are not allowed in this context")]),
    ("a: [«}", &[("", "not valid YAML: while parsing a node, did not find expected node content")]),
    ("name: «\"\\xZZ\"", &[("", "not valid YAML: while parsing a quoted scalar, did not find expected hexadecimal number")]),
    ("«@x: 5", &[("", "not valid YAML: unexpected character: `@'")]),
    ("%YAML 1.2\n---\nname: «5", &[("name", "`name` should be text (quote it: \"5\"), found the number `5`")]),
    // Places are right after characters of several bytes and after every kind of line end.
    ("# grün 😀\r\nfields: [{name: ☃é, «tpye: x}]\r\n\r\n«extra: 1", &[
        ("fields[0].tpye", "unknown key `tpye` in field `☃é`; did you mean `type`?"),
        ("extra", "unknown key `extra` in the schema"),
    ]),
    ("fields:\n- name: a\n  description: |\n    x\r\n    ü\n  «tpye: 5\n", &[("fields[0].tpye", "unknown key `tpye` in field `a`; did you mean `type`?")]),
];

const JSON: &[Case] = &[
    (
        "{\"name\": \"é😀\", «\"nmae\": 1}",
        &[("nmae", "unknown key `nmae` in the schema; did you mean `name`?")],
    ),
    ("{\"name\": «\"\\ud800\"}", &[("", NO_STRING)]),
    ("{\"name\": «\"a\n\"}", &[("", NO_STRING)]),
    ("{\"name\": «\"\\x\"}", &[("", NO_STRING)]),
    ("{\"name\": «\"x}", &[("", "not valid JSON: the text has no closing quote")]),
    ("{«name: 1}", &[("", "not valid JSON: expected a key in double quotes")]),
    ("{\"name\" «1}", &[("", "not valid JSON: expected `:` after the key")]),
    ("{\"name\": \"x\",«}", &[("", "not valid JSON: expected a key in double quotes")]),
    ("{\"name\": \"x\"} «x", &[("", "not valid JSON: text after the end of the document")]),
    ("{\"fields\": [«01]}", &[("", "not valid JSON: this is no number as JSON writes it")]),
    ("{\"fields\": [«.5]}", &[("", "not valid JSON: expected a value")]),
    ("{\"fields\": [«+1]}", &[("", "not valid JSON: expected a value")]),
    ("{\"fields\": «nul}", &[("", "not valid JSON: expected a value; text stands in double quotes")]),
    ("{\"fields\": [«", &[("", "not valid JSON: the document ends where a value should be")]),
    ("{\"name\": \"a\", «\"n\\u0061me\": \"b\"}", &[("name", "duplicate key `name`, first given on line 1")]),
    ("«", &[("", "the document is empty; it should be a mapping with `fields`")]),
    ("{\"name\": «null}", &[("name", "`name` should be text, found nothing (null)")]),
];

const NO_STRING: &str =
    "not valid JSON: the text has a line break, a control character or an escape that JSON does not have";

const TOML: &[Case] = &[
    ("name = \"é😀\"\n«nmae = 1", &[("nmae", "unknown key `nmae` in the schema; did you mean `name`?")]),
    (
        "[[fields]]\nname = \"a\"\n«tpye = \"x\"",
        &[("fields[0].tpye", "unknown key `tpye` in field `a`; did you mean `type`?")],
    ),
    (
        "fields = [{ name = \"a\", type = «1979-05-27 }]",
        &[(
            "fields[0].type",
            "`type` should be text (quote it: \"1979-05-27\"), found the date or time `1979-05-27`",
        )],
    ),
    (
        "fields = [{ name = \"a\", type = \"string\", enum = [«2020-01-01] }]",
        &[(
            "fields[0].enum[0]",
            "`enum[0]` should be text (quote it: \"2020-01-01\"), found the date or time `2020-01-01`",
        )],
    ),
    (
        "fields = [{ name = \"a\", type = \"int8\", maximum = «0x80 }]",
        &[("fields[0].maximum", "`maximum` 0x80 is no value of type int8: it is out of the type's range")],
    ),
    (
        "fields = [{ name = \"a\", type = \"float64\", maximum = «inf }]",
        &[("fields[0].maximum", "`maximum` inf is no value of type float64: it is not a finite number")],
    ),
    ("csv.«seperater = 1", &[("csv.seperater", "unknown key `seperater` in the section `csv`")]),
    ("«", &[("", "the document is empty; it should be a mapping with `fields`")]),
    ("name = «x", &[("", "not valid TOML: string values must be quoted, expected literal string")]),
    ("name = \"a\"\n«name = \"b\"", &[("", "not valid TOML: duplicate key")]),
];

/// The text without the `«`, and their lines and columns.
fn unmark(marked: &str) -> (String, Vec<(u32, u32)>) {
    let (mut text, mut locations, mut line, mut column) = (String::new(), Vec::new(), 1, 1);
    for character in marked.chars() {
        match character {
            '«' => locations.push((line, column)),
            '\n' => (line, column) = (line + 1, 1),
            _ => column += 1,
        }
        if character != '«' {
            text.push(character);
        }
    }
    (text, locations)
}

#[track_caller]
fn assert_errors(marked: &str, language: Language, expected: &[(&str, &str)]) {
    let (text, locations) = unmark(marked);
    let error = Schema::parse(&text, language).expect_err(&text);
    let found = error.errors().iter().map(|problem| {
        let location = problem.location().unwrap();
        ((location.line, location.column), location.path.clone(), problem.to_string())
    });
    let wanted: Vec<_> = locations
        .into_iter()
        .zip(expected)
        .map(|(location, (path, message))| (location, (*path).to_owned(), (*message).to_owned()))
        .collect();
    assert_eq!(found.collect::<Vec<_>>(), wanted, "\n{text}");
    assert_eq!(error.kind(), error.errors()[0].kind());
    assert_eq!(error.location().as_ref(), error.errors()[0].location());
}

#[test]
fn errors_in_fields_have_messages_and_locations() {
    for (keywords, expected) in FIELDS {
        assert_errors(&format!("fields:\n  - {{name: a, {keywords}}}\n"), Language::Yaml, expected);
    }
}

#[test]
fn errors_in_documents_have_messages_and_locations() {
    for (language, cases) in [(Language::Yaml, DOCUMENTS), (Language::Json, JSON), (Language::Toml, TOML)] {
        for (text, expected) in cases {
            assert_errors(text, language, expected);
        }
    }
}

/// Reserved names, which this version does not support, must be errors: they must never be ignored.
#[test]
fn reserved_names_are_refused() {
    let checks = [
        "expression",
        "compare",
        "conditional",
        "foreign_key",
        "monotonic",
        "statistic",
        "values_set",
        "freshness",
        "no_gaps",
        "drift",
    ];
    for check in checks {
        let message = format!("`{check}` is not supported by this version");
        assert_errors(
            &format!("checks: [{{check: «{check}, column: a}}]"),
            Language::Yaml,
            &[("checks[0].check", &message)],
        );
    }
    for key in ["where", "group_by"] {
        let message = format!("`{key}` is not supported by this version");
        let text = format!("checks: [{{check: row_count, min: 1, «{key}: a}}]");
        assert_errors(&text, Language::Yaml, &[(&format!("checks[0].{key}"), &message)]);
    }
}

#[test]
fn no_control_character_of_a_document_reaches_a_message() {
    let text =
        "{\"fields\": [{\"name\": \"a\\u001b[31m\\u202e\\n\", \"ke\\u0007y\": 1, \"type\": \"\\u009b\"}]}";
    let error = Schema::from_json(text).unwrap_err();
    assert_eq!(error.errors().len(), 2);
    let rendered = error.render("na\u{1b}me", text);
    let shown =
        error.errors().iter().map(ToString::to_string).chain([error.to_string(), rendered.replace('\n', "")]);
    for message in shown {
        assert!(
            !message.chars().any(|character| character.is_control() || character == '\u{202e}'),
            "{message:?}"
        );
    }
}

#[test]
fn at_most_a_hundred_errors_are_reported() {
    let text = format!("fields:\n{}", "  - {}\n".repeat(500));
    assert_eq!(Schema::from_yaml(&text).unwrap_err().errors().len(), 100);
}
