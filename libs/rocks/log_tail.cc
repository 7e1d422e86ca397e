#include "libs/rocks/log_tail.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/crc32c.h"
#include "libs/base/status_macros.h"
#include "libs/rocks/environment.h"
#include "libs/rocks/rocks_status.h"
#include "rocksdb/file_system.h"

namespace sip {
namespace {

// RocksDB's format: blocks that are filled with fragments, none of which goes over a block's end; where less than a head fits in,
// zeros. A fragment: masked CRC-32C of type and content (4 bytes), length of the content (2), type (1), content; little endian.
constexpr size_t kBlock = 32'768;
constexpr size_t kHead = 7;
constexpr size_t kCrcSize = 4;
constexpr uint32_t kMaskDelta = 0xa282ead8;
enum class Fragment : uint8_t { kBad = 0, kWhole = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

uint32_t LittleEndian(absl::string_view bytes, size_t size) {
  uint32_t value = 0;
  for (size_t i = size; i > 0; --i) value = (value << 8U) | static_cast<uint8_t>(bytes[i - 1]);
  return value;
}

uint32_t Masked(uint32_t crc) { return ((crc >> 15U) | (crc << 17U)) + kMaskDelta; }

// The fragment at the start of `block`, what is left of a block, and its size with its head.
Fragment FragmentAt(absl::string_view block, size_t& size) {
  if (block.size() < kHead) return Fragment::kBad;
  const auto type = static_cast<Fragment>(block[kHead - 1]);
  if (type == Fragment::kBad || type > Fragment::kLast) return Fragment::kBad;
  size = kHead + LittleEndian(block.substr(kCrcSize), 2);
  if (size > block.size()) return Fragment::kBad;
  const uint32_t crc = Crc32c(block.substr(kHead - 1, size - kHead + 1));
  return LittleEndian(block, kCrcSize) == Masked(crc) ? type : Fragment::kBad;
}

// A record.
bool Begins(Fragment fragment) { return fragment == Fragment::kWhole || fragment == Fragment::kFirst; }

absl::string_view RestOfBlock(absl::string_view bytes, size_t at) {
  return bytes.substr(at, std::min(bytes.size(), (at / kBlock + 1) * kBlock) - at);
}

// Nothing says where the next fragment in a block begins when one is not whole, so every place is tried.
bool RecordBeginsBehind(absl::string_view bytes, size_t at) {
  size_t size = 0;
  for (size_t i = at + 1; i + kHead <= bytes.size(); ++i) {
    if (Begins(static_cast<Fragment>(bytes[i + kHead - 1])) && Begins(FragmentAt(RestOfBlock(bytes, i), size))) return true;
  }
  return false;
}

absl::Status Damaged(const std::string& path, size_t at) {
  return absl::DataLossError(absl::StrCat(path, " is damaged at byte ", at));
}

rocksdb::IOStatus CutTo(rocksdb::FileSystem& system, const std::string& path, size_t size) {
  const rocksdb::IOOptions options;
  std::unique_ptr<rocksdb::FSWritableFile> file;
  rocksdb::IOStatus status = system.ReopenWritableFile(path, PlainFile(), &file, nullptr);
  if (status.ok()) status = file->Truncate(size, options, nullptr);
  if (status.ok()) status = file->Fsync(options, nullptr);
  if (status.ok()) status = file->Close(options, nullptr);
  return status;
}

absl::Status CutTornTailOfLocked(rocksdb::FileSystem& system, const std::string& folder) {
  const rocksdb::IOOptions options;
  std::vector<std::string> names;
  SIP_RETURN_IF_ERROR(FromRocks(system.GetChildren(folder, options, &names, nullptr), absl::StrCat("listing ", folder)));
  std::map<uint64_t, std::string> logs;
  for (const std::string& name : names) {
    uint64_t number = 0;
    if (absl::EndsWith(name, ".log") && absl::SimpleAtoi(name.substr(0, name.size() - 4), &number)) logs[number] = name;
  }
  for (auto log = logs.rbegin(); log != logs.rend(); ++log) {
    const std::string path = absl::StrCat(folder, "/", log->second);
    std::string bytes;
    SIP_RETURN_IF_ERROR(FromRocks(rocksdb::ReadFileToString(&system, path, &bytes), absl::StrCat("reading ", path)));
    const LogTail tail = FindLogTail(bytes);
    if (tail.whole == bytes.size()) continue;
    // A log is whole on the disk before the next one is begun.
    if (tail.damaged || log != logs.rbegin()) return Damaged(path, tail.whole);
    SIP_RETURN_IF_ERROR(FromRocks(CutTo(system, path, tail.whole), absl::StrCat("cutting ", path)));
  }
  return absl::OkStatus();
}

}  // namespace

LogTail FindLogTail(absl::string_view bytes) {
  LogTail tail;
  bool inside = false;  // Of a record of several fragments.
  for (size_t at = 0; at < bytes.size();) {
    const absl::string_view block = RestOfBlock(bytes, at);
    if (block.size() < kHead && at + block.size() < bytes.size()) {
      at += block.size();
      continue;
    }
    size_t size = 0;
    const Fragment fragment = FragmentAt(block, size);
    const bool fits = fragment != Fragment::kBad && Begins(fragment) != inside;
    if (!fits) {
      tail.damaged = (inside && Begins(fragment)) || RecordBeginsBehind(bytes, at);
      return tail;
    }
    at += size;
    inside = fragment == Fragment::kFirst || fragment == Fragment::kMiddle;
    if (!inside) tail.whole = at;
  }
  return tail;
}

absl::Status CutTornTail(const std::shared_ptr<void>& memory, const std::string& folder) {
  rocksdb::FileSystem& system = *EnvOf(memory)->GetFileSystem();
  const rocksdb::IOOptions options;
  rocksdb::FileLock* lock = nullptr;
  SIP_RETURN_IF_ERROR(FromRocks(system.LockFile(folder + "/LOCK", options, &lock, nullptr), absl::StrCat("locking ", folder)));
  const absl::Status cut = CutTornTailOfLocked(system, folder);
  const absl::Status unlocked = FromRocks(system.UnlockFile(lock, options, nullptr), absl::StrCat("unlocking ", folder));
  return cut.ok() ? unlocked : cut;
}

}  // namespace sip
