/* Everything that can be done wrong, and the status that answers it. Run under valgrind too: nothing may be read that must not be, and
 * nothing lost. */

#include <stdio.h>
#include <string.h>

#include <trueline.h>

static int cases;
static int failures;

static void expect(const char *what, TruelineStatus expected, TruelineStatus found, TruelineError **error) {
  int has_error = *error != NULL;
  int wants_error = expected != TRUELINE_STATUS_OK;
  cases++;
  if (found != expected || has_error != wants_error || trueline_error_status(*error) != expected) {
    failures++;
    printf("FAILED %s: %s instead of %s: %s\n", what, trueline_status_name(found), trueline_status_name(expected),
           trueline_error_message(*error));
  }
  trueline_error_free(error);
}

/* For functions that have no error to give. */
static void expect_plain(const char *what, TruelineStatus expected, TruelineStatus found) {
  cases++;
  if (found != expected) {
    failures++;
    printf("FAILED %s: %s instead of %s\n", what, trueline_status_name(found), trueline_status_name(expected));
  }
}

static void expect_true(const char *what, int is_true) {
  cases++;
  if (!is_true) {
    failures++;
    printf("FAILED %s\n", what);
  }
}

#define NULL_ARGUMENT TRUELINE_STATUS_NULL_ARGUMENT
#define INVALID TRUELINE_STATUS_INVALID_ARGUMENT
#define OK TRUELINE_STATUS_OK

static const char DOCUMENT[] = "fields:\n  - {name: id, type: integer, required: true}\n";
static const uint8_t DATA[] = "id\n1\nx\n";
#define LENGTH (sizeof DATA - 1)

static TruelineSchema *schema;
static TruelineValidator *validator;
static TruelineReport *report;
static TruelineError *error;

static void schemas(void) {
  TruelineSchema *made = NULL;
  TruelineBuffer *buffer = NULL;
  size_t length = sizeof DOCUMENT - 1;
  const char *misspelt = "fields:\n  - {nam: x}\n";
  const char *impossible = "fields:\n  - {name: a, type: string, pattern: '('}\n";

  expect("schema: no text", NULL_ARGUMENT, trueline_schema_new(NULL, 5, 0, &made, &error), &error);
  expect("schema: no text, no length", TRUELINE_STATUS_SCHEMA, trueline_schema_new(NULL, 0, 0, &made, &error), &error);
  expect("schema: no place", NULL_ARGUMENT, trueline_schema_new(DOCUMENT, length, 0, NULL, &error), &error);
  expect("schema: empty", TRUELINE_STATUS_SCHEMA, trueline_schema_new("", 0, 0, &made, &error), &error);
  expect("schema: no such language", INVALID, trueline_schema_new(DOCUMENT, length, 9, &made, &error), &error);
  expect("schema: not UTF-8", TRUELINE_STATUS_UTF8, trueline_schema_new("a\xff", 2, 0, &made, &error), &error);
  expect("schema: longer than memory", INVALID, trueline_schema_new(DOCUMENT, SIZE_MAX, 0, &made, &error), &error);
  expect("schema: longer than memory by one", INVALID,
         trueline_schema_new(DOCUMENT, (size_t)PTRDIFF_MAX + 1, 0, &made, &error), &error);
  expect_true("schema: a fault has its line", trueline_schema_new(misspelt, strlen(misspelt), 0, &made, &error) ==
                                                      TRUELINE_STATUS_SCHEMA &&
                                                  trueline_error_line(error) == 2 &&
                                                  trueline_error_column(error) > 0);
  trueline_error_free(&error);
  expect("schema: impossible", TRUELINE_STATUS_SCHEMA,
         trueline_schema_new(impossible, strlen(impossible), 0, &made, &error), &error);
  expect("schema: no path", NULL_ARGUMENT, trueline_schema_from_file(NULL, &made, &error), &error);
  expect("schema: no such file", TRUELINE_STATUS_INPUT, trueline_schema_from_file("no/such.yaml", &made, &error),
         &error);
  expect("schema: a file of no language", TRUELINE_STATUS_SCHEMA,
         trueline_schema_from_file("schema.txt", &made, &error), &error);
  expect("schema: fingerprint of none", NULL_ARGUMENT, trueline_schema_fingerprint(NULL, &buffer, &error), &error);
  expect("schema: fingerprint to nowhere", NULL_ARGUMENT, trueline_schema_fingerprint(schema, NULL, &error), &error);
  expect("schema: canonical of none", NULL_ARGUMENT, trueline_schema_canonical(NULL, &buffer, &error), &error);
  expect_true("nothing was written", made == NULL && buffer == NULL);
}

