/* Validates records from any source as they arrive, and reports progress. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trueline.h>

static const char SCHEMA[] = "name: log\n"
                             "fields:\n"
                             "  - {name: time, type: timestamp, required: true}\n"
                             "  - {name: level, type: string, required: true, enum: [debug, info, warning, error]}\n"
                             "  - {name: context.user.id, type: integer, minimum: 1}\n";

/* Called at most ten times a second; a result other than 0 ends the run. */
static int32_t watch(void *context, const TruelineProgress *progress) {
  uint64_t *rows = (uint64_t *)context;

  *rows = progress->rows;
  return progress->rows <= 20000 ? 0 : 1;
}

/* A substitute for a queue. */
static int record(int number, char *line, size_t size) {
  const char *level = number == 777 ? "loud" : "info";

  return snprintf(line, size,
                  "{\"time\": \"2026-11-26T%02d:%02d:%02dZ\", \"level\": \"%s\", \"context\": {\"user\": {\"id\": %d}}}\n",
                  number / 3600, number / 60 % 60, number % 60, level, number % 100 + (number != 500));
}

static int write_all(TruelineStream *stream, TruelineError **error) {
  char line[160];
  int number;

  for (number = 0; number < 20000; number++) {
    int length = record(number, line, sizeof line);
    if (trueline_stream_write(stream, (const uint8_t *)line, (size_t)length, error) != TRUELINE_STATUS_OK) {
      return 0;
    }
  }
  return 1;
}

static void print(const TruelineReport *report) {
  TruelineSummary summary;
  TruelineViolation violation;
  size_t index;

  if (trueline_report_summary(report, &summary, NULL) != TRUELINE_STATUS_OK) {
    return;
  }
  printf("%" PRIu64 " of %" PRIu64 " records are invalid\n", summary.invalid_rows, summary.total_rows);
  for (index = 0; trueline_report_violation(report, index, &violation, NULL) == TRUELINE_STATUS_OK; index++) {
    printf("line %" PRIu64 ": %.*s: %.*s\n", violation.line, TRUELINE_TEXT(violation.column),
           TRUELINE_TEXT(violation.message));
  }
}

int main(void) {
  TruelineSchema *schema = NULL;
  TruelineOptions *options = NULL;
  TruelineValidator *validator = NULL;
  TruelineStream *stream = NULL;
  TruelineReport *report = NULL;
  TruelineError *error = NULL;
  uint64_t rows = 0;
  int done;

  done = trueline_schema_new(SCHEMA, strlen(SCHEMA), TRUELINE_LANGUAGE_YAML, &schema, &error) == TRUELINE_STATUS_OK &&
         trueline_options_new(&options, &error) == TRUELINE_STATUS_OK &&
         trueline_options_set_progress(options, watch, &rows, &error) == TRUELINE_STATUS_OK &&
         trueline_validator_new(schema, options, &validator, &error) == TRUELINE_STATUS_OK &&
         trueline_stream_new(validator, "log.jsonl", &stream, &error) == TRUELINE_STATUS_OK &&
         write_all(stream, &error) &&
         trueline_stream_finish(stream, &report, &error) == TRUELINE_STATUS_OK;
  if (done) {
    print(report);
  } else {
    fprintf(stderr, "%s\n", trueline_error_message(error));
  }

  trueline_error_free(&error);
  trueline_report_free(&report);
  trueline_stream_free(&stream);
  trueline_validator_free(&validator);
  trueline_options_free(&options);
  trueline_schema_free(&schema);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
