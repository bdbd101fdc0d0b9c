/* Validates one record at a time, as a web service does. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trueline.h>

static const char SCHEMA[] = "fields:\n"
                             "  - {name: user, type: string, required: true, format: email}\n"
                             "  - {name: age, type: integer, minimum: 18, maximum: 150}\n"
                             "  - {name: tags, type: list<string>}\n";

static const char *const RECORDS[] = {
    "{\"user\": \"ada@example.org\", \"age\": 36, \"tags\": [\"a\"]}",
    "{\"user\": \"nobody\", \"age\": 7}",
    "{\"user\": \"ada@example.org\", \"age\": \"36\"}",
};

static void print(const TruelineReport *report) {
  TruelineViolation violation;
  size_t index;

  printf(report == NULL ? "True [" : "False [");
  for (index = 0; trueline_report_violation(report, index, &violation, NULL) == TRUELINE_STATUS_OK; index++) {
    printf("%s'%.*s: %.*s'", index == 0 ? "" : ", ", TRUELINE_TEXT(violation.column), TRUELINE_TEXT(violation.message));
  }
  printf("]\n");
}

int main(void) {
  TruelineSchema *schema = NULL;
  TruelineRecordValidator *validator = NULL;
  TruelineError *error = NULL;
  size_t index;
  int done = trueline_schema_new(SCHEMA, strlen(SCHEMA), TRUELINE_LANGUAGE_YAML, &schema, &error) == TRUELINE_STATUS_OK &&
             trueline_record_validator_new(schema, &validator, &error) == TRUELINE_STATUS_OK;

  for (index = 0; done && index < sizeof RECORDS / sizeof *RECORDS; index++) {
    const char *record = RECORDS[index];
    TruelineReport *report = NULL;
    done = trueline_record_validator_check(validator, (const uint8_t *)record, strlen(record), &report, &error) ==
           TRUELINE_STATUS_OK;
    if (done) {
      print(report);
    }
    trueline_report_free(&report);
  }
  if (!done) {
    fprintf(stderr, "%s\n", trueline_error_message(error));
  }
  trueline_error_free(&error);
  trueline_record_validator_free(&validator);
  trueline_schema_free(&schema);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
