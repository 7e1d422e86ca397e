// Which program this is.
#ifndef SIP_LIBS_NODE_VERSION_H_
#define SIP_LIBS_NODE_VERSION_H_

namespace sip {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace sip

#endif  // SIP_LIBS_NODE_VERSION_H_