static void options(void) {
  TruelineOptions *made = NULL;
  TruelineValidator *none = NULL;

  expect("options: no place", NULL_ARGUMENT, trueline_options_new(NULL, &error), &error);
  expect("options: number of none", NULL_ARGUMENT,
         trueline_options_set_number(NULL, TRUELINE_NUMBER_THREADS, 1, &error), &error);
  expect("options: progress of none", NULL_ARGUMENT, trueline_options_set_progress(NULL, NULL, NULL, &error), &error);
  expect("options: cancel of none", NULL_ARGUMENT, trueline_options_set_cancel(NULL, NULL, NULL, &error), &error);
  expect("options: made", OK, trueline_options_new(&made, &error), &error);
  expect("options: no such number", INVALID, trueline_options_set_number(made, 99, 1, &error), &error);
  expect("options: no such setting", INVALID, trueline_options_set_text(made, 99, "x", &error), &error);
  expect("options: no such format", INVALID, trueline_options_set_format(made, 99, &error), &error);
  expect("options: no such trust", INVALID, trueline_options_set_trust(made, 99, &error), &error);
  expect("options: no text", NULL_ARGUMENT,
         trueline_options_set_text(made, TRUELINE_SETTING_VALID_OUT, NULL, &error), &error);
  expect("options: text that is not UTF-8", TRUELINE_STATUS_UTF8,
         trueline_options_set_text(made, TRUELINE_SETTING_VALID_OUT, "\xff", &error), &error);
  expect("options: no threads", OK, trueline_options_set_number(made, TRUELINE_NUMBER_THREADS, 0, &error), &error);
  expect("validator: no threads", TRUELINE_STATUS_OPTION, trueline_validator_new(schema, made, &none, &error), &error);
  trueline_options_set_number(made, TRUELINE_NUMBER_THREADS, SIZE_MAX, NULL);
  expect("validator: too many threads", TRUELINE_STATUS_OPTION, trueline_validator_new(schema, made, &none, &error),
         &error);
  expect("options: threads", OK, trueline_options_set_number(made, TRUELINE_NUMBER_THREADS, 1, &error), &error);
  expect("options: reasons", OK, trueline_options_set_text(made, TRUELINE_SETTING_REASONS, "why", &error), &error);
  expect("validator: reasons without rows", TRUELINE_STATUS_OPTION,
         trueline_validator_new(schema, made, &none, &error), &error);
  expect("validator: no schema", NULL_ARGUMENT, trueline_validator_new(NULL, NULL, &none, &error), &error);
  expect("validator: no place", NULL_ARGUMENT, trueline_validator_new(schema, NULL, NULL, &error), &error);
  expect_true("nothing was written", none == NULL);
  expect_plain("options: freed", OK, trueline_options_free(&made));
  expect_plain("options: freed twice", OK, trueline_options_free(&made));
  expect("options: used after they were freed", NULL_ARGUMENT,
         trueline_options_set_number(made, TRUELINE_NUMBER_THREADS, 1, &error), &error);
}

static int64_t fails(void *context, uint8_t *buffer, size_t capacity) {
  (void)context, (void)buffer, (void)capacity;
  return -7;
}

static int64_t gives_too_much(void *context, uint8_t *buffer, size_t capacity) {
  (void)context, (void)buffer;
  return (int64_t)capacity + 1;
}

static int64_t fails_later(void *context, uint8_t *buffer, size_t capacity) {
  int *calls = context;
  (void)capacity;
  if ((*calls)++ == 0) {
    memcpy(buffer, DATA, LENGTH);
    return (int64_t)LENGTH;
  }
  return INT64_MIN;
}

