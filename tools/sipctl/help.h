// What --help prints, at each level.
#ifndef SIP_TOOLS_SIPCTL_HELP_H_
#define SIP_TOOLS_SIPCTL_HELP_H_

#include <string>

#include "google/protobuf/descriptor.h"
#include "tools/sipctl/service_catalog.h"

namespace sip {

// All commands and services.
std::string DescribeProgram();
// The RPCs of a service.
std::string DescribeService(const CatalogService& service);
// The flags of an RPC's request.
std::string DescribeRpc(const std::string& service, const google::protobuf::MethodDescriptor& method);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_HELP_H_
