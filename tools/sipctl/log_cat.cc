#include "tools/sipctl/log_cat.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/partition_reader.h"
#include "sip/sipctl/v1/log_output.pb.h"
#include "tools/sipctl/output.h"
#include "tools/sipctl/stored_kinds.h"
#include "tools/sipctl/text_mask.h"

namespace sip {
namespace {

// "sip.plans/3 #17  2018-03-01T14:30:00Z  by region-nord  leaf 0011223344556677".
std::string Headline(const RecordedCommand& record) {
  const log::v1::CommandHeader& header = *record.header;
  std::string text = absl::StrCat(record.log_name, "/", record.partition, " #", record.idx, "  ",
                                  absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", record.recorded_at, absl::UTCTimeZone()), "  ");
  if (header.has_imports()) {
    absl::StrAppend(&text, "import of #", header.imports().idx());
  } else {
    absl::StrAppend(&text, "by ", header.acting_agency().empty() ? "the server" : header.acting_agency());
  }
  if (const auto case_id = Uuid::FromBytes(header.case_id())) absl::StrAppend(&text, "  case ", case_id->ToString());
  return absl::StrCat(text, "  leaf ", absl::BytesToHexString(record.leaf.substr(0, 8)), "\n");
}

// The message in a wrapper; null if there is none.
const google::protobuf::Message* Inner(const google::protobuf::Message& wrapper) {
  std::vector<const google::protobuf::FieldDescriptor*> set;
  wrapper.GetReflection()->ListFields(wrapper, &set);
  return set.empty() ? nullptr : &wrapper.GetReflection()->GetMessage(wrapper, set[0]);
}

// The message in a wrapper, under its name.
void PrintWrapped(const google::protobuf::Message& wrapper, absl::string_view label, TextMask mask, std::ostream& out) {
  if (const google::protobuf::Message* inner = Inner(wrapper)) {
    out << "  " << label << " " << inner->GetDescriptor()->full_name() << "\n" << FormatLines(*inner, 2, mask);
  }
}

void PrintLines(const RecordedCommand& record, TextMask mask, std::ostream& out) {
  out << Headline(record);
  if (record.command != nullptr) PrintWrapped(*record.command, "command", mask, out);
  for (const RecordedEvent& event : record.events) {
    PrintWrapped(*event.event, absl::StrCat("event ", event.stream.ToString(), " v", event.version), mask, out);
  }
}

std::string UuidText(absl::string_view bytes) {
  const std::optional<Uuid> id = Uuid::FromBytes(bytes);
  return id.has_value() ? id->ToString() : "";
}

sipctl::v1::LoggedCommand ToProto(const RecordedCommand& record) {
  const log::v1::CommandHeader& header = *record.header;
  sipctl::v1::LoggedCommand logged;
  logged.set_log(record.log_name);
  logged.set_partition(record.partition);
  logged.set_idx(record.idx);
  logged.set_leaf(absl::BytesToHexString(record.leaf));
  *logged.mutable_recorded_at() = header.recorded_at();
  logged.set_command_id(UuidText(header.command_id()));
  logged.set_case_id(UuidText(header.case_id()));
  logged.set_acting_agency(header.acting_agency());
  *logged.mutable_writes() = header.writes();
  if (header.has_imports()) {
    logged.mutable_imports()->set_log_id(absl::BytesToHexString(header.imports().log_id()));
    logged.mutable_imports()->set_idx(header.imports().idx());
    logged.mutable_imports()->set_leaf(absl::BytesToHexString(header.imports().leaf()));
  }
  const google::protobuf::Message* command = record.command == nullptr ? nullptr : Inner(*record.command);
  if (command != nullptr) logged.mutable_command()->PackFrom(*command);
  for (const RecordedEvent& recorded : record.events) {
    sipctl::v1::LoggedEvent& event = *logged.add_events();
    event.set_stream(recorded.stream.ToString());
    event.set_version(recorded.version);
    if (const google::protobuf::Message* inner = Inner(*recorded.event)) event.mutable_event()->PackFrom(*inner);
  }
  return logged;
}

void PrintRecord(const RecordedCommand& record, TextMask mask, OutputFormat format, std::ostream& out) {
  if (format == OutputFormat::kTable) return PrintLines(record, mask, out);
  sipctl::v1::LoggedCommand logged = ToProto(record);
  if (mask == TextMask::kHide) HideTexts(logged);
  out << Format(logged, OutputFormat::kJson);
}

}  // namespace

absl::Status PrintLog(const RocksLogStore& store, const DataFolderFlags& flags, OutputFormat format, std::ostream& out) {
  const TextMask mask = flags.content ? TextMask::kShow : TextMask::kHide;
  const auto case_id = Uuid::Parse(flags.case_id);
  std::map<std::pair<std::string, uint32_t>, PartitionReader> readers;
  return store.VisitRecords(0, [&](const RocksLogStore::StoredRecord& stored) -> absl::Status {
    if (!flags.log.empty() && stored.log != flags.log) return absl::OkStatus();
    const std::string log(stored.log);
    auto& reader =
        readers.try_emplace({log, stored.partition}, ExpectedLog{"", stored.partition}, ReaderCheckpoint{}).first->second;
    SIP_ASSIGN_OR_RETURN(const ValidRecordPtr valid, reader.Read(stored.chunk, stored.record));
    if (valid == nullptr) return absl::OkStatus();
    if (case_id.has_value() && valid->header->case_id() != case_id->ToBytes()) return absl::OkStatus();
    SIP_ASSIGN_OR_RETURN(const RecordedCommand record, CodecOfAllKinds().Decode(*valid, log, {.command = true}));
    PrintRecord(record, mask, format, out);
    return absl::OkStatus();
  });
}

ExitCode RunLogCat(const CommandLine& line) {
  const absl::StatusOr<DataFolderFlags> flags = ParseDataFolderFlags(line.arguments, true);
  if (!flags.ok()) return Fail(line, ExitCode::kUsage, flags.status());
  const auto store = OpenDataFolder(flags->data_dir);
  if (!store.ok()) return Fail(line, ExitCode::kFailed, store.status());
  const absl::Status printed = PrintLog(**store, *flags, line.flags.format, line.out);
  return printed.ok() ? ExitCode::kOk : Fail(line, ExitCode::kDamageFound, printed);
}

}  // namespace sip