static int64_t ends_once(void *context, uint8_t *buffer, size_t capacity) {
  int *calls = context;
  (void)buffer, (void)capacity;
  (*calls)++;
  return 0;
}

static int32_t ends(void *context) {
  (*(int *)context)++;
  return 1;
}

static void runs(void) {
  TruelineReport *none = NULL;
  TruelineOptions *watching = NULL;
  TruelineValidator *watched = NULL;
  const char *paths[] = {"examples/data/transactions.csv", NULL};
  int calls = 0;

  expect("path: no validator", NULL_ARGUMENT, trueline_validate_path(NULL, "x", &none, &error), &error);
  expect("path: none", NULL_ARGUMENT, trueline_validate_path(validator, NULL, &none, &error), &error);
  expect("path: no place", NULL_ARGUMENT, trueline_validate_path(validator, "x", NULL, &error), &error);
  expect("path: not UTF-8", TRUELINE_STATUS_UTF8, trueline_validate_path(validator, "\xff.csv", &none, &error), &error);
  expect("path: not there", TRUELINE_STATUS_INPUT, trueline_validate_path(validator, "no/such.csv", &none, &error),
         &error);
  expect("path: a folder", TRUELINE_STATUS_INPUT, trueline_validate_path(validator, "examples", &none, &error), &error);
  expect("path: a pattern of nothing", TRUELINE_STATUS_INPUT,
         trueline_validate_path(validator, "no-such-*.csv", &none, &error), &error);
  expect("paths: no list", NULL_ARGUMENT, trueline_validate_paths(validator, NULL, 2, &none, &error), &error);
  expect("paths: one is NULL", NULL_ARGUMENT, trueline_validate_paths(validator, paths, 2, &none, &error), &error);
  expect("paths: empty", TRUELINE_STATUS_INPUT, trueline_validate_paths(validator, paths, 0, &none, &error), &error);
  expect("paths: longer than memory", INVALID, trueline_validate_paths(validator, paths, SIZE_MAX / 2, &none, &error),
         &error);
  expect("memory: no data", NULL_ARGUMENT, trueline_validate_memory(validator, NULL, NULL, 1, &none, &error), &error);
  expect("memory: longer than memory", INVALID,
         trueline_validate_memory(validator, NULL, DATA, SIZE_MAX, &none, &error), &error);
  expect("memory: a name that is not UTF-8", TRUELINE_STATUS_UTF8,
         trueline_validate_memory(validator, "\xc3", DATA, LENGTH, &none, &error), &error);
  expect("memory: no validator", NULL_ARGUMENT, trueline_validate_memory(NULL, NULL, DATA, LENGTH, &none, &error),
         &error);
  expect("reader: no callback", NULL_ARGUMENT, trueline_validate_reader(validator, NULL, NULL, NULL, &none, &error),
         &error);
  expect("reader: fails", TRUELINE_STATUS_CALLBACK,
         trueline_validate_reader(validator, NULL, fails, NULL, &none, &error), &error);
  expect("reader: fails later", TRUELINE_STATUS_CALLBACK,
         trueline_validate_reader(validator, "a.csv", fails_later, &calls, &none, &error), &error);
  expect("reader: gives too much", TRUELINE_STATUS_CALLBACK,
         trueline_validate_reader(validator, NULL, gives_too_much, NULL, &none, &error), &error);
  expect_true("nothing was written", none == NULL);

  calls = 0;
  expect("reader: nothing", OK, trueline_validate_reader(validator, "a.csv", ends_once, &calls, &none, &error), &error);
  expect_true("reader: not asked again after its end", calls == 1);
  trueline_report_free(&none);

  calls = 0;
  trueline_options_new(&watching, NULL);
  trueline_options_set_cancel(watching, ends, &calls, NULL);
  expect("validator: watched", OK, trueline_validator_new(schema, watching, &watched, &error), &error);
  trueline_options_free(&watching);
  expect("run: cancelled", TRUELINE_STATUS_CANCELLED,
         trueline_validate_memory(watched, "a.csv", DATA, LENGTH, &none, &error), &error);
  expect("run: cancelled again", TRUELINE_STATUS_CANCELLED,
         trueline_validate_path(watched, "examples/data/transactions.csv", &none, &error), &error);
  expect_true("run: asked each time", calls == 2 && none == NULL);
  trueline_validator_free(&watched);
}

