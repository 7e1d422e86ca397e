// Hides personal data and texts in messages that are printed: the fields that proto/sip/common/v1/options.proto calls `content`.
#ifndef SIP_TOOLS_SIPCTL_TEXT_MASK_H_
#define SIP_TOOLS_SIPCTL_TEXT_MASK_H_

#include <memory>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace sip {

// Whether fields that hold personal data or texts are shown, or stand as kHiddenText.
enum class TextMask { kShow, kHide };
inline constexpr char kHiddenText[] = "•••";

bool IsContent(const google::protobuf::FieldDescriptor& field);

// What an Any holds; null if `message` is none, or its type is not known here.
std::unique_ptr<google::protobuf::Message> Unpacked(const google::protobuf::Message& message);

// Puts kHiddenText for each text that is content, also within Any; removes content that is no text.
void HideTexts(google::protobuf::Message& message);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_TEXT_MASK_H_
