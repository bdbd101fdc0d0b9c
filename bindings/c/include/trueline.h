/**
 * trueline: says whether tables are what their schema claims, and where they are not.
 *
 * Made by `cargo xtask header` from the Rust sources in bindings/c; edit those. (size: one header, with all that is said of it)
 *
 * What holds for every function:
 *
 * - It answers with a `TruelineStatus`. Whatever is not `TRUELINE_STATUS_OK` means that the job could not be done, and then nothing but
 *   `*error` was written. Bad data is no error: it is in the report. (Functions that look into an error or a buffer, and those that
 *   name things, answer with what is asked for.)
 * - The object comes first, then inputs, then outputs, then `error`. `error` may be NULL; otherwise a new error object is put there
 *   when the job could not be done, without looking at what was there. Free it with `trueline_error_free`.
 * - Any pointer may be NULL: where it must not be, the answer is `TRUELINE_STATUS_NULL_ARGUMENT`. Other pointers must
 *   point to what they say, for as long as the call takes; nothing that is passed in is kept, unless it says so.
 * - `trueline_x_new` makes an object and `trueline_x_free` ends it. The latter takes the address of your pointer and sets it to NULL, so
 *   that freeing it once more does nothing. An object that was made from another one does not need it any longer.
 * - What a `TruelineText` or another view points to belongs to the object that it was asked of, and lives as long as that does.
 *   Texts are UTF-8. They do not end with a NUL, and may contain some.
 * - Schemas, validators, reports, states, buffers, errors and indexes can be used by many threads at once, except while they are freed,
 *   or a state gets its number. Options, streams and record validators belong to one thread at a time.
 * - Callbacks may be called on other threads than yours, though never after the function that got them has returned. They must not
 *   throw, `longjmp`, or free the objects that are at work.
 * - No function ends the process, writes to standard output or changes what belongs to the process, such as handlers of signals.
 */


#ifndef TRUELINE_H
#define TRUELINE_H

#include <stddef.h>
#include <stdint.h>

/** For `printf`: `printf("%.*s", TRUELINE_TEXT(violation.message))`. */
#define TRUELINE_TEXT(text) (int)(text).length, (text).data

/* The Arrow C data interface, as https://arrow.apache.org/docs/format/CDataInterface.html has it; its guards let it
 * stand beside the same declarations of other libraries. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */


/**
 * What stands where there is no number: no row, no line, no offset.
 */
#define TRUELINE_NONE UINT64_MAX

/**
 * The version of this header's binary interface. A program built with one works with a library of the same.
 */
#define TRUELINE_ABI_VERSION 1

/**
 * What a function answers. More may be added; take what you do not know for a failure.
 */
enum TruelineStatus
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * It is done; outputs are written.
   */
  TRUELINE_STATUS_OK = 0,
  /**
   * A pointer is NULL that must not be.
   */
  TRUELINE_STATUS_NULL_ARGUMENT = 1,
  /**
   * An argument cannot be what it is: a length beyond all memory, a number that is no member of its enumeration.
   */
  TRUELINE_STATUS_INVALID_ARGUMENT = 2,
  /**
   * A text is not UTF-8.
   */
  TRUELINE_STATUS_UTF8 = 3,
  /**
   * The schema cannot be used; the error says where.
   */
  TRUELINE_STATUS_SCHEMA = 4,
  /**
   * An option, or several together, cannot be what they are.
   */
  TRUELINE_STATUS_OPTION = 5,
  /**
   * What should be read is not there or cannot be opened.
   */
  TRUELINE_STATUS_INPUT = 6,
  /**
   * Arrow data are not what the C data interface asks for, or have been released.
   */
  TRUELINE_STATUS_ARROW = 7,
  /**
   * A callback failed, and the run with it.
   */
  TRUELINE_STATUS_CALLBACK = 8,
  /**
   * A callback asked for the run to end.
   */
  TRUELINE_STATUS_CANCELLED = 9,
  /**
   * The object is at an end, or not yet so far: a stream after `trueline_stream_finish`.
   */
  TRUELINE_STATUS_STATE = 10,
  /**
   * There is no such item.
   */
  TRUELINE_STATUS_RANGE = 11,
  /**
   * An output could not be written, or what a run needs not be kept.
   */
  TRUELINE_STATUS_OUTPUT = 12,
  /**
   * A fault of the library; please report it.
   */
  TRUELINE_STATUS_INTERNAL = 13,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineStatus TruelineStatus;
#else
typedef uint32_t TruelineStatus;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How much a failure matters.
 */
enum TruelineSeverity
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * It makes its row invalid.
   */
  TRUELINE_SEVERITY_ERROR = 0,
  /**
   * It is told.
   */
  TRUELINE_SEVERITY_WARNING = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineSeverity TruelineSeverity;
#else
typedef uint32_t TruelineSeverity;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The answer of a run.
 */
enum TruelineVerdict
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Every byte was read and no check of error severity failed.
   */
  TRUELINE_VERDICT_VALID = 0,
  /**
   * Every byte was read and a check of error severity failed.
   */
  TRUELINE_VERDICT_INVALID = 1,
  /**
   * Not every byte could be read and checked: nothing is said about the data.
   */
  TRUELINE_VERDICT_UNREADABLE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineVerdict TruelineVerdict;
#else
typedef uint32_t TruelineVerdict;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The outcome of a check.
 */
enum TruelineCheckStatus
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Nothing failed, or no more than its tolerance allows.
   */
  TRUELINE_CHECK_STATUS_PASSED = 0,
  /**
   * It failed, at error severity.
   */
  TRUELINE_CHECK_STATUS_FAILED = 1,
  /**
   * It failed, at warning severity.
   */
  TRUELINE_CHECK_STATUS_WARNED = 2,
  /**
   * It could not be evaluated; `reason` says why.
   */
  TRUELINE_CHECK_STATUS_NOT_EVALUATED = 3,
  /**
   * Its own code failed, which only that of a custom check can; `reason` says how.
   */
  TRUELINE_CHECK_STATUS_ERROR = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineCheckStatus TruelineCheckStatus;
#else
typedef uint32_t TruelineCheckStatus;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What can be wrong with a record of CSV, and which byte is named.
 */
