// How a plain struct is described to the configuration reader: one field list per struct serves reading, checking,
// dumping, comparing and the reference page.
//
//   struct MaskConfig { double ratio = 0.75; };
//   template <class V> void visit_fields(V& v, MaskConfig& c) {
//     v("ratio", c.ratio, {.doc = "share of hidden patches", .min = 0.0, .max = 1.0});
//   }
//
// A field is bool, int64_t, double, std::string, a std::vector of the last three, an ImageSize, or a struct with its
// own visit_fields, which becomes a TOML table. An enumeration is a string with `one_of`. Default values are those of
// the default-constructed struct.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "itpn/core/image_size.h"

namespace itpn {

// What is known of one field. `min`, `max` and `one_of` hold for each entry of a list, and for both sides of a size.
struct FieldInfo {
  std::string doc = "";  // one line: meaning and unit
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool min_exclusive = false;
  bool max_exclusive = false;
  std::vector<std::string> one_of = {};  // allowed texts; empty: any
  int64_t count = 0;                     // exact number of entries of a list; 0: any
  bool allow_non_finite = false;         // nan and inf are refused unless this is set
  // A text that names a file or a folder: a `~` at its start is the home directory.
  bool is_path = false;
  // A change of the value changes the training trajectory, so that a resumed run must not change it silently.
  // False on a table makes it false for every field of the table.
  bool trajectory = true;
  // What a recorded configuration means that does not name the key, because the program that wrote it had none yet; as
  // an override's value. "": the default.
  std::string unrecorded = "";
};

using FieldPointer = std::variant<bool*, int64_t*, double*, std::string*, std::vector<int64_t>*, std::vector<double>*,
                                  std::vector<std::string>*, ImageSize*>;

// One value of a config struct with its dotted path, as "optim.weight_decay". Points into the struct.
struct FieldRef {
  std::string path;
  FieldPointer value;
  FieldInfo info;
};

struct TableRef {
  std::string path;
  std::string doc;
};

// A config struct with its nested structs flattened, in the order of visit_fields.
struct FieldList {
  std::vector<FieldRef> fields;
  std::vector<TableRef> tables;  // an outer table comes before the tables in it
};

// The visitor that fills a FieldList.
class FieldCollector {
 public:
  template <class T>
  void operator()(const std::string& name, T& value, const FieldInfo& info = {}) {
    const std::string path = prefix_ + name;
    if constexpr (std::is_constructible_v<FieldPointer, std::in_place_type_t<T*>, T*>) {
      list_.fields.push_back({path, &value, info});
      list_.fields.back().info.trajectory = info.trajectory && trajectory_;
    } else {
      static_assert(std::is_class_v<T>,
                    "fields are bool, int64_t, double, std::string, vectors of them, ImageSize, or structs");
      add_table(path, value, info);
    }
  }

  FieldList take() { return std::move(list_); }

 private:
  template <class T>
  void add_table(const std::string& path, T& value, const FieldInfo& info) {
    const std::string outer_prefix = prefix_;
    const bool outer_trajectory = trajectory_;
    list_.tables.push_back({path, info.doc});
    prefix_ = path + ".";
    trajectory_ = outer_trajectory && info.trajectory;
    visit_fields(*this, value);
    prefix_ = outer_prefix;
    trajectory_ = outer_trajectory;
  }

  FieldList list_;
  std::string prefix_;
  bool trajectory_ = true;
};

// The fields of `config`; valid as long as `config` stays where it is.
template <class C>
FieldList list_fields(C& config) {
  FieldCollector collector;
  visit_fields(collector, config);
  return collector.take();
}

}  // namespace itpn
