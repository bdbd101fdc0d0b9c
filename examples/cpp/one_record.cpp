// Validates one record at a time, as a web service does.

#include <iostream>
#include <string_view>

#include <trueline.hpp>

int main() try {
  trueline::Schema schema("fields:\n"
                          "  - {name: user, type: string, required: true, format: email}\n"
                          "  - {name: age, type: integer, minimum: 18, maximum: 150}\n"
                          "  - {name: tags, type: list<string>}\n");
  trueline::RecordValidator validator(schema);

  for (std::string_view record : {R"({"user": "ada@example.org", "age": 36, "tags": ["a"]})",
                                  R"({"user": "nobody", "age": 7})", R"({"user": "ada@example.org", "age": "36"})"}) {
    auto report = validator.check(record);
    std::cout << (report ? "False [" : "True [");
    const char *between = "";
    if (report) {
      for (const trueline::Violation &violation : report->violations()) {
        std::cout << between << "'" << violation.column.value_or("") << ": " << violation.message << "'";
        between = ", ";
      }
    }
    std::cout << "]\n";
  }
  return 0;
} catch (const trueline::Error &error) {
  std::cerr << error.code() << ": " << error.what() << "\n";
  return 1;
}