static void streams(void) {
  TruelineStream *stream = NULL;
  TruelineReport *none = NULL;
  TruelineSummary summary;

  expect("stream: no validator", NULL_ARGUMENT, trueline_stream_new(NULL, NULL, &stream, &error), &error);
  expect("stream: no place", NULL_ARGUMENT, trueline_stream_new(validator, NULL, NULL, &error), &error);
  expect("stream: write to none", NULL_ARGUMENT, trueline_stream_write(NULL, DATA, 1, &error), &error);
  expect("stream: finish none", NULL_ARGUMENT, trueline_stream_finish(NULL, &none, &error), &error);
  expect("stream: made", OK, trueline_stream_new(validator, "a.csv", &stream, &error), &error);
  expect("stream: no data", NULL_ARGUMENT, trueline_stream_write(stream, NULL, 1, &error), &error);
  expect("stream: longer than memory", INVALID, trueline_stream_write(stream, DATA, SIZE_MAX, &error), &error);
  expect("stream: nothing to write", OK, trueline_stream_write(stream, NULL, 0, &error), &error);
  expect("stream: written", OK, trueline_stream_write(stream, DATA, LENGTH, &error), &error);
  expect("stream: no place for the report", NULL_ARGUMENT, trueline_stream_finish(stream, NULL, &error), &error);
  expect("stream: finished", OK, trueline_stream_finish(stream, &none, &error), &error);
  expect_true("stream: judged", trueline_report_summary(none, &summary, NULL) == OK && summary.total_rows == 2 &&
                                    summary.invalid_rows == 1);
  expect("stream: written to after its end", TRUELINE_STATUS_STATE, trueline_stream_write(stream, DATA, 1, &error),
         &error);
  trueline_report_free(&none);
  expect("stream: finished twice", TRUELINE_STATUS_STATE, trueline_stream_finish(stream, &none, &error), &error);
  expect_plain("stream: freed", OK, trueline_stream_free(&stream));
  expect_plain("stream: freed twice", OK, trueline_stream_free(&stream));

  expect("stream: made", OK, trueline_stream_new(validator, "a.csv", &stream, &error), &error);
  expect("stream: written", OK, trueline_stream_write(stream, DATA, 4, &error), &error);
  expect_plain("stream: freed without an end", OK, trueline_stream_free(&stream));
  expect_true("nothing was written", none == NULL);
}

static int32_t ends_with_a_part(void *context, const TruelinePart *part) {
  *(uint64_t *)context += part->rows;
  return -1;
}