enum TruelineCsvFaultKind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * A byte sequence is not UTF-8; the first bad byte.
   */
  TRUELINE_CSV_FAULT_KIND_UTF8 = 0,
  /**
   * A quote inside an unquoted field; that quote.
   */
  TRUELINE_CSV_FAULT_KIND_STRAY_QUOTE = 1,
  /**
   * Text between a closing quote and the end of the field; the closing quote.
   */
  TRUELINE_CSV_FAULT_KIND_TEXT_AFTER_QUOTE = 2,
  /**
   * A quoted field runs to the end of the input; the opening quote.
   */
  TRUELINE_CSV_FAULT_KIND_UNCLOSED_QUOTE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineCsvFaultKind TruelineCsvFaultKind;
#else
typedef uint32_t TruelineCsvFaultKind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The language of a schema document.
 */
enum TruelineLanguage
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * YAML.
   */
  TRUELINE_LANGUAGE_YAML = 0,
  /**
   * JSON.
   */
  TRUELINE_LANGUAGE_JSON = 1,
  /**
   * TOML.
   */
  TRUELINE_LANGUAGE_TOML = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineLanguage TruelineLanguage;
#else
typedef uint32_t TruelineLanguage;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How an input is written.
 */
enum TruelineFormat
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * What the end of its name says, and its first bytes. The default.
   */
  TRUELINE_FORMAT_AUTO = 0,
  /**
   * CSV.
   */
  TRUELINE_FORMAT_CSV = 1,
  /**
   * JSON Lines.
   */
  TRUELINE_FORMAT_JSON_LINES = 2,
  /**
   * Parquet.
   */
  TRUELINE_FORMAT_PARQUET = 3,
  /**
   * An Arrow IPC file or stream.
   */
  TRUELINE_FORMAT_ARROW = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineFormat TruelineFormat;
#else
typedef uint32_t TruelineFormat;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * An option that is a number.
 */
enum TruelineNumber
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * How many threads work. Default: as many as the machine offers. The report does not depend on it.
   */
  TRUELINE_NUMBER_THREADS = 0,
  /**
   * Bytes per chunk, from 1 to 1 GiB. Default 1 MiB. The report does not depend on it.
   */
  TRUELINE_NUMBER_CHUNK_BYTES = 1,
  /**
   * Violations kept per check, unless the check states its own. Default 20. Totals are exact whatever it is.
   */
  TRUELINE_NUMBER_SAMPLE_LIMIT = 2,
  /**
   * Violations kept in all. Default 1,000.
   */
  TRUELINE_NUMBER_MAX_VIOLATIONS = 3,
  /**
   * The largest record, in bytes. Default 16 MiB, at most 1 GiB.
   */
  TRUELINE_NUMBER_MAX_RECORD_BYTES = 4,
  /**
   * The largest field, in bytes. Default 4 MiB.
   */
  TRUELINE_NUMBER_MAX_FIELD_BYTES = 5,
  /**
   * The most columns. Default 100,000.
   */
  TRUELINE_NUMBER_MAX_COLUMNS = 6,
  /**
   * How many arrays and objects of JSON may be open at once. Default 128.
   */
  TRUELINE_NUMBER_MAX_DEPTH = 7,
  /**
   * How many decompressed bytes there may be for each compressed one. Default: any number.
   */
  TRUELINE_NUMBER_MAX_RATIO = 8,
  /**
   * How many decompressed bytes a compressed input may have. Default: any number.
   */
  TRUELINE_NUMBER_MAX_DECOMPRESSED_BYTES = 9,
  /**
   * The largest footer of a Parquet or Arrow file, or head of an Arrow batch, in bytes. Default 64 MiB.
   */
  TRUELINE_NUMBER_MAX_METADATA_BYTES = 10,
  /**
   * The most row groups of a Parquet file. Default 1,000,000.
   */
  TRUELINE_NUMBER_MAX_ROW_GROUPS = 11,
  /**
   * The most pages of a column in a row group of a Parquet file. Default 1,048,576.
   */
  TRUELINE_NUMBER_MAX_PAGES = 12,
  /**
   * The largest page of a Parquet file, in bytes without compression. Default 512 MiB.
   */
  TRUELINE_NUMBER_MAX_PAGE_BYTES = 13,
  /**
   * The most values that are decoded for one batch of rows of a Parquet file. Default 16,777,216.
   */
  TRUELINE_NUMBER_MAX_BATCH_VALUES = 14,
  /**
   * The largest batch of an Arrow input, in bytes without compression. Default 1 GiB.
   */
  TRUELINE_NUMBER_MAX_BATCH_BYTES = 15,
  /**
   * How much of a stream is kept in a temporary file where it must be, in bytes. Default 16 GiB.
   */
  TRUELINE_NUMBER_MAX_SPOOL_BYTES = 16,
  /**
   * Memory for keys, in bytes; beyond it they go to temporary files. Default 128 MiB.
   */
  TRUELINE_NUMBER_KEY_MEMORY_BYTES = 17,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineNumber TruelineNumber;
#else
typedef uint32_t TruelineNumber;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * An option that is a text. None is set by default.
 */
enum TruelineSetting
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The file that the valid rows of a run go to, as they stand in the input.
   */
  TRUELINE_SETTING_VALID_OUT = 0,
  /**
   * The file that the invalid rows of a run go to.
   */
  TRUELINE_SETTING_INVALID_OUT = 1,
  /**
   * The file that every violation goes to, not only samples: `.csv`, `.jsonl`, `.parquet` or `.arrow`.
   */
  TRUELINE_SETTING_ERRORS_OUT = 2,
  /**
   * The name of a first column with the ids of the checks that failed, for the rows of `TRUELINE_SETTING_INVALID_OUT`.
   */
  TRUELINE_SETTING_REASONS = 3,
  /**
   * The folder for keys beyond their budget. By default the system's folder for temporary files.
   */
  TRUELINE_SETTING_SPILL_DIR = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineSetting TruelineSetting;
#else
typedef uint32_t TruelineSetting;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How far the statistics that a Parquet file has of its own values are believed.
 */
