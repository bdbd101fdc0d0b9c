// Validates a file against a schema and prints the first violations with their locations.
//
// validate_file examples/data/transactions.csv examples/schemas/transactions.yaml

#include <algorithm>
#include <iostream>
#include <string>

#include <trueline.hpp>

int main(int argc, char **argv) try {
  std::string data = argc > 1 ? argv[1] : "examples/data/transactions.csv";
  std::string schema = argc > 2 ? argv[2] : "examples/schemas/transactions.yaml";

  trueline::Validator validator(trueline::Schema::from_file(schema));
  trueline::Report report = validator.validate_path(data);

  TruelineSummary summary = report.summary();
  std::cout << summary.valid_rows << " of " << summary.total_rows << " rows are valid\n";
  for (std::size_t index = 0; index < std::min<std::size_t>(5, summary.violation_count); index++) {
    trueline::Violation violation = report.violation(index);
    std::cout << "line " << violation.line.value_or(0) << ", " << violation.column.value_or("the row") << ": "
              << violation.message << "\n";
  }
  return 0;
} catch (const trueline::Error &error) {
  std::cerr << error.code() << ": " << error.what() << "\n";
  return 1;
}
