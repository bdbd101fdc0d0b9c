/* The tokenizer on its own: the positions of the fields of CSV data, without a schema. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trueline.h>

static const char DATA[] = "id;name\n"
                           "1;\"Ada; Countess\"\n"
                           "2;Grace\n"
                           "3;a \"stray\" quote\n";

static int print(const TruelineCsvPositions *positions, const TruelineCsvDialect *dialect, TruelineError **error) {
  uint64_t record;

  for (record = 1; record < positions->record_count; record++) {
    const TruelineCsvSpan *name = &positions->fields[positions->record_fields[record] + 1];
    TruelineBuffer *content = NULL;
    if (trueline_csv_unquote((const uint8_t *)DATA + name->start, name->end - name->start, dialect, &content, error) !=
        TRUELINE_STATUS_OK) {
      return 0;
    }
    printf("record %" PRIu64 ", bytes %" PRIu64 " to %" PRIu64 ": %s\n", record, name->start, name->end,
           trueline_buffer_data(content));
    trueline_buffer_free(&content);
  }
  for (record = 0; record < positions->fault_count; record++) {
    printf("record %" PRIu64 " is not as it should be at byte %" PRIu64 "\n", positions->faults[record].record,
           positions->faults[record].byte_offset);
  }
  return 1;
}

int main(void) {
  TruelineCsvDialect dialect;
  TruelineCsvIndex *index = NULL;
  TruelineCsvPositions positions;
  TruelineError *error = NULL;
  int done = trueline_csv_dialect_init(&dialect, &error) == TRUELINE_STATUS_OK;

  dialect.delimiter = ';';
  done = done &&
         trueline_csv_index((const uint8_t *)DATA, strlen(DATA), &dialect, &index, &error) == TRUELINE_STATUS_OK &&
         trueline_csv_index_positions(index, &positions, &error) == TRUELINE_STATUS_OK &&
         print(&positions, &dialect, &error);
  if (!done) {
    fprintf(stderr, "%s\n", trueline_error_message(error));
  }
  trueline_error_free(&error);
  trueline_csv_index_free(&index);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
