/* Validates data that a callback reads, here from a FILE. */

#include <stdio.h>
#include <stdlib.h>

#include <trueline.h>

static int64_t read_file(void *context, uint8_t *buffer, size_t capacity) {
  FILE *file = (FILE *)context;
  size_t count = fread(buffer, 1, capacity, file);

  return ferror(file) ? -1 : (int64_t)count;
}

int main(void) {
  FILE *file = fopen("examples/data/ourairports/regions.csv", "rb");
  TruelineSchema *schema = NULL;
  TruelineValidator *validator = NULL;
  TruelineReport *report = NULL;
  TruelineError *error = NULL;
  TruelineInput input;
  TruelineSummary summary;
  int done;

  if (file == NULL) {
    perror("regions.csv");
    return EXIT_FAILURE;
  }
  done = trueline_schema_from_file("examples/schemas/regions.yaml", &schema, &error) == TRUELINE_STATUS_OK &&
         trueline_validator_new(schema, NULL, &validator, &error) == TRUELINE_STATUS_OK &&
         trueline_validate_reader(validator, "regions.csv", read_file, file, &report, &error) == TRUELINE_STATUS_OK &&
         trueline_report_summary(report, &summary, &error) == TRUELINE_STATUS_OK &&
         trueline_report_input(report, 0, &input, &error) == TRUELINE_STATUS_OK;
  if (done) {
    printf("%.*s (%.*s): %u rows, %s\n", TRUELINE_TEXT(input.name), TRUELINE_TEXT(input.format), (unsigned)input.rows,
           summary.verdict == TRUELINE_VERDICT_VALID ? "valid" : "not valid");
  } else {
    fprintf(stderr, "%s\n", trueline_error_message(error));
  }
  fclose(file);
  trueline_error_free(&error);
  trueline_report_free(&report);
  trueline_validator_free(&validator);
  trueline_schema_free(&schema);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
