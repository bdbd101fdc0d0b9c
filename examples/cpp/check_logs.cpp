// Validates a log in JSON Lines with nested objects, and prints the violations of each line.

#include <iostream>

#include <trueline.hpp>

int main() try {
  trueline::Schema schema = trueline::Schema::from_file("examples/schemas/service.yaml");
  trueline::Report report = trueline::Validator(schema).validate_path("examples/data/service.jsonl");

  TruelineSummary summary = report.summary();
  std::cout << summary.valid_rows << " of " << summary.total_rows << " lines are valid\n";
  for (const trueline::Violation &violation : report.violations()) {
    std::cout << "line " << violation.line.value_or(0) << ", " << violation.column.value_or("the line") << ": "
              << violation.message << "\n";
  }
  return 0;
} catch (const trueline::Error &error) {
  std::cerr << error.code() << ": " << error.what() << "\n";
  return 1;
}