/* What makes states, with what can be wrong with what it is given. */
static void parts_of_data(void) {
  TruelineState *none = NULL;
  TruelineReport *no_report = NULL;
  TruelineOptions *telling = NULL;
  TruelineValidator *told = NULL;
  struct ArrowArrayStream stream;
  uint64_t rows = 0;
  int calls = 0;

  memset(&stream, 0, sizeof stream);
  expect("state: no validator", NULL_ARGUMENT, trueline_state_of_path(NULL, "x", &none, &error), &error);
  expect("state: no path", NULL_ARGUMENT, trueline_state_of_path(validator, NULL, &none, &error), &error);
  expect("state: no place", NULL_ARGUMENT, trueline_state_of_path(validator, "x", NULL, &error), &error);
  expect("state: not there", TRUELINE_STATUS_INPUT, trueline_state_of_path(validator, "no/such.csv", &none, &error),
         &error);
  expect("state: no data", NULL_ARGUMENT, trueline_state_of_memory(validator, NULL, NULL, 1, 0, &none, &error), &error);
  expect("state: longer than memory", INVALID,
         trueline_state_of_memory(validator, NULL, DATA, SIZE_MAX, 0, &none, &error), &error);
  expect("state: no such extent", INVALID, trueline_state_of_memory(validator, NULL, DATA, LENGTH, 2, &none, &error),
         &error);
  expect("state: a stretch that has a header", TRUELINE_STATUS_OPTION,
         trueline_state_of_memory(validator, "a.csv", DATA, LENGTH, TRUELINE_EXTENT_STRETCH, &none, &error), &error);
  expect("state: no callback", NULL_ARGUMENT, trueline_state_of_reader(validator, NULL, NULL, NULL, 0, &none, &error),
         &error);
  expect("state: a callback that fails", TRUELINE_STATUS_CALLBACK,
         trueline_state_of_reader(validator, "a.csv", fails_later, &calls, 0, &none, &error), &error);
  expect("state: no stream", NULL_ARGUMENT, trueline_state_of_arrow_stream(validator, NULL, &none, &error), &error);
  expect("state: a stream that was released", TRUELINE_STATUS_ARROW,
         trueline_state_of_arrow_stream(validator, &stream, &none, &error), &error);
  expect("state: no array", NULL_ARGUMENT, trueline_state_of_arrow_array(validator, NULL, NULL, &none, &error), &error);

  expect("options: parts of none", NULL_ARGUMENT, trueline_options_set_parts(NULL, NULL, NULL, &error), &error);
  trueline_options_new(&telling, NULL);
  expect("options: parts", OK, trueline_options_set_parts(telling, ends_with_a_part, &rows, &error), &error);
  expect("validator: parts", OK, trueline_validator_new(schema, telling, &told, &error), &error);
  trueline_options_free(&telling);
  expect("run: ended by a part", TRUELINE_STATUS_CANCELLED,
         trueline_validate_memory(told, "a.csv", DATA, LENGTH, &no_report, &error), &error);
  expect_true("run: told of one part", rows == 2);
  expect("state: with parts", TRUELINE_STATUS_OPTION,
         trueline_state_of_memory(told, "a.csv", DATA, LENGTH, 0, &none, &error), &error);
  expect_true("nothing was written", none == NULL && no_report == NULL);
  trueline_validator_free(&told);
}

static void bytes_of_states(TruelineState *state, const TruelineValidator *other) {
  TruelineState *none = NULL;
  TruelineBuffer *buffer = NULL;
  uint8_t bytes[4096];
  size_t length;

  expect("state: bytes of none", NULL_ARGUMENT, trueline_state_to_bytes(NULL, &buffer, &error), &error);
  expect("state: bytes to nowhere", NULL_ARGUMENT, trueline_state_to_bytes(state, NULL, &error), &error);
  expect("state: bytes", OK, trueline_state_to_bytes(state, &buffer, &error), &error);
  length = trueline_buffer_length(buffer);
  expect_true("state: small", length > 0 && length <= sizeof bytes);
  memcpy(bytes, trueline_buffer_data(buffer), length);
  expect("state: of no bytes", INVALID, trueline_state_from_bytes(validator, NULL, 0, &none, &error), &error);
  expect("state: of NULL", NULL_ARGUMENT, trueline_state_from_bytes(validator, NULL, 9, &none, &error), &error);
  expect("state: read by nobody", NULL_ARGUMENT, trueline_state_from_bytes(NULL, bytes, length, &none, &error), &error);
  expect("state: cut", INVALID, trueline_state_from_bytes(validator, bytes, length - 1, &none, &error), &error);
  expect("state: with a byte more", INVALID,
         trueline_state_from_bytes(validator, (const uint8_t *)trueline_buffer_data(buffer), length + 1, &none, &error),
         &error);
  expect("state: of another schema", INVALID, trueline_state_from_bytes(other, bytes, length, &none, &error), &error);
  bytes[length / 2] ^= 1;
  expect("state: damaged", INVALID, trueline_state_from_bytes(validator, bytes, length, &none, &error), &error);
  expect("state: of what is none", INVALID, trueline_state_from_bytes(validator, DATA, LENGTH, &none, &error), &error);
  expect_true("nothing was written", none == NULL);
  trueline_buffer_free(&buffer);
}

