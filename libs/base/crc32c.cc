#include "libs/base/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

namespace sip {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // Bits reversed.

constexpr std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    table[i] = crc;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = MakeTable();

uint32_t ExtendByTable(uint32_t state, const char* data, size_t size) {
  for (size_t i = 0; i < size; ++i) state = kTable[(state ^ static_cast<uint8_t>(data[i])) & 0xff] ^ (state >> 8);
  return state;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) uint32_t ExtendByHardware(uint32_t state, const char* data, size_t size) {
  uint64_t wide = state;
  for (; size >= sizeof(uint64_t); data += sizeof(uint64_t), size -= sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, data, sizeof(word));
    wide = __builtin_ia32_crc32di(wide, word);
  }
  return ExtendByTable(static_cast<uint32_t>(wide), data, size);
}

bool HasHardware() {
  static const bool has = __builtin_cpu_supports("sse4.2") != 0;
  return has;
}

#else

uint32_t ExtendByHardware(uint32_t state, const char* data, size_t size) { return ExtendByTable(state, data, size); }
bool HasHardware() { return false; }

#endif

}  // namespace

uint32_t ExtendCrc32c(uint32_t crc, absl::string_view data) {
  const uint32_t state = ~crc;
  return ~(HasHardware() ? ExtendByHardware(state, data.data(), data.size()) : ExtendByTable(state, data.data(), data.size()));
}

}  // namespace sip
