// Responses for people and for scripts.
#ifndef SIP_TOOLS_SIPCTL_OUTPUT_H_
#define SIP_TOOLS_SIPCTL_OUTPUT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "tools/sipctl/text_mask.h"

namespace sip {

enum class OutputFormat { kTable, kJson };

// kJson: one line of JSON with the .proto's field names. kTable: a response that is one list (with how far was read) as a table of
// the simple fields of its elements and of their rows, anything else as indented lines of name and value.
std::string Format(const google::protobuf::Message& response, OutputFormat format);

// The message as lines of name and value, `depth` steps in.
std::string FormatLines(const google::protobuf::Message& message, int depth, TextMask mask);

// The value of the simple field `name` as people read it; empty if it is not set. The field must be there.
std::string FieldText(const google::protobuf::Message& message, const std::string& name);

// Columns as wide as their widest cell (in characters, not bytes), two spaces apart.
std::string AlignColumns(const std::vector<std::vector<std::string>>& rows);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_OUTPUT_H_