static void states(void) {
  const char *document = "fields: [{name: other, type: string}]";
  TruelineSchema *other_schema = NULL;
  TruelineValidator *other = NULL;
  TruelineState *state = NULL;
  TruelineState *strange = NULL;
  TruelineState *again = NULL;
  TruelineState *merged = NULL;
  TruelineReport *none = NULL;
  TruelineSummary summary;
  const TruelineState *pair[2];
  uint64_t rows = 0;

  trueline_schema_new(document, strlen(document), 0, &other_schema, NULL);
  trueline_validator_new(other_schema, NULL, &other, NULL);
  trueline_schema_free(&other_schema);
  expect("state: made", OK, trueline_state_of_memory(validator, "a.csv", DATA, LENGTH, 0, &state, &error), &error);
  expect("state: of others", OK,
         trueline_state_of_memory(other, "b.csv", (const uint8_t *)"other\nx\n", 8, 0, &strange, &error), &error);
  bytes_of_states(state, other);

  expect("state: rows of none", NULL_ARGUMENT, trueline_state_rows(NULL, &rows, &error), &error);
  expect("state: rows to nowhere", NULL_ARGUMENT, trueline_state_rows(state, NULL, &error), &error);
  expect("state: number of none", NULL_ARGUMENT, trueline_state_set_number(NULL, 1, &error), &error);
  expect("state: number", OK, trueline_state_set_number(state, UINT64_MAX, &error), &error);
  pair[0] = state;
  pair[1] = NULL;
  expect("merge: no list", NULL_ARGUMENT, trueline_state_merge(NULL, 2, &merged, &error), &error);
  expect("merge: none", INVALID, trueline_state_merge(pair, 0, &merged, &error), &error);
  expect("merge: one is NULL", NULL_ARGUMENT, trueline_state_merge(pair, 2, &merged, &error), &error);
  expect("merge: to nowhere", NULL_ARGUMENT, trueline_state_merge(pair, 1, NULL, &error), &error);
  expect("merge: longer than memory", INVALID, trueline_state_merge(pair, SIZE_MAX / 2, &merged, &error), &error);
  pair[1] = strange;
  expect("merge: of two schemas", INVALID, trueline_state_merge(pair, 2, &merged, &error), &error);
  expect_true("nothing was written", merged == NULL);
  pair[1] = state;
  expect("merge: one twice", INVALID, trueline_state_merge(pair, 2, &merged, &error), &error);
  expect_true("nothing was written", merged == NULL);
  expect("state: of the same data", OK,
         trueline_state_of_memory(validator, "a.csv", DATA, LENGTH, 0, &again, &error), &error);
  pair[1] = again;
  expect("merge: two of the same data", OK, trueline_state_merge(pair, 2, &merged, &error), &error);

  expect("finish: no state", NULL_ARGUMENT, trueline_state_finish(NULL, validator, &none, &error), &error);
  expect("finish: no validator", NULL_ARGUMENT, trueline_state_finish(state, NULL, &none, &error), &error);
  expect("finish: to nowhere", NULL_ARGUMENT, trueline_state_finish(state, validator, NULL, &error), &error);
  expect("finish: another schema", INVALID, trueline_state_finish(state, other, &none, &error), &error);
  expect_true("nothing was written", none == NULL);
  expect_plain("state: freed", OK, trueline_state_free(&state));
  expect_plain("state: freed twice", OK, trueline_state_free(&state));
  expect("state: used after it was freed", NULL_ARGUMENT, trueline_state_rows(state, &rows, &error), &error);
  trueline_state_free(&strange);
  trueline_state_free(&again);
  expect("finish: what was merged is there without its parts", OK,
         trueline_state_finish(merged, validator, &none, &error), &error);
  expect_true("finish: all of it", trueline_report_summary(none, &summary, NULL) == OK && summary.total_rows == 4 &&
                                       summary.invalid_rows == 2);
  trueline_report_free(&none);
  trueline_state_free(&merged);
  trueline_validator_free(&other);
}