enum TruelineTrust
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Not at all: every value is decoded. The default.
   */
  TRUELINE_TRUST_NEVER = 0,
  /**
   * What follows from them is taken for proven.
   */
  TRUELINE_TRUST_PROVE = 1,
  /**
   * Every value is decoded, and the statistics are compared with them.
   */
  TRUELINE_TRUST_AUDIT = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineTrust TruelineTrust;
#else
typedef uint32_t TruelineTrust;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * In which form a report is rendered.
 */
enum TruelineRendering
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * For people, in a terminal or a log.
   */
  TRUELINE_RENDERING_TEXT = 0,
  /**
   * One JSON document.
   */
  TRUELINE_RENDERING_JSON = 1,
  /**
   * One JSON document per line: the report, then each violation.
   */
  TRUELINE_RENDERING_JSON_LINES = 2,
  /**
   * `JUnit` XML.
   */
  TRUELINE_RENDERING_JUNIT = 3,
  /**
   * SARIF 2.1.0.
   */
  TRUELINE_RENDERING_SARIF = 4,
  /**
   * Annotations in the log of a GitHub workflow.
   */
  TRUELINE_RENDERING_GITHUB = 5,
  /**
   * For a comment on a pull request.
   */
  TRUELINE_RENDERING_MARKDOWN = 6,
  /**
   * One page for a browser, complete in itself.
   */
  TRUELINE_RENDERING_HTML = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineRendering TruelineRendering;
#else
typedef uint32_t TruelineRendering;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What an input is of its dataset.
 */
enum TruelineExtent
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * All of an input, with its header if it has one.
   */
  TRUELINE_EXTENT_WHOLE = 0,
  /**
   * A stretch that goes on where another one ended, between two records: no header, and rows, lines and bytes that count on. For JSON
   * Lines, and CSV without a header; else `TRUELINE_STATUS_OPTION`.
   */
  TRUELINE_EXTENT_STRETCH = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineExtent TruelineExtent;
#else
typedef uint32_t TruelineExtent;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What ends a record of CSV.
 */
enum TruelineCsvTerminator
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * LF, or CR directly followed by LF. A lone CR is data. The default.
   */
  TRUELINE_CSV_TERMINATOR_AUTO = 0,
  /**
   * LF alone.
   */
  TRUELINE_CSV_TERMINATOR_LF = 1,
  /**
   * CR directly followed by LF.
   */
  TRUELINE_CSV_TERMINATOR_CR_LF = 2,
  /**
   * CR alone.
   */
  TRUELINE_CSV_TERMINATOR_CR = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum TruelineCsvTerminator TruelineCsvTerminator;
#else
typedef uint32_t TruelineCsvTerminator;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Bytes that are yours; free them with `trueline_buffer_free`.
 */
typedef struct TruelineBuffer TruelineBuffer;

/**
 * Where the records and fields of a buffer are. Free it with `trueline_csv_index_free`.
 */
typedef struct TruelineCsvIndex TruelineCsvIndex;

/**
 * Why a job could not be done. Free it with `trueline_error_free`.
 */
typedef struct TruelineError TruelineError;

/**
 * Options of a validator, each with its default until it is set. Free it with `trueline_options_free`.
 */
typedef struct TruelineOptions TruelineOptions;

/**
 * Judges one record of JSON after the other, each by itself: keys are not compared, and what is asked of a table is not. Free it with
 * `trueline_record_validator_free`.
 */
typedef struct TruelineRecordValidator TruelineRecordValidator;

/**
 * The whole answer to whether data are what the schema says. Free it with `trueline_report_free`.
 */
typedef struct TruelineReport TruelineReport;

/**
 * A schema document that was read and can be compiled. Free it with `trueline_schema_free`.
 */
typedef struct TruelineSchema TruelineSchema;

/**
 * What was found in parts of a dataset, to be kept, carried elsewhere and merged. Free it with `trueline_state_free`.
 */
typedef struct TruelineState TruelineState;

/**
 * An input that is validated while it is written to. Free it with `trueline_stream_free`, finished or not.
 */
typedef struct TruelineStream TruelineStream;

/**
 * A schema made ready to judge data under some options, any number of times. Free it with `trueline_validator_free`.
 */
typedef struct TruelineValidator TruelineValidator;

/**
 * A text that belongs to the object it was asked of. UTF-8, without a NUL at its end.
 */
typedef struct {
  /**
   * Its first byte; NULL where there is no text, which is not the same as an empty one.
   */
  const char *data;
  /**
   * How many bytes it has.
   */
  size_t length;
} TruelineText;

/**
 * How far a run has come. It lives as long as the call that it comes with.
 */
typedef struct {
  /**
   * The input being read.
   */
  TruelineText input;
  /**
   * Bytes taken from all inputs so far, as stored.
   */
  uint64_t bytes;
  /**
   * Bytes of all inputs, as stored; `TRUELINE_NONE` when not known.
   */
  uint64_t total_bytes;
  /**
   * Rows validated so far.
   */
  uint64_t rows;
  /**
   * Rows found invalid so far; duplicates are found at the end.
   */
  uint64_t invalid_rows;
  /**
   * Time since the run began.
   */
  double elapsed_seconds;
} TruelineProgress;

/**
 * Called at most ten times a second, on any thread but never twice at once for one run. Anything but 0 ends the run, which then answers
 * `TRUELINE_STATUS_CANCELLED`.
 */
typedef int32_t (*TruelineProgressCallback)(void *context, const TruelineProgress *progress);

/**
 * Asked whether a run should end: before it begins, about ten times a second while it reads, before each call of a
 * `TruelineReadCallback` and before each batch of an Arrow stream; on any thread, for one run perhaps on several at once. Anything
 * but 0 ends the run, which then answers `TRUELINE_STATUS_CANCELLED`.
 */
typedef int32_t (*TruelineCancelCallback)(void *context);

/**
 * One fault: which check, where, what was found and what was expected. Numbers that are not known are `TRUELINE_NONE`.
 */
