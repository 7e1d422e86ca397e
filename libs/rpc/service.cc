#include "libs/rpc/service.h"

#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/rpc/method_stats.h"

namespace sip {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using grpc::internal::MethodHandler;
using grpc::internal::RpcMethod;

// What the generated stubs do, but from the descriptor: one raw callback method each.
class RawService final : public grpc::Service {
 public:
  void Add(const char* path, RpcMethod::RpcType type, MethodHandler* handler) {
    AddMethod(new grpc::internal::RpcServiceMethod(path, type, nullptr));
    MarkMethodRawCallback(count_++, handler);
  }

 private:
  int count_ = 0;
};

}  // namespace

struct RpcService::Impl {
  struct Method {
    const MethodDescriptor* descriptor;
    std::string path;  // "/sip.plans.v1.PlanService/DraftPlan"; gRPC keeps a pointer to it.
    std::unique_ptr<MethodStats> stats;
    std::unique_ptr<MethodHandler> handler;  // Null until it is registered, and after gRPC has taken it.
    bool registered = false;
  };

  Impl(absl::string_view full_name, const CallEnvironment& shared)
      : environment(shared),
        descriptor(google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string(full_name))) {
    SIP_CHECK(descriptor != nullptr);
    for (int i = 0; i < descriptor->method_count(); ++i) {
      const MethodDescriptor* method = descriptor->method(i);
      const std::string name = absl::StrCat(descriptor->full_name(), "/", method->name());
      methods.push_back({method, "/" + name, std::make_unique<MethodStats>(name, *environment.metrics), nullptr});
    }
  }

  // The method of that name and those types, which must not have a handler yet.
  Method& Find(absl::string_view name, const Descriptor* request, const Descriptor* response, bool streaming) {
    const auto found =
        std::find_if(methods.begin(), methods.end(), [&](const Method& method) { return method.descriptor->name() == name; });
    SIP_CHECK(found != methods.end());
    SIP_CHECK(!found->registered);
    SIP_CHECK(found->descriptor->input_type() == request && found->descriptor->output_type() == response);
    SIP_CHECK(!found->descriptor->client_streaming() && found->descriptor->server_streaming() == streaming);
    found->registered = true;
    return *found;
  }

  RawService& Build() {
    SIP_CHECK(raw == nullptr);
    raw = std::make_unique<RawService>();
    for (Method& method : methods) {
      SIP_CHECK(method.handler != nullptr);
      const auto type = method.descriptor->server_streaming() ? RpcMethod::SERVER_STREAMING : RpcMethod::NORMAL_RPC;
      raw->Add(method.path.c_str(), type, method.handler.release());
    }
    return *raw;
  }

  const CallEnvironment& environment;
  const ServiceDescriptor* const descriptor;
  std::vector<Method> methods;  // Does not grow after construction.
  std::unique_ptr<RawService> raw;
};

RpcService::RpcService(absl::string_view full_name, const CallEnvironment& environment)
    : impl_(std::make_unique<Impl>(full_name, environment)) {}

RpcService::~RpcService() = default;

const std::string& RpcService::full_name() const { return impl_->descriptor->full_name(); }

std::vector<std::string> RpcService::MissingMethods() const {
  std::vector<std::string> missing;
  for (const Impl::Method& method : impl_->methods) {
    if (!method.registered) missing.push_back(method.descriptor->full_name());
  }
  return missing;
}

grpc::Service& RpcService::Build() { return impl_->Build(); }

void RpcService::AddQuery(absl::string_view method, const Descriptor* response, QuerySpec spec) {
  Impl::Method& found = impl_->Find(method, spec.request->GetDescriptor(), response, /*streaming=*/false);
  found.handler.reset(NewQueryHandler(std::move(spec), *found.stats, impl_->environment));
}

void RpcService::AddStream(absl::string_view method, const Descriptor* response, StreamSpec spec) {
  Impl::Method& found = impl_->Find(method, spec.request->GetDescriptor(), response, /*streaming=*/true);
  found.handler.reset(NewStreamHandler(std::move(spec), *found.stats, impl_->environment));
}

void RpcService::AddCommand(absl::string_view method, CommandSpec spec) {
  Impl::Method& found = impl_->Find(method, spec.request, spec.response->GetDescriptor(), /*streaming=*/false);
  found.handler.reset(NewCommandHandler(std::move(spec), *found.stats, impl_->environment));
}

}  // namespace sip
