// protobuf and gRPC print on standard error by themselves; here that goes into the program's log.
#ifndef SIP_LIBS_RPC_LOG_HANDLERS_H_
#define SIP_LIBS_RPC_LOG_HANDLERS_H_

namespace sip {

// Call once, early in main, before threads use either library.
void RedirectLibraryLogs();

}  // namespace sip

#endif  // SIP_LIBS_RPC_LOG_HANDLERS_H_