typedef struct {
  /**
   * The id of the check, such as `amount.range`.
   */
  TruelineText check_id;
  /**
   * The stable code, such as `range.above_maximum`.
   */
  TruelineText code;
  /**
   * Whether this makes its row invalid.
   */
  TruelineSeverity severity;
  /**
   * Which of the report's inputs.
   */
  uint32_t input;
  /**
   * The record, from 0, header excluded.
   */
  uint64_t row_index;
  /**
   * The physical line of the first byte, from 1.
   */
  uint64_t line;
  /**
   * The first byte, from 0, in the decompressed input.
   */
  uint64_t byte_offset;
  /**
   * The number of bytes, quotes included.
   */
  uint64_t byte_length;
  /**
   * The column's name, when the fault is of one column.
   */
  TruelineText column;
  /**
   * The place inside a nested value, as a JSON Pointer, or none.
   */
  TruelineText path;
  /**
   * The value found, as text, cut when long; or none.
   */
  TruelineText value;
  /**
   * 1 where `value` was cut, else 0.
   */
  uint8_t value_truncated;
  /**
   * What the check expects, for people.
   */
  TruelineText expected;
  /**
   * What is wrong, in one sentence, for people.
   */
  TruelineText message;
  /**
   * Which input has the other place that this fault is about, such as the first holder of a repeated key.
   */
  uint64_t related_input;
  /**
   * The record of that place.
   */
  uint64_t related_row_index;
  /**
   * The line of that place.
   */
  uint64_t related_line;
} TruelineViolation;

/**
 * The rows of one part of a run, and what is wrong with them; all places are those of the whole input. It lives as long as the call that
 * it comes with, and so do its violations and their texts.
 */
typedef struct {
  /**
   * Its number, from 0, over all inputs.
   */
  uint64_t number;
  /**
   * The input that its rows are of, from 0.
   */
  uint32_t input;
  /**
   * The name of that input.
   */
  TruelineText input_name;
  /**
   * Its first row, from 0, over the input.
   */
  uint64_t first_row;
  /**
   * How many rows it has.
   */
  uint64_t rows;
  /**
   * How many of them are invalid. In the last part: how many rows were counted as valid before and are not, since keys come again.
   */
  uint64_t invalid_rows;
  /**
   * Bytes of the input up to its end, after decompression.
   */
  uint64_t end_bytes;
  /**
   * How many violations of error severity were found in it.
   */
  uint64_t errors;
  /**
   * How many violations of warning severity were found in it.
   */
  uint64_t warnings;
  /**
   * The first of its violations; NULL where there are none.
   */
  const TruelineViolation *violations;
  /**
   * How many violations there are at `violations`: at most as many as a report keeps (`TRUELINE_NUMBER_MAX_VIOLATIONS`).
   */
  size_t violation_count;
  /**
   * 1 in the last part, which has no rows, and what is known only when all rows are: keys that come again, faults of the whole table. Else 0.
   */
  uint8_t is_last;
} TruelinePart;

/**
 * Called with one part after the other, in the order of rows, on any thread but never twice at once for one run, which waits for it.
 * Anything but 0 ends the run, which then answers `TRUELINE_STATUS_CANCELLED`.
 */
typedef int32_t (*TruelinePartCallback)(void *context, const TruelinePart *part);

/**
 * Puts up to `capacity` bytes into `buffer` and answers how many: at least 1, 0 at the end, or a negative number when it cannot, which
 * ends the run with `TRUELINE_STATUS_CALLBACK`. The first capacities may be of a few bytes, and no more may be written. It is called on any thread, but never twice at once, and not again after its end.
 */
typedef int64_t (*TruelineReadCallback)(void *context, uint8_t *buffer, size_t capacity);

/**
 * A report in numbers. `valid_rows + invalid_rows = total_rows`.
 */
typedef struct {
  /**
   * The answer.
   */
  TruelineVerdict verdict;
  /**
   * All records.
   */
  uint64_t total_rows;
  /**
   * Records that no violation of error severity names.
   */
  uint64_t valid_rows;
  /**
   * Records that at least one violation of error severity names.
   */
  uint64_t invalid_rows;
  /**
   * How many violations the report keeps.
   */
  size_t violation_count;
  /**
   * How many violations were found and not kept.
   */
  uint64_t violations_omitted;
  /**
   * How many checks there are.
   */
  size_t check_count;
  /**
   * How many inputs were read.
   */
  size_t input_count;
} TruelineSummary;

/**
 * What became of one check.
 */
typedef struct {
  /**
   * Its id, such as `amount.range`.
   */
  TruelineText id;
  /**
   * Its kind, such as `range`.
   */
  TruelineText check;
  /**
   * The column it reads; none for a check of the table, or of several columns, which its id names.
   */
  TruelineText column;
  /**
   * How much a failure matters.
   */
  TruelineSeverity severity;
  /**
   * The outcome.
   */
  TruelineCheckStatus status;
  /**
   * Why it was not evaluated, or another remark; or none.
   */
  TruelineText reason;
  /**
   * How many values (rows, for a check of rows) were judged.
   */
  uint64_t evaluated;
  /**
   * How many of those failed. Exact, however many samples were kept.
   */
  uint64_t failed;
  /**
   * How many values were null and therefore not judged.
   */
  uint64_t null;
  /**
   * How many values could not be judged because an earlier fault stands in the way.
   */
  uint64_t not_evaluated;
  /**
   * The first row that failed, or `TRUELINE_NONE`.
   */
  uint64_t first_row_index;
  /**
   * What it expects, for people.
   */
  TruelineText expected;
} TruelineCheckResult;

/**
 * One input.
 */
typedef struct {
  /**
   * Its name.
   */
  TruelineText name;
  /**
   * Its format, such as `csv`.
   */
  TruelineText format;
  /**
   * How many bytes were read from it, after decompression.
   */
  uint64_t bytes;
  /**
   * How many records were read from it, header excluded.
   */
  uint64_t rows;
} TruelineInput;

/**
 * Why a run came to no answer. Numbers that are not known are `TRUELINE_NONE`.
 */
typedef struct {
  /**
   * The stable code, such as `encoding.utf16`.
   */
  TruelineText code;
  /**
   * What happened, in one sentence, for people.
   */
  TruelineText message;
  /**
   * The name of the input, when it is about one.
   */
  TruelineText input;
  /**
   * The record, from 0, header excluded.
   */
  uint64_t row_index;
  /**
   * The physical line, from 1.
   */
  uint64_t line;
  /**
   * The byte, from 0, in the decompressed input.
   */
  uint64_t byte_offset;
} TruelineRunError;

