/**
 * trueline for C++17: the functions of `trueline.h` with ownership, `std::string_view`, ranges and exceptions.
 * Header-only: link only the library itself. (size: one header, with its documentation)
 *
 * - Each class owns one object of the library and is moved, not copied. The threading rules of `trueline.h` apply.
 * - Failed calls throw `trueline::Error`. Invalid data is not an error: it is in the report.
 * - Views (`std::string_view` in `Violation`, `CheckResult` and so on) point into the report they were obtained from;
 *   fields of a `CsvIndex` point into its data.
 * - A callback may throw: this ends the run, and the function that performs the run (for a stream, `finish`) throws the
 *   exception. If several runs with the same callbacks are in progress and several callbacks throw, it may be the
 *   exception of another run, or a `trueline::Error` that the run was cancelled.
 */

#ifndef TRUELINE_HPP
#define TRUELINE_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "trueline.h"

namespace trueline {

/** Why a call failed. */
class Error : public std::runtime_error {
public:
  Error(TruelineStatus status, const std::string &code, const std::string &message, std::uint64_t line,
        std::uint64_t column)
      : std::runtime_error(message), status_(status), code_(code), line_(line), column_(column) {}

  TruelineStatus status() const noexcept { return status_; }
  /** A code that is stable across versions, such as `schema.document`. */
  const std::string &code() const noexcept { return code_; }
  /** The location in a schema document, from 1; 0 if there is none. */
  std::uint64_t line() const noexcept { return line_; }
  std::uint64_t column() const noexcept { return column_; }

private:
  TruelineStatus status_;
  std::string code_;
  std::uint64_t line_;
  std::uint64_t column_;
};

namespace detail {

template <class T, TruelineStatus (*Free)(T **)> struct Free_ {
  void operator()(T *object) const noexcept { Free(&object); }
};

template <class T, TruelineStatus (*Free)(T **)> using Owner = std::unique_ptr<T, Free_<T, Free>>;

/** Throws the error of a function, unless its status is OK. */
inline void check(TruelineStatus status, TruelineError *error) {
  if (status == TRUELINE_STATUS_OK) {
    return;
  }
  Owner<TruelineError, trueline_error_free> owner(error);
  if (error == nullptr) {
    throw Error(status, "", trueline_status_name(status), 0, 0);
  }
  throw Error(status, trueline_error_code(error), trueline_error_message(error), trueline_error_line(error),
              trueline_error_column(error));
}

/** A C string. A NUL inside would truncate it silently, so it is refused. */
inline const char *c_str(const std::string &text) {
  if (text.find('\0') != std::string::npos) {
    throw Error(TRUELINE_STATUS_INVALID_ARGUMENT, "argument.text", "a name or text has a NUL byte inside", 0, 0);
  }
  return text.c_str();
}

/** Calls a function whose last two arguments are an output and the error, and returns the output. */
template <class T, TruelineStatus (*Free)(T **), class Function, class... Arguments>
Owner<T, Free> make(Function function, Arguments... arguments) {
  T *object = nullptr;
  TruelineError *error = nullptr;
  TruelineStatus status = function(arguments..., &object, &error);
  check(status, error);
  return Owner<T, Free>(object);
}

/** The same for a struct that is filled. */
template <class T, class Function, class... Arguments> T fill(Function function, Arguments... arguments) {
  T value;
  TruelineError *error = nullptr;
  TruelineStatus status = function(arguments..., &value, &error);
  check(status, error);
  return value;
}

/** The same without an output. */
template <class Function, class... Arguments> void call(Function function, Arguments... arguments) {
  TruelineError *error = nullptr;
  TruelineStatus status = function(arguments..., &error);
  check(status, error);
}

template <class Function, class... Arguments>
std::string text(Function function, Arguments... arguments) {
  auto buffer = make<TruelineBuffer, trueline_buffer_free>(function, arguments...);
  return std::string(trueline_buffer_data(buffer.get()), trueline_buffer_length(buffer.get()));
}

inline std::string_view view(TruelineText text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.length);
}

inline std::optional<std::string_view> maybe(TruelineText text) {
  return text.data == nullptr ? std::nullopt : std::optional<std::string_view>(view(text));
}

inline std::optional<std::uint64_t> maybe(std::uint64_t number) {
  return number == TRUELINE_NONE ? std::nullopt : std::optional<std::uint64_t>(number);
}

inline const std::uint8_t *bytes(std::string_view data) {
  return reinterpret_cast<const std::uint8_t *>(data.data());
}

/** The first exception of a callback, until it can be rethrown. */
class Thrown {
public:
  /** Begins a run. Discards an exception that an earlier run left behind, unless another run is in progress. */
  void begin() {
    std::exception_ptr old;
    std::lock_guard<std::mutex> lock(mutex_);
    if (running_++ == 0) {
      std::swap(old, exception_);
    }
  }
  void end() noexcept {
    std::lock_guard<std::mutex> lock(mutex_);
    running_--;
  }
  void keep() noexcept {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!exception_) {
      exception_ = std::current_exception();
    }
  }
  void rethrow() {
    std::exception_ptr exception;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      std::swap(exception, exception_);
    }
    if (exception) {
      std::rethrow_exception(exception);
    }
  }

