/* Writes the valid rows of a file to one file and the invalid rows to another, with the failed checks in the first
 * column. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <trueline.h>

static int set(TruelineOptions *options, TruelineSetting setting, const char *text, TruelineError **error) {
  return trueline_options_set_text(options, setting, text, error) == TRUELINE_STATUS_OK;
}

static void print_head(const char *path, int lines) {
  char line[512];
  FILE *file = fopen(path, "r");

  while (file != NULL && lines > 0 && fgets(line, sizeof line, file) != NULL) {
    fputs(line, stdout);
    lines--;
  }
  if (file != NULL) {
    fclose(file);
  }
}

int main(void) {
  const char *folder = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
  char good[512];
  char bad[512];
  TruelineSchema *schema = NULL;
  TruelineOptions *options = NULL;
  TruelineValidator *validator = NULL;
  TruelineReport *report = NULL;
  TruelineError *error = NULL;
  TruelineSummary summary;
  int done;

  snprintf(good, sizeof good, "%s/trueline_split_rows.good.csv", folder);
  snprintf(bad, sizeof bad, "%s/trueline_split_rows.bad.csv", folder);
  done = trueline_schema_from_file("examples/schemas/transactions.yaml", &schema, &error) == TRUELINE_STATUS_OK &&
         trueline_options_new(&options, &error) == TRUELINE_STATUS_OK &&
         set(options, TRUELINE_SETTING_VALID_OUT, good, &error) &&
         set(options, TRUELINE_SETTING_INVALID_OUT, bad, &error) &&
         set(options, TRUELINE_SETTING_REASONS, "why", &error) &&
         trueline_validator_new(schema, options, &validator, &error) == TRUELINE_STATUS_OK &&
         trueline_validate_path(validator, "examples/data/transactions.csv", &report, &error) == TRUELINE_STATUS_OK &&
         trueline_report_summary(report, &summary, &error) == TRUELINE_STATUS_OK;
  if (done) {
    printf("%" PRIu64 " rows are good, %" PRIu64 " are not\n", summary.valid_rows, summary.invalid_rows);
    print_head(bad, 4);
  } else {
    fprintf(stderr, "%s\n", trueline_error_message(error));
  }
  remove(good);
  remove(bad);

  trueline_error_free(&error);
  trueline_report_free(&report);
  trueline_validator_free(&validator);
  trueline_options_free(&options);
  trueline_schema_free(&schema);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