static void records(void) {
  TruelineRecordValidator *made = NULL;
  TruelineReport *none = NULL;
  const char *record = "{\"id\": 1}";

  expect("record: no schema", NULL_ARGUMENT, trueline_record_validator_new(NULL, &made, &error), &error);
  expect("record: no place", NULL_ARGUMENT, trueline_record_validator_new(schema, NULL, &error), &error);
  expect("record: checked by none", NULL_ARGUMENT,
         trueline_record_validator_check(NULL, (const uint8_t *)record, 9, &none, &error), &error);
  expect("record: made", OK, trueline_record_validator_new(schema, &made, &error), &error);
  expect("record: no data", NULL_ARGUMENT, trueline_record_validator_check(made, NULL, 9, &none, &error), &error);
  expect("record: no place for the report", NULL_ARGUMENT,
         trueline_record_validator_check(made, (const uint8_t *)record, 9, NULL, &error), &error);
  expect("record: longer than memory", INVALID,
         trueline_record_validator_check(made, (const uint8_t *)record, SIZE_MAX, &none, &error), &error);
  expect("record: only white space", INVALID,
         trueline_record_validator_check(made, (const uint8_t *)" \r\n\t", 4, &none, &error), &error);
  expect("record: empty", INVALID, trueline_record_validator_check(made, NULL, 0, &none, &error), &error);
  expect_true("nothing was written", none == NULL);
  expect("record: valid", OK, trueline_record_validator_check(made, (const uint8_t *)record, 9, &none, &error), &error);
  expect_true("record: nothing to say", none == NULL);
  expect("record: not UTF-8", OK, trueline_record_validator_check(made, (const uint8_t *)"{\"id\": \"\xff\"}", 11, &none, &error),
         &error);
  expect_true("record: that is said", none != NULL);
  trueline_report_free(&none);
  expect_plain("record: freed", OK, trueline_record_validator_free(&made));
  expect_plain("record: freed twice", OK, trueline_record_validator_free(&made));
}

static void reports(void) {
  TruelineSummary summary;
  TruelineViolation violation;
  TruelineCheckResult check;
  TruelineInput input;
  TruelineRunError run_error;
  TruelineBuffer *buffer = NULL;
  struct ArrowArrayStream stream;

  memset(&stream, 0, sizeof stream);
  expect("report: summary of none", NULL_ARGUMENT, trueline_report_summary(NULL, &summary, &error), &error);
  expect("report: summary to nowhere", NULL_ARGUMENT, trueline_report_summary(report, NULL, &error), &error);
  expect("report: violation of none", NULL_ARGUMENT, trueline_report_violation(NULL, 0, &violation, &error), &error);
  expect("report: no such violation", TRUELINE_STATUS_RANGE, trueline_report_violation(report, 1, &violation, &error),
         &error);
  expect("report: no such violation at all", TRUELINE_STATUS_RANGE,
         trueline_report_violation(report, SIZE_MAX, &violation, &error), &error);
  expect("report: no such check", TRUELINE_STATUS_RANGE, trueline_report_check(report, 1000, &check, &error), &error);
  expect("report: check to nowhere", NULL_ARGUMENT, trueline_report_check(report, 0, NULL, &error), &error);
  expect("report: no such input", TRUELINE_STATUS_RANGE, trueline_report_input(report, 1, &input, &error), &error);
  expect("report: no run error", TRUELINE_STATUS_STATE, trueline_report_run_error(report, &run_error, &error), &error);
  expect("report: no such rendering", INVALID, trueline_report_render(report, 8, &buffer, &error), &error);
  expect("report: rendered to nowhere", NULL_ARGUMENT, trueline_report_render(report, 0, NULL, &error), &error);
  expect("report: violations of none", NULL_ARGUMENT, trueline_report_violations_arrow(NULL, &stream, &error), &error);
  expect("report: checks to nowhere", NULL_ARGUMENT, trueline_report_checks_arrow(report, NULL, &error), &error);
  expect_true("nothing was written", buffer == NULL && stream.release == NULL);
}

