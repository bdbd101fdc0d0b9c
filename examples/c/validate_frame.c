/* Validates a data frame through Arrow's C data interface, and reads the violations as an Arrow table. No Arrow library
 * is needed; one would do the conversions for you. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trueline.h>

static const char SCHEMA[] = "name: stock\n"
                             "fields:\n"
                             "  - {name: sku, type: string, required: true, unique: true, pattern: '^[A-Z]{2}-\\d{3}$'}\n"
                             "  - {name: price, type: 'decimal(8,2)', required: true, minimum: 0}\n"
                             "  - {name: stock, type: integer, minimum: 0}\n";

/* The data is in static memory: there is nothing to free, but the release must be recorded. */
static void release_schema(struct ArrowSchema *schema) { schema->release = NULL; }
static void release_array(struct ArrowArray *array) { array->release = NULL; }

static const int32_t SKU_OFFSETS[] = {0, 6, 12, 18, 19};
static const char SKU_BYTES[] = "AB-001AB-002AB-001x";
static const uint64_t PRICE[] = {150, 0, 225, 0, (uint64_t)-100, UINT64_MAX, 400, 0}; /* in 128 bits each, low half first */
static const uint8_t STOCK_VALID[] = {0x0d}; /* the second one is null */
static const int64_t STOCK[] = {3, 0, 5, -2};

static struct ArrowSchema sku_schema = {"u", "sku", NULL, ARROW_FLAG_NULLABLE, 0, NULL, NULL, release_schema, NULL};
static struct ArrowSchema price_schema = {"d:8,2", "price", NULL, ARROW_FLAG_NULLABLE, 0, NULL, NULL, release_schema, NULL};
static struct ArrowSchema stock_schema = {"l", "stock", NULL, ARROW_FLAG_NULLABLE, 0, NULL, NULL, release_schema, NULL};
static struct ArrowSchema *schema_children[] = {&sku_schema, &price_schema, &stock_schema};

static const void *sku_buffers[] = {NULL, SKU_OFFSETS, SKU_BYTES};
static const void *price_buffers[] = {NULL, PRICE};
static const void *stock_buffers[] = {STOCK_VALID, STOCK};
static const void *table_buffers[] = {NULL};
static struct ArrowArray sku_array = {4, 0, 0, 3, 0, sku_buffers, NULL, NULL, release_array, NULL};
static struct ArrowArray price_array = {4, 0, 0, 2, 0, price_buffers, NULL, NULL, release_array, NULL};
static struct ArrowArray stock_array = {4, 1, 0, 2, 0, stock_buffers, NULL, NULL, release_array, NULL};
static struct ArrowArray *array_children[] = {&sku_array, &price_array, &stock_array};

/* A column of a table by name, or NULL. */
static const struct ArrowArray *column(const struct ArrowSchema *schema, const struct ArrowArray *table, const char *name) {
  int64_t index;

  for (index = 0; index < schema->n_children; index++) {
    if (strcmp(schema->children[index]->name, name) == 0) {
      return table->children[index];
    }
  }
  return NULL;
}

/* Prints a string of a string column. */
static void print_text(const struct ArrowArray *texts, int64_t row) {
  const int32_t *offsets = (const int32_t *)texts->buffers[1];
  const char *bytes = (const char *)texts->buffers[2];

  row += texts->offset;
  printf("%.*s", (int)(offsets[row + 1] - offsets[row]), bytes + offsets[row]);
}

static void print(const struct ArrowSchema *schema, const struct ArrowArray *table) {
  const struct ArrowArray *rows = column(schema, table, "row_index");
  const struct ArrowArray *columns = column(schema, table, "column");
  const struct ArrowArray *values = column(schema, table, "value");
  int64_t index;

  if (rows == NULL || columns == NULL || values == NULL) {
    return;
  }
  for (index = 0; index < table->length; index++) {
    printf("row %" PRIu64 ", ", ((const uint64_t *)rows->buffers[1])[rows->offset + index]);
    print_text(columns, index);
    printf(": ");
    print_text(values, index);
    printf("\n");
  }
}

static int print_stream(struct ArrowArrayStream *stream) {
  struct ArrowSchema schema;
  struct ArrowArray table;
  int is_good = stream->get_schema(stream, &schema) == 0;

  if (is_good) {
    while ((is_good = stream->get_next(stream, &table) == 0) && table.release != NULL) {
      print(&schema, &table);
      table.release(&table);
    }
    schema.release(&schema);
  }
  stream->release(stream);
  return is_good;
}

int main(void) {
  struct ArrowSchema table_schema = {"+s", "", NULL, 0, 3, schema_children, NULL, release_schema, NULL};
  struct ArrowArray table = {4, 0, 0, 1, 3, table_buffers, array_children, NULL, release_array, NULL};
  struct ArrowArrayStream violations;
  TruelineSchema *schema = NULL;
  TruelineValidator *validator = NULL;
  TruelineReport *report = NULL;
  TruelineError *error = NULL;
  TruelineSummary summary;
  int done;

  done = trueline_schema_new(SCHEMA, strlen(SCHEMA), TRUELINE_LANGUAGE_YAML, &schema, &error) == TRUELINE_STATUS_OK &&
         trueline_validator_new(schema, NULL, &validator, &error) == TRUELINE_STATUS_OK &&
         trueline_validate_arrow_array(validator, &table, &table_schema, &report, &error) == TRUELINE_STATUS_OK &&
         trueline_report_summary(report, &summary, &error) == TRUELINE_STATUS_OK;
  if (done) {
    printf("%s: %" PRIu64 " of %" PRIu64 " rows\n", summary.verdict == TRUELINE_VERDICT_VALID ? "valid" : "invalid",
           summary.invalid_rows, summary.total_rows);
    done = trueline_report_violations_arrow(report, &violations, &error) == TRUELINE_STATUS_OK &&
           print_stream(&violations);
  }
  if (!done) {
    fprintf(stderr, "%s\n", trueline_error_message(error));
  }

  trueline_error_free(&error);
  trueline_report_free(&report);
  trueline_validator_free(&validator);
  trueline_schema_free(&schema);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
