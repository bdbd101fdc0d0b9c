/* A program of somebody else, who has the library installed. */

#include <stdio.h>
#include <string.h>

#include <trueline.h>

int main(void) {
  const char *document = "fields:\n  - {name: id, type: integer, required: true}\n";
  const char *data = "id\n1\nx\n";
  TruelineSchema *schema = NULL;
  TruelineValidator *validator = NULL;
  TruelineReport *report = NULL;
  TruelineSummary summary;
  int done = trueline_abi_version() == TRUELINE_ABI_VERSION &&
             trueline_schema_new(document, strlen(document), TRUELINE_LANGUAGE_YAML, &schema, NULL) ==
                 TRUELINE_STATUS_OK &&
             trueline_validator_new(schema, NULL, &validator, NULL) == TRUELINE_STATUS_OK &&
             trueline_validate_memory(validator, "ids.csv", (const uint8_t *)data, strlen(data), &report, NULL) ==
                 TRUELINE_STATUS_OK &&
             trueline_report_summary(report, &summary, NULL) == TRUELINE_STATUS_OK;
  if (done) {
    printf("%d of %d rows are valid\n", (int)summary.valid_rows, (int)summary.total_rows);
  }
  trueline_report_free(&report);
  trueline_validator_free(&validator);
  trueline_schema_free(&schema);
  return done ? 0 : 1;
}
