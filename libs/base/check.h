// SIP_CHECK(condition) << nothing: crashes the process at once with file, line and text when an invariant of our own is broken.
// Never for what a client, a file or a broker sends; that is an absl::Status.
#ifndef SIP_LIBS_BASE_CHECK_H_
#define SIP_LIBS_BASE_CHECK_H_

namespace sip {

// Prints "file:line: check failed: text" on stderr and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* text);

}  // namespace sip

#define SIP_CHECK(condition) ((condition) ? static_cast<void>(0) : ::sip::CheckFailed(__FILE__, __LINE__, #condition))

#endif  // SIP_LIBS_BASE_CHECK_H_
