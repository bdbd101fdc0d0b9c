// Validates a file in parts, and prints the result of each part while the rest is still being read.

#include <iostream>

#include <trueline.hpp>

// Called with each part in order; false ends the run.
static bool show(const trueline::Part &part) {
  if (part.is_last) {
    std::cout << "at the end: " << part.errors << " errors more, in " << part.invalid_rows << " rows\n";
    return true;
  }
  std::cout << "rows " << part.first_row << " to " << part.first_row + part.rows << ": " << part.invalid_rows
            << " invalid\n";
  if (!part.violations.empty()) {
    const trueline::Violation &first = part.violations.front();
    std::cout << "  line " << first.line.value_or(0) << ", " << first.column.value_or("the row") << ": "
              << first.message << "\n";
  }
  return true;
}

int main() try {
  trueline::Schema schema = trueline::Schema::from_file("examples/schemas/transactions.yaml");
  trueline::Options options;
  options.number(TRUELINE_NUMBER_CHUNK_BYTES, 40000).number(TRUELINE_NUMBER_THREADS, 1).parts(show);
  trueline::Report report = trueline::Validator(schema, options).validate_path("examples/data/transactions.csv");

  TruelineSummary summary = report.summary();
  std::cout << summary.invalid_rows << " of " << summary.total_rows << " rows are invalid\n";
  return 0;
} catch (const trueline::Error &error) {
  std::cerr << error.code() << ": " << error.what() << "\n";
  return 1;
}
