// A program of somebody else, who has the library installed.

#include <iostream>

#include <trueline.hpp>

int main() {
  trueline::Schema schema("fields:\n  - {name: id, type: integer, required: true}\n");
  trueline::Report report = trueline::Validator(schema).validate_memory("id\n1\nx\n", "ids.csv");
  TruelineSummary summary = report.summary();
  std::cout << summary.valid_rows << " of " << summary.total_rows << " rows are valid\n";
  return 0;
}
