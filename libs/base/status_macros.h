// SIP_RETURN_IF_ERROR(expression) and SIP_ASSIGN_OR_RETURN(declaration, expression) for functions that return absl::Status or
// absl::StatusOr.
#ifndef SIP_LIBS_BASE_STATUS_MACROS_H_
#define SIP_LIBS_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define SIP_STATUS_CONCAT_INNER_(a, b) a##b
#define SIP_STATUS_CONCAT_(a, b) SIP_STATUS_CONCAT_INNER_(a, b)

#define SIP_RETURN_IF_ERROR(expression)                       \
  do {                                                        \
    if (auto sip_status_ = (expression); !sip_status_.ok()) { \
      return sip_status_;                                     \
    }                                                         \
  } while (false)

#define SIP_ASSIGN_OR_RETURN(declaration, expression) \
  SIP_ASSIGN_OR_RETURN_IMPL_(SIP_STATUS_CONCAT_(sip_status_or_, __LINE__), declaration, expression)
#define SIP_ASSIGN_OR_RETURN_IMPL_(result, declaration, expression) \
  auto result = (expression);                                       \
  if (!result.ok()) return result.status();                         \
  declaration = std::move(result).value()

#endif  // SIP_LIBS_BASE_STATUS_MACROS_H_
