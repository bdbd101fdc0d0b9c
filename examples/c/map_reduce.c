/* Validates chunks of records independently, passes their states on as bytes, and merges them into one report. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trueline.h>

#define CHUNKS 4
#define CHUNK_ROWS 1000

static const char SCHEMA[] = "fields:\n"
                             "  - {name: id, type: integer, required: true, unique: true}\n"
                             "  - {name: amount, type: float64, minimum: 0.01}\n";

/* A thousand records; every chunk repeats an id of the first one. Returns their length in bytes. */
static size_t write_chunk(int chunk, char *lines, size_t size) {
  size_t length = 0;
  int row;

  for (row = chunk * CHUNK_ROWS; row < (chunk + 1) * CHUNK_ROWS; row++) {
    length += (size_t)snprintf(lines + length, size - length, "{\"id\": %d, \"amount\": %s}\n",
                               row % CHUNK_ROWS == 500 ? 7 : row, row == 2500 ? "0.0" : "1.5");
  }
  return length;
}

/* What each worker does with its chunk; only the bytes are sent. */
static int find(const TruelineValidator *validator, int chunk, TruelineBuffer **bytes, TruelineError **error) {
  static char lines[CHUNK_ROWS * 40];
  size_t length = write_chunk(chunk, lines, sizeof lines);
  TruelineState *state = NULL;
  int done = trueline_state_of_memory(validator, "records.jsonl", (const uint8_t *)lines, length,
                                      TRUELINE_EXTENT_STRETCH, &state, error) == TRUELINE_STATUS_OK &&
             trueline_state_to_bytes(state, bytes, error) == TRUELINE_STATUS_OK;

  trueline_state_free(&state);
  return done;
}

/* The report of a state, as if it were all the data. */
static int print_alone(const TruelineState *state, const TruelineValidator *validator, int chunk, TruelineError **error) {
  TruelineReport *report = NULL;
  TruelineSummary summary;
  int done = trueline_state_finish(state, validator, &report, error) == TRUELINE_STATUS_OK &&
             trueline_report_summary(report, &summary, error) == TRUELINE_STATUS_OK;

  if (done) {
    printf("%s%" PRIu64, chunk == 0 ? "by themselves: [" : ", ", summary.invalid_rows);
  }
  trueline_report_free(&report);
  return done;
}

static int print_merged(const TruelineReport *report, TruelineError **error) {
  TruelineSummary summary;
  TruelineViolation violation;
  size_t index;

  if (trueline_report_summary(report, &summary, error) != TRUELINE_STATUS_OK) {
    return 0;
  }
  printf("]\nmerged: %" PRIu64 " of %" PRIu64 " records are invalid\n", summary.invalid_rows, summary.total_rows);
  for (index = 0; trueline_report_violation(report, index, &violation, NULL) == TRUELINE_STATUS_OK; index++) {
    printf("record %" PRIu64 ", %.*s: %.*s\n", violation.row_index, TRUELINE_TEXT(violation.column),
           TRUELINE_TEXT(violation.message));
  }
  return 1;
}

int main(void) {
  TruelineSchema *schema = NULL;
  TruelineValidator *validator = NULL;
  TruelineState *states[CHUNKS] = {NULL};
  TruelineState *merged = NULL;
  TruelineReport *report = NULL;
  TruelineError *error = NULL;
  int chunk;
  int done = trueline_schema_new(SCHEMA, strlen(SCHEMA), TRUELINE_LANGUAGE_YAML, &schema, &error) == TRUELINE_STATUS_OK &&
             trueline_validator_new(schema, NULL, &validator, &error) == TRUELINE_STATUS_OK;

  for (chunk = 0; done && chunk < CHUNKS; chunk++) {
    TruelineBuffer *bytes = NULL;
    done = find(validator, chunk, &bytes, &error) &&
           trueline_state_from_bytes(validator, (const uint8_t *)trueline_buffer_data(bytes),
                                     trueline_buffer_length(bytes), &states[chunk], &error) == TRUELINE_STATUS_OK &&
           print_alone(states[chunk], validator, chunk, &error);
    trueline_buffer_free(&bytes);
  }
  done = done &&
         trueline_state_merge((const TruelineState *const *)states, CHUNKS, &merged, &error) == TRUELINE_STATUS_OK &&
         trueline_state_finish(merged, validator, &report, &error) == TRUELINE_STATUS_OK &&
         print_merged(report, &error);
  if (!done) {
    fprintf(stderr, "%s\n", trueline_error_message(error));
  }

  trueline_error_free(&error);
  trueline_report_free(&report);
  trueline_state_free(&merged);
  for (chunk = 0; chunk < CHUNKS; chunk++) {
    trueline_state_free(&states[chunk]);
  }
  trueline_validator_free(&validator);
  trueline_schema_free(&schema);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