static void indexes(void) {
  TruelineCsvDialect dialect;
  TruelineCsvIndex *index = NULL;
  TruelineCsvPositions positions;
  TruelineBuffer *content = NULL;

  expect("csv: no dialect to fill", NULL_ARGUMENT, trueline_csv_dialect_init(NULL, &error), &error);
  expect("csv: dialect", OK, trueline_csv_dialect_init(&dialect, &error), &error);
  expect("csv: no data", NULL_ARGUMENT, trueline_csv_index(NULL, 3, &dialect, &index, &error), &error);
  expect("csv: no place", NULL_ARGUMENT, trueline_csv_index(DATA, LENGTH, &dialect, NULL, &error), &error);
  expect("csv: longer than memory", INVALID, trueline_csv_index(DATA, SIZE_MAX, NULL, &index, &error), &error);
  expect("csv: UTF-16", TRUELINE_STATUS_UTF8,
         trueline_csv_index((const uint8_t *)"\xff\xfe" "a\0", 4, NULL, &index, &error), &error);
  dialect.quote = 1000;
  expect("csv: a quote that is no byte", INVALID, trueline_csv_index(DATA, LENGTH, &dialect, &index, &error), &error);
  dialect.quote = ',';
  expect("csv: a quote that is the delimiter", INVALID, trueline_csv_index(DATA, LENGTH, &dialect, &index, &error),
         &error);
  dialect.quote = 0xe9;
  expect("csv: a quote that is not ASCII", INVALID, trueline_csv_index(DATA, LENGTH, &dialect, &index, &error), &error);
  dialect.quote = '"';
  dialect.terminator = 17;
  expect("csv: no such terminator", INVALID, trueline_csv_unquote(DATA, 1, &dialect, &content, &error), &error);
  expect("csv: positions of none", NULL_ARGUMENT, trueline_csv_index_positions(NULL, &positions, &error), &error);
  expect("csv: unquoted to nowhere", NULL_ARGUMENT, trueline_csv_unquote(DATA, 1, NULL, NULL, &error), &error);
  expect_true("nothing was written", index == NULL && content == NULL);
  expect("csv: empty", OK, trueline_csv_index(NULL, 0, NULL, &index, &error), &error);
  expect("csv: positions to nowhere", NULL_ARGUMENT, trueline_csv_index_positions(index, NULL, &error), &error);
  expect_true("csv: nothing in it", trueline_csv_index_positions(index, &positions, NULL) == OK &&
                                        positions.record_count == 0 && positions.record_fields[0] == 0);
  trueline_csv_index_free(&index);
}

static void objects(void) {
  TruelineReport *freed = report;

  expect_plain("error: freed, none", NULL_ARGUMENT, trueline_error_free(NULL));
  expect_plain("schema: freed, none", NULL_ARGUMENT, trueline_schema_free(NULL));
  expect_plain("buffer: freed, none", NULL_ARGUMENT, trueline_buffer_free(NULL));
  expect_true("error: code of none", trueline_error_code(NULL)[0] == '\0');
  expect_true("error: message of none", trueline_error_message(NULL)[0] == '\0');
  expect_true("error: place of none", trueline_error_line(NULL) == 0 && trueline_error_column(NULL) == 0);
  expect_true("buffer: data of none", trueline_buffer_data(NULL)[0] == '\0' && trueline_buffer_length(NULL) == 0);
  expect_true("status: no such", strcmp(trueline_status_name(12345), "unknown status") == 0);
  /* Nobody is obliged to ask why. */
  expect_plain("no place for an error", NULL_ARGUMENT, trueline_validate_path(NULL, NULL, NULL, NULL));
  expect_plain("report: freed", OK, trueline_report_free(&freed));
  expect_plain("report: freed twice", OK, trueline_report_free(&freed));
  report = NULL;
}

int main(void) {
  if (trueline_schema_new(DOCUMENT, sizeof DOCUMENT - 1, 0, &schema, NULL) != OK ||
      trueline_validator_new(schema, NULL, &validator, NULL) != OK ||
      trueline_validate_memory(validator, "a.csv", DATA, LENGTH, &report, NULL) != OK) {
    printf("FAILED to begin\n");
    return 1;
  }
  schemas();
  options();
  runs();
  streams();
  parts_of_data();
  states();
  records();
  reports();
  indexes();
  objects();
  trueline_validator_free(&validator);
  expect_plain("validator: freed twice", OK, trueline_validator_free(&validator));
  trueline_schema_free(&schema);
  expect_plain("schema: freed twice", OK, trueline_schema_free(&schema));
  printf("%d cases, %d failed\n", cases, failures);
  return failures == 0 && cases >= 60 ? 0 : 1;
}
