/* Validates a file against a schema and prints the first violations with their locations.
 *
 * validate_file examples/data/transactions.csv examples/schemas/transactions.yaml */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <trueline.h>

static int fail(TruelineError *error) {
  fprintf(stderr, "%s: %s\n", trueline_error_code(error), trueline_error_message(error));
  trueline_error_free(&error);
  return EXIT_FAILURE;
}

static int print(const TruelineReport *report, TruelineError **error) {
  TruelineSummary summary;
  TruelineViolation violation;
  size_t index;

  if (trueline_report_summary(report, &summary, error) != TRUELINE_STATUS_OK) {
    return 0;
  }
  printf("%" PRIu64 " of %" PRIu64 " rows are valid\n", summary.valid_rows, summary.total_rows);
  for (index = 0; index < summary.violation_count && index < 5; index++) {
    if (trueline_report_violation(report, index, &violation, error) != TRUELINE_STATUS_OK) {
      return 0;
    }
    printf("line %" PRIu64 ", ", violation.line == TRUELINE_NONE ? 0 : violation.line);
    if (violation.column.data != NULL) {
      printf("%.*s: ", TRUELINE_TEXT(violation.column));
    } else {
      printf("the row: ");
    }
    printf("%.*s\n", TRUELINE_TEXT(violation.message));
  }
  return 1;
}

int main(int argc, char **argv) {
  const char *data = argc > 1 ? argv[1] : "examples/data/transactions.csv";
  const char *path = argc > 2 ? argv[2] : "examples/schemas/transactions.yaml";
  TruelineSchema *schema = NULL;
  TruelineValidator *validator = NULL;
  TruelineReport *report = NULL;
  TruelineError *error = NULL;
  int done;

  done = trueline_schema_from_file(path, &schema, &error) == TRUELINE_STATUS_OK &&
         trueline_validator_new(schema, NULL, &validator, &error) == TRUELINE_STATUS_OK &&
         trueline_validate_path(validator, data, &report, &error) == TRUELINE_STATUS_OK &&
         print(report, &error);

  /* Each of these does nothing if its pointer is NULL. */
  trueline_report_free(&report);
  trueline_validator_free(&validator);
  trueline_schema_free(&schema);
  return done ? EXIT_SUCCESS : fail(error);
}
