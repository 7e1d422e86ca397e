// The services and RPCs that sipctl knows, from compiled-in descriptors: nothing is asked of the server.
#ifndef SIP_TOOLS_SIPCTL_SERVICE_CATALOG_H_
#define SIP_TOOLS_SIPCTL_SERVICE_CATALOG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace sip {

// One service under the name that is typed: "plans" for sip.plans.v1.PlanService, "plan-views" for sip.views.v1.PlanViews.
struct CatalogService {
  std::string name;
  const google::protobuf::ServiceDescriptor* descriptor = nullptr;
};

// All services, ordered by name.
const std::vector<CatalogService>& AllServices();

// "EstablishPlan" → "establish-plan".
std::string KebabCase(absl::string_view name);

// INVALID_ARGUMENT with the nearest name and all others if there is no such service.
absl::StatusOr<const CatalogService*> FindService(absl::string_view name);

// The same for an RPC, such as "plans", "establish-plan".
absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(absl::string_view service, absl::string_view rpc);

// The method of a service given by its full name, such as "sip.plans.v1.PlanService", "EstablishPlan"; null if there is none.
const google::protobuf::MethodDescriptor* FindMethodByFullName(absl::string_view service, absl::string_view method);

// "/sip.plans.v1.PlanService/EstablishPlan".
std::string MethodPath(const google::protobuf::MethodDescriptor& method);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_SERVICE_CATALOG_H_
