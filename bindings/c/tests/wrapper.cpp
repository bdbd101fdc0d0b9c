// What `trueline.hpp` does besides calling: owners, exceptions, views.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <trueline.hpp>

static int cases;
static int failures;

static void expect(const char *what, bool is_true) {
  cases++;
  if (!is_true) {
    failures++;
    std::printf("FAILED %s\n", what);
  }
}

template <class Exception, class Body> static void throws(const char *what, Body body) {
  try {
    body();
    expect(what, false);
  } catch (const Exception &) {
    expect(what, true);
  }
}

static const char DOCUMENT[] = "fields:\n  - {name: id, type: integer, minimum: 1}\n  - {name: note, type: string}\n";

int main() {
  using namespace trueline;
  static_assert(!std::is_copy_constructible_v<Report> && std::is_move_constructible_v<Report>, "owners are moved");

  try {
    Schema broken("fields:\n  - {nam: x}\n");
    expect("a broken schema throws", false);
  } catch (const Error &error) {
    expect("an error says what it is", error.status() == TRUELINE_STATUS_SCHEMA && error.code() == "schema.document");
    expect("an error says where", error.line() == 2 && error.column() > 0 && std::strlen(error.what()) > 0);
  }
  throws<Error>("an empty view is no schema", [] { Schema schema{std::string_view()}; });
  throws<Error>("a file that is not there", [] { Schema::from_file("no/such.yaml"); });

  Schema schema(DOCUMENT);
  expect("a fingerprint", schema.fingerprint().rfind("blake3:", 0) == 0);
  Validator validator(schema);
  Report report = validator.validate_memory("id,note\n0,\n1,x\n", "a.csv");
  expect("a verdict", !report.valid() && report.verdict() == TRUELINE_VERDICT_INVALID);
  expect("no reason for no answer", !report.run_error());
  auto violations = report.violations();
  expect("a violation", violations.size() == 1 && violations[0].check_id == "id.range" && violations[0].column == "id" &&
                            violations[0].value == "0" && violations[0].line == 2u && !violations[0].path);
  expect("checks", report.checks().size() == report.summary().check_count);
  expect("JSON", report.to_json().find("\"verdict\": \"invalid\"") != std::string::npos);
  throws<Error>("no such violation", [&] { report.violation(1); });
  auto inputs = report.inputs();
  expect("inputs", inputs.size() == 1 && inputs[0].name == "a.csv" && inputs[0].format == "csv" && inputs[0].rows == 2 &&
                       inputs[0].bytes == 15);
  expect("versions", abi_version() == TRUELINE_ABI_VERSION && version() == trueline_version());
  Report moved = std::move(report);
  expect("a moved report", moved.summary().total_rows == 2);
  throws<Error>("one that was moved away", [&] { report.summary(); });

  Report cut = validator.validate_memory("\x1f\x8b\x08", "a.csv.gz");
  expect("a reason for no answer", cut.verdict() == TRUELINE_VERDICT_UNREADABLE && cut.run_error() &&
                                       !cut.run_error()->code.empty());

  int calls = 0;
  Report read = validator.validate_reader(
      [&, data = std::string_view("id,note\n1,x\n")](char *buffer, std::size_t capacity) mutable -> std::size_t {
        calls++;
        std::size_t count = data.copy(buffer, capacity);
        data.remove_prefix(count);
        return count;
      },
      "a.csv");
  expect("a reader", read.valid() && calls >= 2);
  throws<std::logic_error>("an exception of a reader", [&] {
    validator.validate_reader([](char *, std::size_t) -> std::size_t { throw std::logic_error("mine"); });
  });

  try {
    validator.validate_reader([](char *, std::size_t) { return SIZE_MAX; }, "a.csv");
    expect("a reader that gives too much throws", false);
  } catch (const Error &error) {
    expect("a reader that gives too much", error.status() == TRUELINE_STATUS_CALLBACK && error.code() == "callback.read" &&
                                               std::strstr(error.what(), std::to_string(SIZE_MAX).c_str()) != nullptr);
  }

  Options watching;
  watching.cancel([]() -> bool { throw std::out_of_range("mine"); });
  Validator watched(schema, watching);
  throws<std::out_of_range>("an exception of a callback", [&] { watched.validate_memory("id,note\n", "a.csv"); });
  throws<std::out_of_range>("an exception of a callback of a stream", [&] {
    Stream stream(watched, "a.csv");
    stream.write("id,note\n");
    stream.finish();
  });
  Options angry;
  bool is_angry = true;
  angry.number(TRUELINE_NUMBER_CHUNK_BYTES, 32)
      .parts([&](const Part &) -> bool {
        if (is_angry) {
          throw std::length_error("of a stream that nobody finished");
        }
        return false;
      });
  Validator angered(schema, angry);
  {
    Stream stream(angered, "a.csv");
    stream.write("id,note\n1,xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n1,xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  is_angry = false;
  throws<Error>("an exception of a run before is not of this one",
                [&] { angered.validate_memory("id,note\n1,x\n", "a.csv"); });
  Options empty;
  empty.parts(nullptr).progress(nullptr).cancel(nullptr);
  expect("callbacks that are empty functions",
         Validator(schema, empty).validate_memory("id,note\n1,x\n", "a.csv").valid());
  angry.parts(nullptr);
  expect("a callback that was taken away", Validator(schema, angry).validate_memory("id,note\n1,x\n", "a.csv").valid());
  throws<Error>("a validator keeps the callbacks it was made with",
                [&] { angered.validate_memory("id,note\n1,x\n", "a.csv"); });
  std::string who;
  auto says = [&who](const char *name) {
    return [&who, name](const Part &) {
      who += name;
      return true;
    };
  };
  Options reused;
  reused.parts(says("first"));
  Validator first(schema, reused);
  reused.parts(says("second"));
  Validator second(schema, reused);
  reused.cancel([] { return true; });
  expect("callbacks that were set after a validator was made",
         first.validate_memory("id,note\n", "a.csv").valid() && who == "first" &&
             second.validate_memory("id,note\n", "a.csv").valid() && who == "firstsecond");
  throws<Error>("a callback that was added", [&] { Validator(schema, reused).validate_memory("id,note\n", "a.csv"); });
  std::atomic<bool> is_changing{true};
  std::thread changing([&] {
    while (is_changing) {
      reused.parts(says("third"));
      // A thread that never waits can keep all others from running, where a tool runs one at a time.
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  for (int run = 0; run < 20; run++) {
    first.validate_memory("id,note\n1,x\n", "a.csv");
  }
  is_changing = false;
  changing.join();
  expect("options that are changed during a run", who.find("third") == std::string::npos);
  Options taken = std::move(reused);
  throws<Error>("options that were moved away", [&] { reused.parts(nullptr); });
  taken.parts(nullptr).cancel(nullptr);
  expect("options that were moved", Validator(schema, taken).validate_memory("id,note\n", "a.csv").valid());
  throws<Error>("a reader that is an empty function", [&] { validator.validate_reader(nullptr, "a.csv"); });
  Options counting;
  counting.number(TRUELINE_NUMBER_CHUNK_BYTES, 32).parts([](const Part &) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return true;
  });
  auto filled = [&](int rows) {
    Stream stream(Validator(schema, counting), "a.csv");
    stream.write("id,note\n");
    for (int row = 0; row < rows; row++) {
      stream.write("1,xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n");
    }
    return stream;
  };
  Stream assigned = filled(100);
  assigned = filled(2);
  expect("a stream in the place of one that was not finished", assigned.finish().summary().total_rows == 2);
  throws<Error>("a name that is cut by a NUL", [&] { validator.validate_path(std::string("a.csv\0.csv", 10)); });
  // Slow enough to be told of.
  auto slow = [](int pieces) {
    std::string data = "id,note\n";
    for (int row = 0; row < pieces; row++) {
      data += "1,xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n";
    }
    return [data, at = std::size_t(0)](char *buffer, std::size_t capacity) mutable -> std::size_t {
      std::this_thread::sleep_for(std::chrono::milliseconds(60));
      std::size_t count = data.copy(buffer, std::min<std::size_t>(capacity, 32), at);
      at += count;
      return count;
    };
  };
  int told = 0;
  std::uint64_t told_rows = 0;
  Options telling;
  telling.number(TRUELINE_NUMBER_THREADS, 1).number(TRUELINE_NUMBER_CHUNK_BYTES, 32);
  telling.progress([&](const Progress &progress) {
    told++;
    told_rows = progress.rows;
    return progress.input == "slow.csv" && !progress.total_bytes && progress.elapsed_seconds > 0;
  });
  Report watched_to_its_end = Validator(schema, telling).validate_reader(slow(8), "slow.csv");
  expect("progress is told", told > 0 && told_rows > 0 && watched_to_its_end.valid());
  telling.progress([&](const Progress &) { return false; });
  try {
    Validator(schema, telling).validate_reader(slow(50), "slow.csv");
    expect("a run whose progress was enough throws", false);
  } catch (const Error &error) {
    expect("a run whose progress was enough", error.status() == TRUELINE_STATUS_CANCELLED);
  }

  Options ending;
  ending.cancel([] { return true; });
  try {
    Validator(schema, ending).validate_memory("id,note\n", "a.csv");
    expect("a cancelled run throws", false);
  } catch (const Error &error) {
    expect("a cancelled run", error.status() == TRUELINE_STATUS_CANCELLED);
  }
  throws<Error>("no threads", [&] { Validator none(schema, Options().number(TRUELINE_NUMBER_THREADS, 0)); });

  Options showing;
  std::uint64_t shown_rows = 0;
  std::string shown;
  showing.parts([&](const Part &part) {
    shown_rows += part.rows;
    for (const Violation &violation : part.violations) {
      shown += violation.check_id;
    }
    return true;
  });
  Report in_parts = Validator(schema, showing).validate_memory("id,note\n0,\n1,x\n", "a.csv");
  expect("parts", shown_rows == 2 && shown == "id.range" && in_parts.summary().invalid_rows == 1);
  showing.parts([](const Part &) -> bool { throw std::length_error("mine"); });
  throws<std::length_error>("an exception of a part",
                            [&] { Validator(schema, showing).validate_memory("id,note\n0,\n", "a.csv"); });

  std::vector<State> states;
  states.push_back(validator.state_of_memory("id,note\n0,\n1,x\n", "a.csv"));
  states.push_back(validator.state_of_reader(
      [data = std::string_view("id,note\n-1,x\n")](char *buffer, std::size_t capacity) mutable -> std::size_t {
        std::size_t count = data.copy(buffer, capacity);
        data.remove_prefix(count);
        return count;
      },
      "b.csv"));
  states[0].number(2);
  State merged = State::merge(states);
  Report of_both = validator.finish(validator.state_from_bytes(merged.to_bytes()));
  expect("a state", merged.rows() == 3 && of_both.summary().invalid_rows == 2 && of_both.violation(0).value == "-1");
  throws<Error>("states of nothing", [] { State::merge({}); });
  throws<Error>("no state", [&] { validator.state_from_bytes("TLSTATE2"); });
  throws<std::logic_error>("an exception of a reader of a state", [&] {
    validator.state_of_reader([](char *, std::size_t) -> std::size_t { throw std::logic_error("mine"); });
  });

  ArrowArrayStream rows = moved.violations_arrow();
  expect("a stream", rows.release != nullptr);
  throws<Error>("Arrow data of other columns are judged", [&] {
    Report judged = validator.validate_arrow_stream(&rows);
    expect("missing columns", judged.verdict() == TRUELINE_VERDICT_INVALID && rows.release == nullptr);
    validator.validate_arrow_stream(&rows);
  });

  RecordValidator records(schema);
  expect("a valid record", !records.check("{\"id\": 1}"));
  auto bad = records.check("{\"id\": 0}");
  expect("an invalid record", bad && !bad->valid() && bad->violation(0).check_id == "id.range");
  throws<Error>("no record", [&] { records.check(""); });

  CsvIndex index("a,\"b\"\"c\"\n1,2,3\n");
  expect("an index", index.record_count() == 2 && index.field_count(1) == 3 && index.field(0, 1) == "\"b\"\"c\"");
  expect("unquoted", csv_unquote(index.field(0, 1)) == "b\"c");
  throws<std::out_of_range>("no such field", [&] { index.field(0, 2); });
  throws<std::out_of_range>("no such record", [&] { index.field(2, 0); });

  CsvIndex other = std::move(index);
  expect("an index that was moved", other.record_count() == 2 && other.field(1, 2) == "3");
  expect("an index that was moved away", index.record_count() == 0 && index.positions().fields == nullptr);
  throws<std::out_of_range>("no record of an index that was moved away", [&] { index.field(0, 0); });
  index = std::move(other);
  expect("an index that was moved back", index.field(1, 0) == "1" && other.record_count() == 0);

  std::printf("%d cases, %d failed\n", cases, failures);
  return failures == 0 ? 0 : 1;
}