private:
  std::mutex mutex_;
  std::exception_ptr exception_;
  std::size_t running_ = 0;
};

struct End_ {
  void operator()(Thrown *thrown) const noexcept { thrown->end(); }
};

/** The duration of a run whose callbacks may throw; empty for a run without callbacks. */
using Running = std::unique_ptr<Thrown, End_>;

template <class Watch> Running begin(const std::shared_ptr<Watch> &watch) {
  if (!watch) {
    return Running();
  }
  watch->thrown.begin();
  return Running(&watch->thrown);
}

} // namespace detail

/** The progress of a run. */
struct Progress {
  std::string_view input;
  std::uint64_t bytes;
  std::optional<std::uint64_t> total_bytes;
  std::uint64_t rows;
  std::uint64_t invalid_rows;
  double elapsed_seconds;
};

/** A violation: the check, the location, the value found and the expectation. */
struct Violation {
  std::string_view check_id;
  std::string_view code;
  TruelineSeverity severity;
  std::uint32_t input;
  std::optional<std::uint64_t> row_index;
  std::optional<std::uint64_t> line;
  std::optional<std::uint64_t> byte_offset;
  std::optional<std::uint64_t> byte_length;
  std::optional<std::string_view> column;
  std::optional<std::string_view> path;
  std::optional<std::string_view> value;
  bool value_truncated;
  std::string_view expected;
  std::string_view message;
  std::optional<std::uint64_t> related_input;
  std::optional<std::uint64_t> related_row_index;
  std::optional<std::uint64_t> related_line;
};

/** The rows of one part of a run, and their violations. Valid only during the callback. */
struct Part {
  std::uint64_t number;
  std::uint32_t input;
  std::string_view input_name;
  std::uint64_t first_row;
  std::uint64_t rows;
  std::uint64_t invalid_rows;
  std::uint64_t end_bytes;
  std::uint64_t errors;
  std::uint64_t warnings;
  /** The first violations, at most as many as a report keeps. */
  std::vector<Violation> violations;
  /** Whether this is the last part, which has no rows and contains what is known only at the end. */
  bool is_last;
};

/** The result of one check. */
struct CheckResult {
  std::string_view id;
  std::string_view check;
  std::optional<std::string_view> column;
  TruelineSeverity severity;
  TruelineCheckStatus status;
  std::optional<std::string_view> reason;
  std::uint64_t evaluated;
  std::uint64_t failed;
  std::uint64_t null;
  std::uint64_t not_evaluated;
  std::optional<std::uint64_t> first_row_index;
  std::string_view expected;
};

