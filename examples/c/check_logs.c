/* Validates a log in JSON Lines with nested objects, and prints the violations of each line. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <trueline.h>

static void print(const TruelineReport *report, const TruelineSummary *summary) {
  TruelineViolation violation;
  size_t index;

  printf("%" PRIu64 " of %" PRIu64 " lines are valid\n", summary->valid_rows, summary->total_rows);
  for (index = 0; trueline_report_violation(report, index, &violation, NULL) == TRUELINE_STATUS_OK; index++) {
    printf("line %" PRIu64 ", ", violation.line);
    if (violation.column.data == NULL) {
      printf("the line");
    } else {
      printf("%.*s", TRUELINE_TEXT(violation.column));
    }
    printf(": %.*s\n", TRUELINE_TEXT(violation.message));
  }
}

int main(void) {
  TruelineSchema *schema = NULL;
  TruelineValidator *validator = NULL;
  TruelineReport *report = NULL;
  TruelineError *error = NULL;
  TruelineSummary summary;
  int done = trueline_schema_from_file("examples/schemas/service.yaml", &schema, &error) == TRUELINE_STATUS_OK &&
             trueline_validator_new(schema, NULL, &validator, &error) == TRUELINE_STATUS_OK &&
             trueline_validate_path(validator, "examples/data/service.jsonl", &report, &error) == TRUELINE_STATUS_OK &&
             trueline_report_summary(report, &summary, &error) == TRUELINE_STATUS_OK;

  if (done) {
    print(report, &summary);
  } else {
    fprintf(stderr, "%s\n", trueline_error_message(error));
  }
  trueline_error_free(&error);
  trueline_report_free(&report);
  trueline_validator_free(&validator);
  trueline_schema_free(&schema);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
