// Validates chunks of records independently, passes their states on as bytes, and merges them into one report.

#include <iostream>
#include <string>
#include <vector>

#include <trueline.hpp>

// A thousand records; every chunk repeats an id of the first one.
static std::string chunk(int number) {
  std::string lines;
  for (int row = number * 1000; row < (number + 1) * 1000; row++) {
    lines += "{\"id\": " + std::to_string(row % 1000 == 500 ? 7 : row);
    lines += row == 2500 ? ", \"amount\": 0.0}\n" : ", \"amount\": 1.5}\n";
  }
  return lines;
}

// What each worker does with its chunk; only the bytes are sent.
static std::string find(const trueline::Validator &validator, int number) {
  return validator.state_of_memory(chunk(number), "records.jsonl", TRUELINE_EXTENT_STRETCH).to_bytes();
}

int main() try {
  trueline::Schema schema("fields:\n"
                          "  - {name: id, type: integer, required: true, unique: true}\n"
                          "  - {name: amount, type: float64, minimum: 0.01}\n");
  trueline::Validator validator(schema);

  std::vector<trueline::State> states;
  for (int number = 0; number < 4; number++) {
    states.push_back(validator.state_from_bytes(find(validator, number)));
    TruelineSummary alone = validator.finish(states.back()).summary();
    std::cout << (number == 0 ? "by themselves: [" : ", ") << alone.invalid_rows;
  }
  trueline::Report report = validator.finish(trueline::State::merge(states));
  TruelineSummary summary = report.summary();
  std::cout << "]\nmerged: " << summary.invalid_rows << " of " << summary.total_rows << " records are invalid\n";
  for (const trueline::Violation &violation : report.violations()) {
    std::cout << "record " << violation.row_index.value_or(0) << ", " << violation.column.value_or("") << ": "
              << violation.message << "\n";
  }
  return 0;
} catch (const trueline::Error &error) {
  std::cerr << error.code() << ": " << error.what() << "\n";
  return 1;
}