/** One input. */
struct Input {
  std::string_view name;
  std::string_view format;
  /** The number of bytes read, after decompression. */
  std::uint64_t bytes;
  std::uint64_t rows;
};

/** Why a run is unreadable. */
struct RunError {
  std::string_view code;
  std::string_view message;
  std::optional<std::string_view> input;
  std::optional<std::uint64_t> row_index;
  std::optional<std::uint64_t> line;
  std::optional<std::uint64_t> byte_offset;
};

namespace detail {

inline Violation violation(const TruelineViolation &one) {
  return Violation{view(one.check_id),
                   view(one.code),
                   one.severity,
                   one.input,
                   maybe(one.row_index),
                   maybe(one.line),
                   maybe(one.byte_offset),
                   maybe(one.byte_length),
                   maybe(one.column),
                   maybe(one.path),
                   maybe(one.value),
                   one.value_truncated != 0,
                   view(one.expected),
                   view(one.message),
                   maybe(one.related_input),
                   maybe(one.related_row_index),
                   maybe(one.related_line)};
}

inline Part part(const TruelinePart &one) {
  Part made{one.number,    one.input,  view(one.input_name), one.first_row, one.rows,        one.invalid_rows,
            one.end_bytes, one.errors, one.warnings,         {},            one.is_last != 0};
  made.violations.reserve(one.violation_count);
  for (std::size_t index = 0; index < one.violation_count; index++) {
    made.violations.push_back(violation(one.violations[index]));
  }
  return made;
}

} // namespace detail

/** The version of the loaded library, such as `0.1.0`. */
inline std::string version() { return trueline_version(); }

/** The binary interface version of the loaded library; that of the header is `TRUELINE_ABI_VERSION`. */
inline std::uint32_t abi_version() noexcept { return trueline_abi_version(); }

/** A parsed schema document. */
class Schema {
public:
  /** Parses a document. */
  explicit Schema(std::string_view text, TruelineLanguage language = TRUELINE_LANGUAGE_YAML)
      : schema_(detail::make<TruelineSchema, trueline_schema_free>(
            trueline_schema_new, text.data(), text.size(), language)) {}

  /** Reads a file, whose extension gives its language, or all documents below a folder. */
  static Schema from_file(const std::string &path) {
    return Schema(detail::make<TruelineSchema, trueline_schema_free>(trueline_schema_from_file, detail::c_str(path)));
  }

  std::string fingerprint() const { return detail::text(trueline_schema_fingerprint, schema_.get()); }
  std::string canonical() const { return detail::text(trueline_schema_canonical, schema_.get()); }
  const TruelineSchema *get() const noexcept { return schema_.get(); }

private:
  using Owner = detail::Owner<TruelineSchema, trueline_schema_free>;
  explicit Schema(Owner schema) : schema_(std::move(schema)) {}
  Owner schema_;
};

/** The report of a run. */
class Report {
public:
  /** Takes ownership of a report. */
  explicit Report(TruelineReport *report) : report_(report) {}

  bool valid() const { return verdict() == TRUELINE_VERDICT_VALID; }
  TruelineVerdict verdict() const { return summary().verdict; }
  TruelineSummary summary() const {
    return detail::fill<TruelineSummary>(trueline_report_summary, report_.get());
  }

  /** The violation with this index, from 0. */
  Violation violation(std::size_t index) const & {
    return detail::violation(detail::fill<TruelineViolation>(trueline_report_violation, report_.get(), index));
  }

  /** All violations that the report keeps. */
  std::vector<Violation> violations() const & {
    std::vector<Violation> all;
    std::size_t count = summary().violation_count;
    all.reserve(count);
    for (std::size_t index = 0; index < count; index++) {
      all.push_back(violation(index));
    }
    return all;
  }

