// Validates records from any source as they arrive, and reports progress.

#include <cstdio>
#include <iostream>
#include <string>

#include <trueline.hpp>

// A substitute for a queue.
static std::string record(int number) {
  char line[160];
  std::snprintf(line, sizeof line,
                "{\"time\": \"2026-11-26T%02d:%02d:%02dZ\", \"level\": \"%s\", \"context\": {\"user\": {\"id\": %d}}}\n",
                number / 3600, number / 60 % 60, number % 60, number == 777 ? "loud" : "info",
                number % 100 + (number != 500));
  return line;
}

int main() try {
  trueline::Schema schema("name: log\n"
                          "fields:\n"
                          "  - {name: time, type: timestamp, required: true}\n"
                          "  - {name: level, type: string, required: true, enum: [debug, info, warning, error]}\n"
                          "  - {name: context.user.id, type: integer, minimum: 1}\n");
  trueline::Options options;
  options.progress([](const trueline::Progress &progress) { return progress.rows <= 20000; });
  trueline::Validator validator(schema, options);

  trueline::Stream stream(validator, "log.jsonl");
  for (int number = 0; number < 20000; number++) {
    stream.write(record(number));
  }
  trueline::Report report = stream.finish();

  TruelineSummary summary = report.summary();
  std::cout << summary.invalid_rows << " of " << summary.total_rows << " records are invalid\n";
  for (const trueline::Violation &violation : report.violations()) {
    std::cout << "line " << violation.line.value_or(0) << ": " << violation.column.value_or("") << ": "
              << violation.message << "\n";
  }
  return 0;
} catch (const trueline::Error &error) {
  std::cerr << error.code() << ": " << error.what() << "\n";
  return 1;
}
