#include "libs/rpc/health.h"

#include <utility>

namespace sip {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// Sends what is said of one service now and whenever it changes. All state is guarded by the service's mutex; gRPC's reactions come
// without it. Deletes itself when gRPC is done with it.
class HealthService::Watcher final : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  Watcher(HealthService& health, std::string service) : health_(health), service_(std::move(service)) {
    const MutexLock lock(health_.mutex_);
    health_.watchers_.insert(this);
    Update();
  }

  // With the mutex held: sends the present status unless it was sent last; ends the watch when the server stops.
  void Update() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (finished_ || writing_) return;
    if (health_.stopped_) return End(grpc::Status(grpc::StatusCode::UNAVAILABLE, "The server is stopping."));
    const Status status = health_.StatusOf(service_);
    if (response_.status() == status && sent_) return;
    response_.set_status(status);
    sent_ = true;
    writing_ = true;
    StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    const MutexLock lock(health_.mutex_);
    writing_ = false;
    if (!ok) return End(grpc::Status::CANCELLED);
    Update();
  }

  void OnCancel() override {
    const MutexLock lock(health_.mutex_);
    End(grpc::Status::CANCELLED);
  }

  void OnDone() override {
    {
      const MutexLock lock(health_.mutex_);
      health_.watchers_.erase(this);
    }
    delete this;
  }

 private:
  void End(const grpc::Status& status) {
    if (std::exchange(finished_, true)) return;
    Finish(status);
  }

  HealthService& health_;
  const std::string service_;
  HealthCheckResponse response_;
  bool sent_ = false;
  bool writing_ = false;
  bool finished_ = false;
};

void HealthService::Set(absl::string_view service, bool serving) {
  const MutexLock lock(mutex_);
  serving_[std::string(service)] = serving;
  for (Watcher* watcher : watchers_) watcher->Update();
}

void HealthService::Stop() {
  const MutexLock lock(mutex_);
  stopped_ = true;
  for (Watcher* watcher : watchers_) watcher->Update();
}

HealthService::Status HealthService::StatusOf(const std::string& service) const {
  const auto found = serving_.find(service);
  if (found == serving_.end()) return HealthCheckResponse::SERVICE_UNKNOWN;
  return found->second && !stopped_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

grpc::ServerUnaryReactor* HealthService::Check(grpc::CallbackServerContext* context, const HealthCheckRequest* request,
                                               HealthCheckResponse* response) {
  Status status;
  {
    const MutexLock lock(mutex_);
    status = StatusOf(request->service());
  }
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  // As the protocol says: an unknown service is an error here, a status in Watch.
  if (status == HealthCheckResponse::SERVICE_UNKNOWN) {
    reactor->Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "This server has no service of that name."));
    return reactor;
  }
  response->set_status(status);
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(grpc::CallbackServerContext*,
                                                                    const HealthCheckRequest* request) {
  return new Watcher(*this, request->service());
}

}  // namespace sip