  /** The results of all checks. */
  std::vector<CheckResult> checks() const & {
    using detail::maybe;
    using detail::view;
    std::vector<CheckResult> all;
    std::size_t count = summary().check_count;
    all.reserve(count);
    for (std::size_t index = 0; index < count; index++) {
      auto one = detail::fill<TruelineCheckResult>(trueline_report_check, report_.get(), index);
      all.push_back(CheckResult{view(one.id), view(one.check), maybe(one.column), one.severity, one.status,
                                maybe(one.reason), one.evaluated, one.failed, one.null, one.not_evaluated,
                                maybe(one.first_row_index), view(one.expected)});
    }
    return all;
  }

  /** The inputs, in the order given. */
  std::vector<Input> inputs() const & {
    std::vector<Input> all;
    std::size_t count = summary().input_count;
    all.reserve(count);
    for (std::size_t index = 0; index < count; index++) {
      auto one = detail::fill<TruelineInput>(trueline_report_input, report_.get(), index);
      all.push_back(Input{detail::view(one.name), detail::view(one.format), one.bytes, one.rows});
    }
    return all;
  }

  /** Why the verdict is unreadable; none for other verdicts. */
  std::optional<RunError> run_error() const & {
    using detail::maybe;
    using detail::view;
    if (verdict() != TRUELINE_VERDICT_UNREADABLE) {
      return std::nullopt;
    }
    auto one = detail::fill<TruelineRunError>(trueline_report_run_error, report_.get());
    return RunError{view(one.code),       view(one.message), maybe(one.input),
                    maybe(one.row_index), maybe(one.line),   maybe(one.byte_offset)};
  }

  /* The results point into the report, which must outlive them. */
  Violation violation(std::size_t index) const && = delete;
  std::vector<Violation> violations() const && = delete;
  std::vector<CheckResult> checks() const && = delete;
  std::vector<Input> inputs() const && = delete;
  std::optional<RunError> run_error() const && = delete;

  std::string render(TruelineRendering rendering) const {
    return detail::text(trueline_report_render, report_.get(), rendering);
  }
  std::string to_json() const { return render(TRUELINE_RENDERING_JSON); }
  std::string to_text() const { return render(TRUELINE_RENDERING_TEXT); }

  /** The violations as an Arrow table; the caller must release the stream. */
  ArrowArrayStream violations_arrow() const {
    return detail::fill<ArrowArrayStream>(trueline_report_violations_arrow, report_.get());
  }
  /** The checks as an Arrow table; the caller must release the stream. */
  ArrowArrayStream checks_arrow() const {
    return detail::fill<ArrowArrayStream>(trueline_report_checks_arrow, report_.get());
  }

  const TruelineReport *get() const noexcept { return report_.get(); }

private:
  detail::Owner<TruelineReport, trueline_report_free> report_;
};

/** The result of parts of a dataset, which can be stored, sent and merged. */
class State {
public:
  /** Takes ownership of a state. */
  explicit State(TruelineState *state) : state_(state) {}

  /** Merges states into one, in any grouping; the needed data is copied. */
  static State merge(const std::vector<State> &states) {
    std::vector<const TruelineState *> pointers;
    pointers.reserve(states.size());
    for (const State &state : states) {
      pointers.push_back(state.get());
    }
    return State(detail::make<TruelineState, trueline_state_free>(trueline_state_merge, pointers.data(), pointers.size())
                     .release());
  }

  /** Serialises the state; `Validator::state_from_bytes` reads it. */
  std::string to_bytes() const { return detail::text(trueline_state_to_bytes, state_.get()); }
  /** The number of rows in all parts. */
  std::uint64_t rows() const { return detail::fill<std::uint64_t>(trueline_state_rows, state_.get()); }
  /** Sets the number of all parts; merging orders parts by number. */
  State &number(std::uint64_t number) {
    detail::call(trueline_state_set_number, state_.get(), number);
    return *this;
  }

  const TruelineState *get() const noexcept { return state_.get(); }

private:
  detail::Owner<TruelineState, trueline_state_free> state_;
};

/**
 * Options of a validator, as chained calls: `Options().number(TRUELINE_NUMBER_THREADS, 2)`. A validator keeps the options
 * and callbacks as they were when it was made.
 */
