// grpc.health.v1 for each service by name, and for the server as a whole under the empty name.
#ifndef SIP_LIBS_RPC_HEALTH_H_
#define SIP_LIBS_RPC_HEALTH_H_

#include <map>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "libs/base/mutex.h"

namespace sip {

// Thread-safe. Must outlive the server that it is registered with.
class HealthService final : public grpc::health::v1::Health::CallbackService {
 public:
  // Makes `service` known, or changes what is said of it.
  void Set(absl::string_view service, bool serving);
  // Says NOT_SERVING of all from now on and ends all watches, so that they do not hold up a stop.
  void Stop();

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context, const grpc::health::v1::HealthCheckRequest* request,
                                  grpc::health::v1::HealthCheckResponse* response) override;
  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context, const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  class Watcher;
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;

  // SERVICE_UNKNOWN for a name that was never set.
  Status StatusOf(const std::string& service) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::string, bool> serving_ ABSL_GUARDED_BY(mutex_);
  std::set<Watcher*> watchers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sip

#endif  // SIP_LIBS_RPC_HEALTH_H_
