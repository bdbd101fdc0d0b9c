// Writes the valid rows of a file to one file and the invalid rows to another, with the failed checks in the first
// column.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include <trueline.hpp>

int main() try {
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  const std::string good = (folder / "trueline_split_rows.good.csv").string();
  const std::string bad = (folder / "trueline_split_rows.bad.csv").string();
  trueline::Options options;
  options.text(TRUELINE_SETTING_VALID_OUT, good)
      .text(TRUELINE_SETTING_INVALID_OUT, bad)
      .text(TRUELINE_SETTING_REASONS, "why");
  trueline::Validator validator(trueline::Schema::from_file("examples/schemas/transactions.yaml"), options);
  TruelineSummary summary = validator.validate_path("examples/data/transactions.csv").summary();

  std::cout << summary.valid_rows << " rows are good, " << summary.invalid_rows << " are not\n";
  std::ifstream rows(bad);
  std::string line;
  for (int count = 0; count < 4 && std::getline(rows, line); count++) {
    std::cout << line << "\n";
  }
  std::remove(good.c_str());
  std::remove(bad.c_str());
  return 0;
} catch (const trueline::Error &error) {
  std::cerr << error.code() << ": " << error.what() << "\n";
  return 1;
}