class Options {
public:
  Options()
      : options_(detail::make<TruelineOptions, trueline_options_free>(trueline_options_new)),
        watch_(std::make_shared<Watch>()) {}

  Options &format(TruelineFormat format) {
    detail::call(trueline_options_set_format, options_.get(), format);
    return *this;
  }
  Options &number(TruelineNumber number, std::uint64_t value) {
    detail::call(trueline_options_set_number, options_.get(), number, value);
    return *this;
  }
  Options &text(TruelineSetting setting, const std::string &text) {
    detail::call(trueline_options_set_text, options_.get(), setting, detail::c_str(text));
    return *this;
  }
  Options &trust(TruelineTrust trust) {
    detail::call(trueline_options_set_trust, options_.get(), trust);
    return *this;
  }
  /**
   * Sets the progress callback: called after a chunk, at most ten times a second, on any thread; false ends the run. An
   * empty function removes it.
   */
  Options &progress(std::function<bool(const Progress &)> tell) {
    return change([&](Watch &watch) { watch.tell = std::move(tell); });
  }
  /**
   * Sets the callback that is asked, on any thread, possibly on several at once, whether a run should end; true ends it.
   * An empty function removes it.
   */
  Options &cancel(std::function<bool()> ask) {
    return change([&](Watch &watch) { watch.ask = std::move(ask); });
  }

  /**
   * Sets the callback that receives each part, in order, during a run, on any thread; false ends the run. An empty
   * function removes it.
   */
  Options &parts(std::function<bool(const Part &)> show) {
    return change([&](Watch &watch) { watch.show = std::move(show); });
  }

private:
  friend class Validator;
  friend class Stream;

  /** The callbacks. Validators share them, so they are never changed: the options get a changed copy. */
  struct Watch {
    std::function<bool(const Progress &)> tell;
    std::function<bool()> ask;
    std::function<bool(const Part &)> show;
    detail::Thrown thrown;

    std::shared_ptr<Watch> copy() const {
      auto copied = std::make_shared<Watch>();
      copied->tell = tell;
      copied->ask = ask;
      copied->show = show;
      return copied;
    }

    static std::int32_t on_progress(void *context, const TruelineProgress *told) noexcept {
      Watch &watch = *static_cast<Watch *>(context);
      try {
        Progress progress{detail::view(told->input), told->bytes,        detail::maybe(told->total_bytes),
                          told->rows,                told->invalid_rows, told->elapsed_seconds};
        return !watch.tell || watch.tell(progress) ? 0 : 1;
      } catch (...) {
        watch.thrown.keep();
        return 1;
      }
    }
    static std::int32_t on_part(void *context, const TruelinePart *told) noexcept {
      Watch &watch = *static_cast<Watch *>(context);
      try {
        return !watch.show || watch.show(detail::part(*told)) ? 0 : 1;
      } catch (...) {
        watch.thrown.keep();
        return 1;
      }
    }
    static std::int32_t on_cancel(void *context) noexcept {
      Watch &watch = *static_cast<Watch *>(context);
      try {
        return watch.ask && watch.ask() ? 1 : 0;
      } catch (...) {
        watch.thrown.keep();
        return 1;
      }
    }
  };

  /** Changes the callbacks of the options only, not those of the validators that were made with them before. */
  template <class Change> Options &change(Change change) {
    if (!watch_) {
      throw Error(TRUELINE_STATUS_NULL_ARGUMENT, "argument.null", "the options were moved away", 0, 0);
    }
    std::shared_ptr<Watch> watch = watch_->copy();
    change(*watch);
    void *context = watch.get();
    detail::call(trueline_options_set_progress, options_.get(), watch->tell ? &Watch::on_progress : nullptr, context);
    detail::call(trueline_options_set_cancel, options_.get(), watch->ask ? &Watch::on_cancel : nullptr, context);
    detail::call(trueline_options_set_parts, options_.get(), watch->show ? &Watch::on_part : nullptr, context);
    watch_ = std::move(watch);
    return *this;
  }

