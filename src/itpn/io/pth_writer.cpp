#include "itpn/io/pth_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "itpn/core/utf8.h"
#include "itpn/io/little_endian.h"
#include "itpn/io/zip_writer.h"

namespace itpn {
namespace {

constexpr const char* kRoot = "archive";

struct TypeNames {
  const char* storage;  // null: there is none of this type, the bytes are an untyped storage
  const char* dtype;
};

TypeNames names_of(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return {"FloatStorage", "float32"};
    case DType::kF64:
      return {"DoubleStorage", "float64"};
    case DType::kF16:
      return {"HalfStorage", "float16"};
    case DType::kBF16:
      return {"BFloat16Storage", "bfloat16"};
    case DType::kI64:
      return {"LongStorage", "int64"};
    case DType::kI32:
      return {"IntStorage", "int32"};
    case DType::kI16:
      return {"ShortStorage", "int16"};
    case DType::kI8:
      return {"CharStorage", "int8"};
    case DType::kU8:
      return {"ByteStorage", "uint8"};
    case DType::kBool:
      return {"BoolStorage", "bool"};
    case DType::kU16:
      return {nullptr, "uint16"};
    case DType::kU32:
      return {nullptr, "uint32"};
    case DType::kU64:
      return {nullptr, "uint64"};
    case DType::kF8E5M2:
      return {nullptr, "float8_e5m2"};
    case DType::kF8E4M3:
      return {nullptr, "float8_e4m3fn"};
    case DType::kF8E8M0:
      return {nullptr, "float8_e8m0fnu"};
  }
  throw std::invalid_argument("unknown dtype");
}

// Builds a pickle of protocol 2.
class PickleWriter {
 public:
  PickleWriter() : out_("\x80\x02") {}

  void op(const char* instructions) { out_ += instructions; }
  void text(const std::string& value) {
    out_ += 'X';
    append_little_endian(out_, value.size(), 4);
    out_ += value;
  }
  void global(const std::string& module, const std::string& name) { out_ += "c" + module + "\n" + name + "\n"; }
  void integer(uint64_t value) {
    if (value < (1ULL << 31)) {
      out_ += 'J';
      append_little_endian(out_, value, 4);
    } else {  // sizes are below 2^63, so the highest bit of eight bytes is no sign
      out_ += "\x8a\x08";
      append_little_endian(out_, value, 8);
    }
  }
  void integers(const std::vector<int64_t>& values) {
    out_ += '(';
    for (const int64_t value : values) integer(static_cast<uint64_t>(value));
    out_ += 't';
  }
  const std::string& bytes() const { return out_; }

 private:
  std::string out_;
};

std::vector<int64_t> contiguous_strides(const std::vector<int64_t>& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * std::max<int64_t>(1, shape[i]);
  return strides;
}

// _rebuild_tensor_v2(storage, 0, size, stride, False, OrderedDict()), or _v3 with the type at the end.
void write_tensor(PickleWriter& pickle, const TensorBytes& tensor, size_t key) {
  const TypeNames names = names_of(tensor.dtype);
  pickle.global("torch._utils", names.storage ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
  pickle.op("((");
  pickle.text("storage");
  names.storage ? pickle.global("torch", names.storage) : pickle.global("torch.storage", "UntypedStorage");
  pickle.text(std::to_string(key));
  pickle.text("cpu");
  const auto size = static_cast<uint64_t>(names.storage ? dtype_size(tensor.dtype) : 1);
  pickle.integer(tensor.bytes.size() / size);
  pickle.op("tQ");
  pickle.integer(0);
  pickle.integers(tensor.shape);
  pickle.integers(contiguous_strides(tensor.shape));
  pickle.op("\x89");  // no gradient
  pickle.global("collections", "OrderedDict");
  pickle.op(")R");
  if (!names.storage) pickle.global("torch", names.dtype);
  pickle.op("tR");
}

void check_text(const std::string& text) {
  if (!is_utf8(text)) throw std::invalid_argument("a tensor name or metadata entry is not UTF-8");
}

void check_writable(std::span<const TensorBytes> tensors) {
  std::set<std::string_view> names;
  for (const TensorBytes& tensor : tensors) {
    check_text(tensor.name);
    if (!names.insert(tensor.name).second) throw std::invalid_argument("tensor name twice: " + tensor.name);
    if (tensor_bytes(tensor.dtype, tensor.shape) != tensor.bytes.size()) {
      throw std::invalid_argument("the bytes of tensor " + tensor.name + " do not fit its type and shape");
    }
  }
}

std::string pickle_of(std::span<const TensorBytes> tensors, const std::map<std::string, std::string>& metadata) {
  PickleWriter pickle;
  pickle.op("}(");
  pickle.text("model");
  pickle.global("collections", "OrderedDict");
  pickle.op(")R(");
  for (size_t i = 0; i < tensors.size(); ++i) {
    pickle.text(tensors[i].name);
    write_tensor(pickle, tensors[i], i);
  }
  pickle.op("u");
  if (!metadata.empty()) {
    pickle.text("metadata");
    pickle.op("}(");
    for (const auto& [key, value] : metadata) {
      check_text(key);
      check_text(value);
      pickle.text(key);
      pickle.text(value);
    }
    pickle.op("u");
  }
  pickle.op("u.");
  return pickle.bytes();
}

void add_text(ZipWriter& zip, const std::string& name, const std::string& text) {
  zip.add(fmt::format("{}/{}", kRoot, name), std::as_bytes(std::span(text)));
}

}  // namespace

void write_pth(const ByteSink& sink, std::span<const TensorBytes> tensors,
               const std::map<std::string, std::string>& metadata) {
  check_writable(tensors);
  ZipWriter zip(sink);
  add_text(zip, "data.pkl", pickle_of(tensors, metadata));
  add_text(zip, "byteorder", "little");
  for (size_t i = 0; i < tensors.size(); ++i) zip.add(fmt::format("{}/data/{}", kRoot, i), tensors[i].bytes);
  add_text(zip, "version", "3\n");
  zip.finish();
}

}  // namespace itpn