/**
 * How the bytes of a table are to be read. Fill it with `trueline_csv_dialect_init`, then change what is to be different.
 */
typedef struct {
  /**
   * The ASCII byte between two fields. Default `,`.
   */
  uint8_t delimiter;
  /**
   * The ASCII byte that opens and closes a quoted field, or -1 for no quoting at all. Default `"`.
   */
  int16_t quote;
  /**
   * A byte that, inside a quoted field, makes the next byte plain content, or -1. Default -1.
   */
  int16_t escape;
  /**
   * A line whose first byte is this one is skipped; or -1. Default -1.
   */
  int16_t comment;
  /**
   * What ends a record, a `TruelineCsvTerminator`. Default `TRUELINE_CSV_TERMINATOR_AUTO`.
   */
  uint32_t terminator;
  /**
   * Not 0: quotes in wrong places are plain data and no faults. Default 0.
   */
  uint8_t is_lenient;
  /**
   * Not 0: a line without any byte is a record of one empty field. Default 0: it is none.
   */
  uint8_t blank_lines_count;
  /**
   * Physical lines before the table begins, which are passed over. Default 0.
   */
  uint64_t skip_lines;
} TruelineCsvDialect;

/**
 * A run of bytes, counted from the start of the buffer.
 */
typedef struct {
  /**
   * The first byte.
   */
  uint64_t start;
  /**
   * The byte behind the last one.
   */
  uint64_t end;
} TruelineCsvSpan;

/**
 * A record that is not as it should be. Its fields are where they would be if it were.
 */
typedef struct {
  /**
   * The record.
   */
  uint64_t record;
  /**
   * The byte, counted from the start of the buffer.
   */
  uint64_t byte_offset;
  /**
   * What is wrong.
   */
  TruelineCsvFaultKind kind;
} TruelineCsvFault;

/**
 * The positions of an index, to which they belong. Field `f` of record `r` is `fields[record_fields[r] + f]`, and there are
 * `record_fields[r + 1] - record_fields[r]` of them. Blank lines and comments are no records; a header is one.
 */
typedef struct {
  /**
   * How many records there are.
   */
  uint64_t record_count;
  /**
   * The first field of each record, and behind them how many fields there are: `record_count + 1` numbers.
   */
  const uint64_t *record_fields;
  /**
   * How many fields there are in all records.
   */
  uint64_t field_count;
  /**
   * The fields as they stand in the buffer, quotes included.
   */
  const TruelineCsvSpan *fields;
  /**
   * How many records are not as they should be.
   */
  uint64_t fault_count;
  /**
   * What is wrong, in the order of the records, at most one fault per record.
   */
  const TruelineCsvFault *faults;
} TruelineCsvPositions;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The binary interface of the library that is loaded; compare it with `TRUELINE_ABI_VERSION`.
 */
uint32_t trueline_abi_version(void);

/**
 * The version of the library, such as `0.1.0`. It is never freed.
 */
const char *trueline_version(void);

/**
 * A status in words, for people. It is never freed.
 */
const char *trueline_status_name(uint32_t status);

/**
 * The status that came with an error; `TRUELINE_STATUS_OK` of NULL.
 */
TruelineStatus trueline_error_status(const TruelineError *error);

/**
 * What went wrong, as a word that stays the same from version to version, such as `argument.null` or `schema.document`. It is never freed;
 * empty of NULL.
 */
const char *trueline_error_code(const TruelineError *error);

/**
 * What went wrong, for people: one line, or several for a schema document. It belongs to the error; empty of NULL.
 */
const char *trueline_error_message(const TruelineError *error);

/**
 * The line of a schema document that it is about, from 1; 0 where there is none.
 */
uint64_t trueline_error_line(const TruelineError *error);

/**
 * The column in that line, from 1, in characters; 0 where there is none.
 */
uint64_t trueline_error_column(const TruelineError *error);

/**
 * Frees an error and sets the pointer to NULL. A pointer that is NULL stays so.
 */
TruelineStatus trueline_error_free(TruelineError **error);

/**
 * The bytes of a buffer, with a NUL behind them. They belong to the buffer; an empty string of NULL.
 */
const char *trueline_buffer_data(const TruelineBuffer *buffer);

/**
 * How many bytes a buffer has, without the NUL; 0 of NULL.
 */
size_t trueline_buffer_length(const TruelineBuffer *buffer);

/**
 * Frees a buffer and sets the pointer to NULL. A pointer that is NULL stays so.
 */
TruelineStatus trueline_buffer_free(TruelineBuffer **buffer);

/**
 * Reads a schema document of `length` bytes, in a `TruelineLanguage`.
 *
 * `TRUELINE_STATUS_SCHEMA` when it cannot be used: the error's message shows every fault with its line, and its line and column are
 * those of the first. `*schema` is yours; free it with `trueline_schema_free`.
 */
TruelineStatus trueline_schema_new(const char *text,
                                   size_t length,
                                   uint32_t language,
                                   TruelineSchema **schema,
                                   TruelineError **error);

/**
 * Reads a schema document from a file, whose ending says its language: `.yaml`, `.yml`, `.json` or `.toml`; or composes a schema of all
 * such documents below a folder, in the order of their paths.
 *
 * `TRUELINE_STATUS_INPUT` when it cannot be read; else as `trueline_schema_new`.
 */
TruelineStatus trueline_schema_from_file(const char *path,
                                         TruelineSchema **schema,
                                         TruelineError **error);

/**
 * The fingerprint of what a schema means: `blake3:` and 64 hexadecimal digits. `*fingerprint` is yours.
 */
TruelineStatus trueline_schema_fingerprint(const TruelineSchema *schema,
                                           TruelineBuffer **fingerprint,
                                           TruelineError **error);

/**
 * The schema in its canonical form, JSON. `*document` is yours.
 */
TruelineStatus trueline_schema_canonical(const TruelineSchema *schema,
                                         TruelineBuffer **document,
                                         TruelineError **error);