  detail::Owner<TruelineOptions, trueline_options_free> options_;
  std::shared_ptr<Watch> watch_;
};

/** A compiled schema with options. */
class Validator {
public:
  explicit Validator(const Schema &schema)
      : validator_(detail::make<TruelineValidator, trueline_validator_free>(
            trueline_validator_new, schema.get(), static_cast<const TruelineOptions *>(nullptr))) {}

  /** Keeps the options and their callbacks as they are now. */
  Validator(const Schema &schema, const Options &options)
      : watch_(options.watch_),
        validator_(detail::make<TruelineValidator, trueline_validator_free>(
            trueline_validator_new, schema.get(), static_cast<const TruelineOptions *>(options.options_.get()))) {}

  /** Validates what a path names: a file, a pattern, a folder with a trailing slash, an address, or `-`. */
  Report validate_path(const std::string &path) const {
    return run(trueline_validate_path, validator_.get(), detail::c_str(path));
  }

  Report validate_paths(const std::vector<std::string> &paths) const {
    std::vector<const char *> pointers;
    pointers.reserve(paths.size());
    for (const std::string &path : paths) {
      pointers.push_back(detail::c_str(path));
    }
    return run(trueline_validate_paths, validator_.get(), pointers.data(), pointers.size());
  }

  /** Validates bytes in memory; the extension of `name` gives their format and compression. */
  Report validate_memory(std::string_view data, const std::string &name = "<memory>") const {
    return run(trueline_validate_memory, validator_.get(), detail::c_str(name), detail::bytes(data), data.size());
  }

  /** Validates what `read(buffer, capacity)` writes into the buffer, until it returns 0 or throws. */
  Report validate_reader(std::function<std::size_t(char *, std::size_t)> read,
                         const std::string &name = "<reader>") const {
    return reading<Report>(std::move(read), [&](Reading &from) {
      return run(trueline_validate_reader, validator_.get(), detail::c_str(name), &Reading::on_read,
                 static_cast<void *>(&from));
    });
  }

  /** Validates the batches of a stream; takes ownership of the stream and releases it. */
  Report validate_arrow_stream(ArrowArrayStream *stream) const {
    return run(trueline_validate_arrow_stream, validator_.get(), stream);
  }

  /** Validates one struct array; takes ownership of both structs and releases them. */
  Report validate_arrow_array(ArrowArray *array, ArrowSchema *schema) const {
    return run(trueline_validate_arrow_array, validator_.get(), array, schema);
  }

  /** Validates what a path names, and returns a state to be merged with others. */
  State state_of_path(const std::string &path) const {
    return run<State>(trueline_state_of_path, validator_.get(), detail::c_str(path));
  }

  /** The same for bytes in memory: a whole input, or a stretch that continues another one. */
  State state_of_memory(std::string_view data, const std::string &name = "<memory>",
                        TruelineExtent extent = TRUELINE_EXTENT_WHOLE) const {
    return run<State>(trueline_state_of_memory, validator_.get(), detail::c_str(name), detail::bytes(data), data.size(),
                      extent);
  }

  /** The same for what `read(buffer, capacity)` writes into the buffer, until it returns 0. */
  State state_of_reader(std::function<std::size_t(char *, std::size_t)> read, const std::string &name = "<reader>",
                        TruelineExtent extent = TRUELINE_EXTENT_WHOLE) const {
    return reading<State>(std::move(read), [&](Reading &from) {
      return run<State>(trueline_state_of_reader, validator_.get(), detail::c_str(name), &Reading::on_read,
                        static_cast<void *>(&from), extent);
    });
  }

  /** The same for a stretch of Arrow data; takes ownership of the stream and releases it. */
  State state_of_arrow_stream(ArrowArrayStream *stream) const {
    return run<State>(trueline_state_of_arrow_stream, validator_.get(), stream);
  }

