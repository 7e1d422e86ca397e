// Responses for people and for scripts.
#ifndef SIP_TOOLS_SIPCTL_OUTPUT_H_
#define SIP_TOOLS_SIPCTL_OUTPUT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace sip {

enum class OutputFormat { kTable, kJson };

// kJson: one line of JSON with the .proto's field names. kTable: a response whose payload is one list as a table of its simple
// fields, anything else as indented lines of name and value.
std::string Format(const google::protobuf::Message& response, OutputFormat format);

// Columns as wide as their widest cell (in characters, not bytes), two spaces apart.
std::string AlignColumns(const std::vector<std::vector<std::string>>& rows);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_OUTPUT_H_