/**
 * Frees a schema and sets the pointer to NULL. A pointer that is NULL stays so. Validators that were made of it do not need it.
 */
TruelineStatus trueline_schema_free(TruelineSchema **schema);

/**
 * Options, all at their defaults. `*options` is yours; free it with `trueline_options_free`, as soon as the validator is made.
 */
TruelineStatus trueline_options_new(TruelineOptions **options,
                                    TruelineError **error);

/**
 * Sets the format of all inputs, a `TruelineFormat`, whatever they are called.
 */
TruelineStatus trueline_options_set_format(TruelineOptions *options, uint32_t format, TruelineError **error);

/**
 * Sets a number, a `TruelineNumber`. Whether it can be what it is turns out when a validator is made.
 */
TruelineStatus trueline_options_set_number(TruelineOptions *options,
                                           uint32_t number,
                                           uint64_t value,
                                           TruelineError **error);

/**
 * Sets a text, a `TruelineSetting`; it is copied. Whether it can be what it is turns out when a validator is made.
 */
TruelineStatus trueline_options_set_text(TruelineOptions *options,
                                         uint32_t setting,
                                         const char *text,
                                         TruelineError **error);

/**
 * Sets how far statistics of Parquet files are believed, a `TruelineTrust`.
 */
TruelineStatus trueline_options_set_trust(TruelineOptions *options, uint32_t trust, TruelineError **error);

/**
 * Sets who is told how far a run has come; NULL for nobody. `context` is handed to the callback and may be anything. Both must be there
 * for as long as a validator that is made with these options is at work.
 */
TruelineStatus trueline_options_set_progress(TruelineOptions *options,
                                             TruelineProgressCallback callback,
                                             void *context,
                                             TruelineError **error);

/**
 * Sets who is asked whether a run is to end; NULL for nobody. For the rest as `trueline_options_set_progress`.
 */
TruelineStatus trueline_options_set_cancel(TruelineOptions *options,
                                           TruelineCancelCallback callback,
                                           void *context,
                                           TruelineError **error);

/**
 * Sets who is told of the parts of a run while it goes on, with what is wrong in each; NULL for nobody. Parts of text are of as many bytes
 * as `TRUELINE_NUMBER_CHUNK_BYTES` says, those of Parquet and Arrow as the format gives them. For the rest as `trueline_options_set_progress`.
 */
TruelineStatus trueline_options_set_parts(TruelineOptions *options,
                                          TruelinePartCallback callback,
                                          void *context,
                                          TruelineError **error);

/**
 * Frees options and sets the pointer to NULL. A pointer that is NULL stays so.
 */
TruelineStatus trueline_options_free(TruelineOptions **options);

/**
 * Makes a schema ready to judge data. `options` may be NULL, for all defaults. Neither is needed any longer afterwards.
 *
 * `TRUELINE_STATUS_OPTION` when an option cannot be what it is. `*validator` is yours; free it with `trueline_validator_free`.
 */
TruelineStatus trueline_validator_new(const TruelineSchema *schema,
                                      const TruelineOptions *options,
                                      TruelineValidator **validator,
                                      TruelineError **error);

/**
 * Frees a validator and sets the pointer to NULL. A pointer that is NULL stays so. Reports and streams that were made with it do not
 * need it.
 */
TruelineStatus trueline_validator_free(TruelineValidator **validator);

/**
 * Validates what a path names: a file, a pattern (`*.csv`), all files in a folder (`data/`), an address (`s3://…`, `https://…`), or
 * standard input (`-`); several files are one table. The end of its name says a file's format and compression.
 *
 * `TRUELINE_STATUS_INPUT` when it names nothing. What cannot be read to its end gives a report whose verdict is
 * `TRUELINE_VERDICT_UNREADABLE`. `*report` is yours; free it with `trueline_report_free`.
 */
TruelineStatus trueline_validate_path(const TruelineValidator *validator,
                                      const char *path,
                                      TruelineReport **report,
                                      TruelineError **error);

/**
 * Validates what `count` paths name, as one table. For the rest as `trueline_validate_path`.
 */
TruelineStatus trueline_validate_paths(const TruelineValidator *validator,
                                       const char *const *paths,
                                       size_t count,
                                       TruelineReport **report,
                                       TruelineError **error);

/**
 * Validates `length` bytes in memory, which are read where they stand and must not change meanwhile. `name` names them in the report, and
 * its ending says their format and compression (`orders.csv.gz`); it may be NULL, and is `<memory>` then.
 *
 * `*report` is yours.
 */
TruelineStatus trueline_validate_memory(const TruelineValidator *validator,
                                        const char *name,
                                        const uint8_t *data,
                                        size_t length,
                                        TruelineReport **report,
                                        TruelineError **error);

/**
 * Validates what a callback reads, until it says that there is no more. `context` is handed to it and may be anything. `name` is as in
 * `trueline_validate_memory`, and `<reader>` where it is NULL.
 *
 * `TRUELINE_STATUS_CALLBACK` when the callback fails, or says that it gave more bytes than it was asked for. `*report` is yours.
 */
TruelineStatus trueline_validate_reader(const TruelineValidator *validator,
                                        const char *name,
                                        TruelineReadCallback callback,
                                        void *context,
                                        TruelineReport **report,
                                        TruelineError **error);

/**
 * Validates the batches of an Arrow stream, on the thread that calls. Columns are matched by name.
 *
 * The stream is taken over, and released before this returns, whatever the answer is, unless that is `TRUELINE_STATUS_NULL_ARGUMENT`; what is
 * left at `stream` is a released one. Each batch is held against the C data interface first, its offsets, texts and nulls included:
 * `TRUELINE_STATUS_ARROW` when something is wrong with it. `TRUELINE_STATUS_CALLBACK` when the stream fails. `*report` is yours.
 */
TruelineStatus trueline_validate_arrow_stream(const TruelineValidator *validator,
                                              struct ArrowArrayStream *stream,
                                              TruelineReport **report,
                                              TruelineError **error);