  /** The same for one struct array; takes ownership of both structs and releases them. */
  State state_of_arrow_array(ArrowArray *array, ArrowSchema *schema) const {
    return run<State>(trueline_state_of_arrow_array, validator_.get(), array, schema);
  }

  /** Reads bytes that `State::to_bytes` returned with the same schema. */
  State state_from_bytes(std::string_view bytes) const {
    return run<State>(trueline_state_from_bytes, validator_.get(), detail::bytes(bytes), bytes.size());
  }

  /** Makes the report of a state: that of one run over all its parts. */
  Report finish(const State &state) const { return run(trueline_state_finish, state.get(), validator_.get()); }

  const TruelineValidator *get() const noexcept { return validator_.get(); }

private:
  friend class Stream;

  struct Reading {
    std::function<std::size_t(char *, std::size_t)> read;
    detail::Thrown thrown;

    static std::int64_t on_read(void *context, std::uint8_t *buffer, std::size_t capacity) noexcept {
      Reading &reading = *static_cast<Reading *>(context);
      try {
        std::size_t count = reading.read(reinterpret_cast<char *>(buffer), capacity);
        if (count > capacity) {
          throw Error(TRUELINE_STATUS_CALLBACK, "callback.read",
                      "the function that reads was asked for " + std::to_string(capacity) + " bytes and gave " +
                          std::to_string(count),
                      0, 0);
        }
        return static_cast<std::int64_t>(count);
      } catch (...) {
        reading.thrown.keep();
        return -1;
      }
    }
  };

  /** Calls a body with a read function; rethrows an exception of the latter. */
  template <class Result, class Body>
  static Result reading(std::function<std::size_t(char *, std::size_t)> read, Body body) {
    if (!read) {
      throw Error(TRUELINE_STATUS_NULL_ARGUMENT, "argument.null", "the function that reads is empty", 0, 0);
    }
    Reading reading{std::move(read), {}};
    try {
      return body(reading);
    } catch (...) {
      reading.thrown.rethrow();
      throw;
    }
  }

  template <class Result = Report, class Function, class... Arguments>
  Result run(Function function, Arguments... arguments) const {
    std::conditional_t<std::is_same_v<Result, State>, TruelineState, TruelineReport> *result = nullptr;
    TruelineError *error = nullptr;
    detail::Running running = detail::begin(watch_);
    TruelineStatus status = function(arguments..., &result, &error);
    if (status == TRUELINE_STATUS_CANCELLED && watch_) {
      detail::Owner<TruelineError, trueline_error_free> owner(error);
      watch_->thrown.rethrow();
      error = owner.release();
    }
    detail::check(status, error);
    return Result(result);
  }

  std::shared_ptr<Options::Watch> watch_;
  detail::Owner<TruelineValidator, trueline_validator_free> validator_;
};

/** An input that is validated while it is written, on a separate thread. */
class Stream {
public:
  explicit Stream(const Validator &validator, const std::string &name = "<stream>")
      : watch_(validator.watch_), running_(detail::begin(watch_)),
        stream_(detail::make<TruelineStream, trueline_stream_free>(trueline_stream_new, validator.get(),
                                                                   detail::c_str(name))) {}

  Stream(Stream &&) noexcept = default;
  /** Ends the current stream first, because its callbacks may be called until then. */
  Stream &operator=(Stream &&other) noexcept {
    if (this != &other) {
      stream_ = std::move(other.stream_);
      running_ = std::move(other.running_);
      watch_ = std::move(other.watch_);
    }
    return *this;
  }

  /** Passes bytes on; pieces may end anywhere. */
  void write(std::string_view data) {
    detail::call(trueline_stream_write, stream_.get(), detail::bytes(data), data.size());
  }

