/* Validates a file in parts, and prints the result of each part while the rest is still being read. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <trueline.h>

/* Called with each part in order; a result other than 0 ends the run. */
static int32_t show(void *context, const TruelinePart *part) {
  (void)context;
  if (part->is_last) {
    printf("at the end: %" PRIu64 " errors more, in %" PRIu64 " rows\n", part->errors, part->invalid_rows);
    return 0;
  }
  printf("rows %" PRIu64 " to %" PRIu64 ": %" PRIu64 " invalid\n", part->first_row, part->first_row + part->rows,
         part->invalid_rows);
  if (part->violation_count > 0) {
    const TruelineViolation *first = &part->violations[0];
    printf("  line %" PRIu64 ", ", first->line);
    if (first->column.data == NULL) {
      printf("the row");
    } else {
      printf("%.*s", TRUELINE_TEXT(first->column));
    }
    printf(": %.*s\n", TRUELINE_TEXT(first->message));
  }
  return 0;
}

int main(void) {
  TruelineSchema *schema = NULL;
  TruelineOptions *options = NULL;
  TruelineValidator *validator = NULL;
  TruelineReport *report = NULL;
  TruelineError *error = NULL;
  TruelineSummary summary;
  int done = trueline_schema_from_file("examples/schemas/transactions.yaml", &schema, &error) == TRUELINE_STATUS_OK &&
             trueline_options_new(&options, &error) == TRUELINE_STATUS_OK &&
             trueline_options_set_number(options, TRUELINE_NUMBER_CHUNK_BYTES, 40000, &error) == TRUELINE_STATUS_OK &&
             trueline_options_set_number(options, TRUELINE_NUMBER_THREADS, 1, &error) == TRUELINE_STATUS_OK &&
             trueline_options_set_parts(options, show, NULL, &error) == TRUELINE_STATUS_OK &&
             trueline_validator_new(schema, options, &validator, &error) == TRUELINE_STATUS_OK &&
             trueline_validate_path(validator, "examples/data/transactions.csv", &report, &error) == TRUELINE_STATUS_OK &&
             trueline_report_summary(report, &summary, &error) == TRUELINE_STATUS_OK;

  if (done) {
    printf("%" PRIu64 " of %" PRIu64 " rows are invalid\n", summary.invalid_rows, summary.total_rows);
  } else {
    fprintf(stderr, "%s\n", trueline_error_message(error));
  }
  trueline_error_free(&error);
  trueline_report_free(&report);
  trueline_validator_free(&validator);
  trueline_options_free(&options);
  trueline_schema_free(&schema);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