/**
 * Validates one Arrow array, which must be a struct: each of its members is a column.
 *
 * Both structs are taken over, and released before this returns, whatever the answer is, unless that is
 * `TRUELINE_STATUS_NULL_ARGUMENT`; what is left in their places are released ones. For the rest as `trueline_validate_arrow_stream`.
 */
TruelineStatus trueline_validate_arrow_array(const TruelineValidator *validator,
                                             struct ArrowArray *array,
                                             struct ArrowSchema *schema,
                                             TruelineReport **report,
                                             TruelineError **error);

/**
 * Begins to validate an input that is written piece by piece, on a thread of its own. `name` is as in `trueline_validate_memory`, and
 * `<stream>` where it is NULL.
 *
 * `*stream` is yours; free it with `trueline_stream_free`. It does not need the validator any longer.
 */
TruelineStatus trueline_stream_new(const TruelineValidator *validator,
                                   const char *name,
                                   TruelineStream **stream,
                                   TruelineError **error);

/**
 * Hands `length` bytes on, which are copied; pieces may end anywhere. It waits while more than 4 MiB have not been looked at.
 *
 * `TRUELINE_STATUS_STATE` when the stream was finished. When the run has come to its end before the input (a limit is exceeded, a
 * callback asked for it), bytes are passed over, and `trueline_stream_finish` says why.
 */
TruelineStatus trueline_stream_write(TruelineStream *stream,
                                     const uint8_t *data,
                                     size_t length,
                                     TruelineError **error);

/**
 * Says that there is no more, and waits for the report. After that the stream can only be freed, whatever the answer is.
 *
 * `TRUELINE_STATUS_STATE` when it was finished before. `*report` is yours.
 */
TruelineStatus trueline_stream_finish(TruelineStream *stream,
                                      TruelineReport **report,
                                      TruelineError **error);

/**
 * Frees a stream and sets the pointer to NULL. A pointer that is NULL stays so. A run that is not finished ends without a report.
 */
TruelineStatus trueline_stream_free(TruelineStream **stream);

/**
 * Judges what a path names, as `trueline_validate_path` does, and keeps what was found instead of a report: to be merged with the
 * states of other parts of the dataset. Several files are parts in their order.
 *
 * What cannot be read to its end makes the report of all unreadable. `TRUELINE_STATUS_OPTION` when the validator has outputs, or somebody who is told
 * of parts. `*state` is yours; free it with `trueline_state_free`. It holds all keys of checks over keys, and does not need the validator.
 */
TruelineStatus trueline_state_of_path(const TruelineValidator *validator,
                                      const char *path,
                                      TruelineState **state,
                                      TruelineError **error);

/**
 * The same as `trueline_state_of_path` for bytes in memory, as `trueline_validate_memory` has them; `extent`, a `TruelineExtent`, says what they are of the dataset.
 */
TruelineStatus trueline_state_of_memory(const TruelineValidator *validator,
                                        const char *name,
                                        const uint8_t *data,
                                        size_t length,
                                        uint32_t extent,
                                        TruelineState **state,
                                        TruelineError **error);

/**
 * The same as `trueline_state_of_path` for what a callback reads, as in `trueline_validate_reader`; `extent`, a `TruelineExtent`, says what it is of the dataset.
 */
TruelineStatus trueline_state_of_reader(const TruelineValidator *validator,
                                        const char *name,
                                        TruelineReadCallback callback,
                                        void *context,
                                        uint32_t extent,
                                        TruelineState **state,
                                        TruelineError **error);

/**
 * The same as `trueline_state_of_path` for the batches of an Arrow stream, which is taken over as in `trueline_validate_arrow_stream`. They are a stretch: rows count on
 * from those of the state before, whose batches must have the same columns.
 */
TruelineStatus trueline_state_of_arrow_stream(const TruelineValidator *validator,
                                              struct ArrowArrayStream *stream,
                                              TruelineState **state,
                                              TruelineError **error);

/**
 * The same as `trueline_state_of_path` for one Arrow array, which is taken over with its schema as in `trueline_validate_arrow_array`. It is a stretch, as in
 * `trueline_state_of_arrow_stream`.
 */
TruelineStatus trueline_state_of_arrow_array(const TruelineValidator *validator,
                                             struct ArrowArray *array,
                                             struct ArrowSchema *schema,
                                             TruelineState **state,
                                             TruelineError **error);

/**
 * Reads a state of the bytes that `trueline_state_to_bytes` wrote, under the same schema and by the same version of the library.
 *
 * `TRUELINE_STATUS_INVALID_ARGUMENT` when they are none: damaged, cut, of another schema or version. `*state` is yours.
 */
TruelineStatus trueline_state_from_bytes(const TruelineValidator *validator,
                                         const uint8_t *data,
                                         size_t length,
                                         TruelineState **state,
                                         TruelineError **error);

/**
 * The state as bytes, to be kept or sent. `*buffer` is yours; free it with `trueline_buffer_free`.
 */
TruelineStatus trueline_state_to_bytes(const TruelineState *state,
                                       TruelineBuffer **buffer,
                                       TruelineError **error);

/**
 * How many rows all parts of a state have.
 */
TruelineStatus trueline_state_rows(const TruelineState *state, uint64_t *rows, TruelineError **error);

/**
 * Gives all parts of a state a number, which is 0 until then. Merging puts parts in the order of their numbers, and those of one number in the
 * order of the states.
 */
TruelineStatus trueline_state_set_number(TruelineState *state,
                                         uint64_t number,
                                         TruelineError **error);

/**
 * One state of `count` others, in any grouping: `states` points to as many pointers. What it needs of them is copied.
 *
 * `TRUELINE_STATUS_INVALID_ARGUMENT` when there are none, some are of another schema, or two have a part in common, which would be counted twice.
 * `*state` is yours.
 */
TruelineStatus trueline_state_merge(const TruelineState *const *states,
                                    size_t count,
                                    TruelineState **state,
                                    TruelineError **error);

/**
 * The report of a state: what one run over all of its parts, in their order, would have said. The state stays as it is.
 *
 * `TRUELINE_STATUS_INVALID_ARGUMENT` when the state is of another schema than the validator, or its parts cannot be one table: CSV beside formats
 * with types, stretches of Arrow data with other columns. `*report` is yours.
 */
