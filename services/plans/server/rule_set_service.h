// sip.rules.v1.RuleSetService over gRPC: publishing is a command, looking up is answered from the book.
#ifndef SIP_SERVICES_PLANS_SERVER_RULE_SET_SERVICE_H_
#define SIP_SERVICES_PLANS_SERVER_RULE_SET_SERVICE_H_

#include <functional>
#include <memory>

#include "libs/engine/command_executor.h"
#include "libs/rpc/call_context.h"
#include "libs/rpc/service.h"
#include "libs/rules/rule_book.h"

namespace sip {

// `environment`, `executor` and `book` must outlive the service.
std::unique_ptr<RpcService> NewRuleSetService(const CallEnvironment& environment, CommandExecutor& executor, const RuleBook& book);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_SERVER_RULE_SET_SERVICE_H_