  /** Ends the input and waits for the report. */
  Report finish() {
    TruelineReport *report = nullptr;
    TruelineError *error = nullptr;
    TruelineStatus status = trueline_stream_finish(stream_.get(), &report, &error);
    detail::Running running = std::move(running_);
    if (status == TRUELINE_STATUS_CANCELLED && watch_) {
      detail::Owner<TruelineError, trueline_error_free> owner(error);
      watch_->thrown.rethrow();
      error = owner.release();
    }
    detail::check(status, error);
    return Report(report);
  }

private:
  std::shared_ptr<Options::Watch> watch_;
  detail::Running running_;
  detail::Owner<TruelineStream, trueline_stream_free> stream_;
};

/** Validates JSON records one by one, independently. */
class RecordValidator {
public:
  explicit RecordValidator(const Schema &schema)
      : validator_(detail::make<TruelineRecordValidator, trueline_record_validator_free>(
            trueline_record_validator_new, schema.get())) {}

  /** Validates a record; returns none if it is valid and has no warnings. */
  std::optional<Report> check(std::string_view record) {
    TruelineReport *report = nullptr;
    TruelineError *error = nullptr;
    TruelineStatus status =
        trueline_record_validator_check(validator_.get(), detail::bytes(record), record.size(), &report, &error);
    detail::check(status, error);
    return report == nullptr ? std::nullopt : std::optional<Report>(Report(report));
  }

private:
  detail::Owner<TruelineRecordValidator, trueline_record_validator_free> validator_;
};

/** The default dialect: RFC 4180. */
inline TruelineCsvDialect csv_dialect() {
  return detail::fill<TruelineCsvDialect>(trueline_csv_dialect_init);
}

/** The positions of the records and fields of CSV data. Refers to the data, which must outlive it. */
class CsvIndex {
public:
  explicit CsvIndex(std::string_view data, const TruelineCsvDialect &dialect = csv_dialect())
      : data_(data), index_(detail::make<TruelineCsvIndex, trueline_csv_index_free>(
                         trueline_csv_index, detail::bytes(data), data.size(), &dialect)),
        positions_(detail::fill<TruelineCsvPositions>(trueline_csv_index_positions,
                                                      static_cast<const TruelineCsvIndex *>(index_.get()))) {}

  /** The index that was moved away has no records. */
  CsvIndex(CsvIndex &&other) noexcept
      : data_(std::exchange(other.data_, {})), index_(std::move(other.index_)),
        positions_(std::exchange(other.positions_, {})) {}
  CsvIndex &operator=(CsvIndex &&other) noexcept {
    if (this != &other) {
      data_ = std::exchange(other.data_, {});
      index_ = std::move(other.index_);
      positions_ = std::exchange(other.positions_, {});
    }
    return *this;
  }

  std::size_t record_count() const { return static_cast<std::size_t>(positions_.record_count); }
  std::size_t field_count(std::size_t record) const {
    if (record >= record_count()) {
      throw std::out_of_range("there is no such record");
    }
    return static_cast<std::size_t>(positions_.record_fields[record + 1] - positions_.record_fields[record]);
  }
  /** A field as in the data, quotes included. */
  std::string_view field(std::size_t record, std::size_t field) const {
    if (field >= field_count(record)) {
      throw std::out_of_range("there is no such field");
    }
    const TruelineCsvSpan &span = positions_.fields[positions_.record_fields[record] + field];
    return data_.substr(static_cast<std::size_t>(span.start), static_cast<std::size_t>(span.end - span.start));
  }
  const TruelineCsvPositions &positions() const noexcept { return positions_; }

private:
  std::string_view data_;
  detail::Owner<TruelineCsvIndex, trueline_csv_index_free> index_;
  TruelineCsvPositions positions_;
};

/** The content of a field, without quotes and escapes. */
inline std::string csv_unquote(std::string_view field, const TruelineCsvDialect &dialect = csv_dialect()) {
  return detail::text(trueline_csv_unquote, detail::bytes(field), field.size(), &dialect);
}

} // namespace trueline

#endif /* TRUELINE_HPP */