TruelineStatus trueline_state_finish(const TruelineState *state,
                                     const TruelineValidator *validator,
                                     TruelineReport **report,
                                     TruelineError **error);

/**
 * Frees a state and sets the pointer to NULL. A pointer that is NULL stays so.
 */
TruelineStatus trueline_state_free(TruelineState **state);

/**
 * Makes a schema ready to judge records one by one. It is not needed any longer afterwards. `*validator` is yours; free it with
 * `trueline_record_validator_free`.
 */
TruelineStatus trueline_record_validator_new(const TruelineSchema *schema,
                                             TruelineRecordValidator **validator,
                                             TruelineError **error);

/**
 * Judges one record, a JSON document of `length` bytes; line ends between its values are white space.
 *
 * `*report` becomes NULL when the record is valid and there is nothing to say; a record whose bytes alone show that it is valid takes no
 * allocation. Else it is a report, which is yours, with the violations, or warnings; places in it count from the record's first
 * byte. `TRUELINE_STATUS_OK` is the answer either way.
 */
TruelineStatus trueline_record_validator_check(TruelineRecordValidator *validator,
                                               const uint8_t *data,
                                               size_t length,
                                               TruelineReport **report,
                                               TruelineError **error);

/**
 * Frees a record validator and sets the pointer to NULL. A pointer that is NULL stays so.
 */
TruelineStatus trueline_record_validator_free(TruelineRecordValidator **validator);

/**
 * The verdict and the totals.
 */
TruelineStatus trueline_report_summary(const TruelineReport *report,
                                       TruelineSummary *summary,
                                       TruelineError **error);

/**
 * A violation that the report keeps, by its index from 0, in the order of inputs, rows and columns. Its texts belong to the report.
 *
 * `TRUELINE_STATUS_RANGE` when there are fewer.
 */
TruelineStatus trueline_report_violation(const TruelineReport *report,
                                         size_t index,
                                         TruelineViolation *violation,
                                         TruelineError **error);

/**
 * What became of a check, by its index from 0, in the schema's order. Its texts belong to the report.
 *
 * `TRUELINE_STATUS_RANGE` when there are fewer.
 */
TruelineStatus trueline_report_check(const TruelineReport *report,
                                     size_t index,
                                     TruelineCheckResult *check,
                                     TruelineError **error);

/**
 * An input, by its index from 0, in the order given. Its texts belong to the report.
 *
 * `TRUELINE_STATUS_RANGE` when there are fewer.
 */
TruelineStatus trueline_report_input(const TruelineReport *report,
                                     size_t index,
                                     TruelineInput *input,
                                     TruelineError **error);

/**
 * Why a run came to no answer. Its texts belong to the report.
 *
 * `TRUELINE_STATUS_STATE` unless the verdict is `TRUELINE_VERDICT_UNREADABLE`.
 */
TruelineStatus trueline_report_run_error(const TruelineReport *report,
                                         TruelineRunError *run_error,
                                         TruelineError **error);

/**
 * Renders a report in a `TruelineRendering`. `*buffer` is yours; free it with `trueline_buffer_free`.
 */
TruelineStatus trueline_report_render(const TruelineReport *report,
                                      uint32_t rendering,
                                      TruelineBuffer **buffer,
                                      TruelineError **error);

/**
 * The violations that the report keeps as an Arrow table, a row for each, with the columns `check_id`, `code`, `severity`, `input`,
 * `input_name`, `row_index`, `line`, `byte_offset`, `byte_length`, `column`, `path`, `value`, `value_truncated`, `expected`, `message`,
 * `related_input`, `related_row_index`, `related_line`, `related_byte_offset` and `related_byte_length`: those of a file of violations.
 *
 * `*stream` is written without looking at what was there, and is yours: release it. It does not need the report.
 */
TruelineStatus trueline_report_violations_arrow(const TruelineReport *report,
                                                struct ArrowArrayStream *stream,
                                                TruelineError **error);

/**
 * What became of every check as an Arrow table, a row for each, with the columns `id`, `check`, `columns`, `severity`, `status`, `reason`,
 * `evaluated`, `failed`, `null`, `not_evaluated`, `codes`, `first_row_index`, `observed` and `expected`; `codes` and `observed` are JSON. For
 * the rest as `trueline_report_violations_arrow`.
 */
TruelineStatus trueline_report_checks_arrow(const TruelineReport *report,
                                            struct ArrowArrayStream *stream,
                                            TruelineError **error);

/**
 * Frees a report and sets the pointer to NULL; views into it point to nothing from then on. A pointer that is NULL stays so.
 */
TruelineStatus trueline_report_free(TruelineReport **report);

/**
 * Fills a dialect with its defaults: RFC 4180.
 */
TruelineStatus trueline_csv_dialect_init(TruelineCsvDialect *dialect, TruelineError **error);

/**
 * Finds the records and fields of `length` bytes of CSV, with the vector instructions of the machine. `dialect` may be NULL, for RFC 4180.
 *
 * Broken quoting and bad UTF-8 are no errors but faults of their record. It takes 16 bytes of memory per field. `*index` is yours; free it
 * with `trueline_csv_index_free`. It does not need the bytes.
 */
TruelineStatus trueline_csv_index(const uint8_t *data,
                                  size_t length,
                                  const TruelineCsvDialect *dialect,
                                  TruelineCsvIndex **index,
                                  TruelineError **error);

/**
 * The positions, which belong to the index.
 */
TruelineStatus trueline_csv_index_positions(const TruelineCsvIndex *index,
                                            TruelineCsvPositions *positions,
                                            TruelineError **error);

/**
 * Frees an index and sets the pointer to NULL. A pointer that is NULL stays so.
 */
TruelineStatus trueline_csv_index_free(TruelineCsvIndex **index);

/**
 * The content of a field of `length` bytes that stands in quotes or not: without its quotes and escapes. `dialect` may be NULL, for RFC 4180.
 * `*content` is yours.
 */
TruelineStatus trueline_csv_unquote(const uint8_t *data,
                                    size_t length,
                                    const TruelineCsvDialect *dialect,
                                    TruelineBuffer **content,
                                    TruelineError **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* TRUELINE_H */
