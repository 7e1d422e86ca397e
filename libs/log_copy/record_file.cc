#include "libs/log_copy/record_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/big_endian.h"
#include "libs/base/sha256.h"
#include "libs/base/status_macros.h"
#include "libs/log_copy/files.h"

namespace sip {
namespace {

constexpr absl::string_view kMagic("SIPR\x01", 5);
constexpr size_t kPartitionSize = 4;
constexpr size_t kLengthSize = 4;
constexpr size_t kCheckSize = 8;
constexpr size_t kMaxNameSize = 100;
constexpr size_t kReadSize = size_t{256} << 10;

std::string DigestBehind(absl::string_view digest, absl::string_view frame) { return Sha256Of({digest, frame}); }

}  // namespace

bool IsLogName(absl::string_view name) {
  const auto allowed = [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) || absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kMaxNameSize && absl::ascii_islower(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), allowed);
}

std::string RecordFileName(absl::string_view log, uint32_t partition) { return absl::StrCat(log, "-", partition, ".records"); }

std::string RecordFileHeader(absl::string_view log_id, uint32_t partition) {
  std::string header = absl::StrCat(kMagic, log_id);
  AppendBigEndian(header, partition, kPartitionSize);
  return header;
}

RecordFileEnd EndOfHeader(absl::string_view header) { return {header.size(), 0, Sha256(header)}; }

void AppendToRecordFile(const RecordView& record, RecordFileEnd& end, std::string& out) {
  const size_t size = FrameSize(record);
  AppendBigEndian(out, size, kLengthSize);
  AppendFrame(record, out);
  end.digest = DigestBehind(end.digest, absl::string_view(out).substr(out.size() - size));
  out.append(end.digest, 0, kCheckSize);
  end.bytes += kLengthSize + size + kCheckSize;
  ++end.records;
}

RecordFileReader::RecordFileReader(std::string path, std::string header, uint64_t until)
    : path_(std::move(path)), header_(std::move(header)), until_(until) {}

absl::Status RecordFileReader::Fill(size_t size) {
  const uint64_t offset = end_.bytes - buffer_at_;
  if (offset + size <= buffer_.size()) return absl::OkStatus();
  buffer_.erase(0, offset);
  buffer_at_ = end_.bytes;
  const uint64_t known = buffer_at_ + buffer_.size();
  const size_t most = static_cast<size_t>(std::min<uint64_t>(std::max(size, kReadSize), until_ > known ? until_ - known : 0));
  SIP_ASSIGN_OR_RETURN(const std::string more, ReadBytes(path_, known, most));
  buffer_ += more;
  return buffer_.size() < size ? absl::DataLossError(absl::StrCat(path_, " is cut off")) : absl::OkStatus();
}

absl::Status RecordFileReader::ReadHeader() {
  SIP_ASSIGN_OR_RETURN(const std::optional<uint64_t> bytes, FileBytes(path_));
  if (!bytes.has_value()) return absl::DataLossError(absl::StrCat(path_, " is missing"));
  SIP_RETURN_IF_ERROR(Fill(header_.size()));
  if (absl::string_view(buffer_).substr(0, header_.size()) != header_) {
    return absl::DataLossError(absl::StrCat(path_, " is of another log, partition or format"));
  }
  end_ = EndOfHeader(header_);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<RecordView>> RecordFileReader::Next() {
  if (end_.bytes == 0 && until_ > 0) SIP_RETURN_IF_ERROR(ReadHeader());
  if (end_.bytes >= until_) return std::nullopt;
  SIP_RETURN_IF_ERROR(Fill(kLengthSize));
  const uint64_t size = ReadBigEndian(absl::string_view(buffer_).substr(end_.bytes - buffer_at_, kLengthSize));
  if (size > kMaxRecordBytes) return absl::DataLossError(absl::StrCat(path_, " has a length that cannot be"));
  SIP_RETURN_IF_ERROR(Fill(kLengthSize + size + kCheckSize));
  const absl::string_view rest = absl::string_view(buffer_).substr(end_.bytes - buffer_at_ + kLengthSize);
  const absl::string_view frame = rest.substr(0, size);
  std::string digest = DigestBehind(end_.digest, frame);
  if (rest.substr(size, kCheckSize) != absl::string_view(digest).substr(0, kCheckSize)) {
    return absl::DataLossError(absl::StrCat("a check of ", path_, " does not fit"));
  }
  SIP_ASSIGN_OR_RETURN(const RecordView record, DecodeFrame(frame));
  end_ = {end_.bytes + kLengthSize + size + kCheckSize, end_.records + 1, std::move(digest)};
  return record;
}

}  // namespace sip
