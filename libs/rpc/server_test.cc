// The handler template through real channels on loopback.
#include "libs/rpc/server.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/client_unary_call.h>

#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "libs/base/mutex.h"
#include "libs/rpc/log_handlers.h"
#include "libs/rpc/status.h"
#include "libs/telemetry/log.h"
#include "libs/testing/test_authority.h"
#include "sip/testing/v1/echo_rpcs.grpc.pb.h"

namespace sip {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::v1::CountEchoRequest;
using testing::v1::CountEchoResponse;
using testing::v1::EchoCommand;
using testing::v1::EchoRequest;
using testing::v1::EchoResponse;
using testing::v1::EchoService;
using testing::v1::RecordEchoRequest;
using testing::v1::RecordEchoResponse;

constexpr char kService[] = "sip.testing.v1.EchoService";
constexpr char kCase[] = "018f0000-0000-7000-8000-0000000000aa";
constexpr char kEcho[] = "018f0000-0000-7000-8000-0000000000bb";
constexpr char kRequest[] = "018f0000-0000-7000-8000-0000000000cc";

// Time that a test moves.
class TestClock final : public Clock {
 public:
  absl::Time Now() override { return SystemClock().Now() + ahead; }
  absl::Duration ahead = absl::ZeroDuration();
};

// Keeps commands until it is told to answer.
class FakeExecutor final : public CommandExecutor {
 public:
  void Execute(CommandRequest request, Done done) override {
    const MutexLock lock(mutex_);
    requests_.push_back(std::move(request));
    done_.push_back(std::move(done));
    arrived_.NotifyAll();
  }
  // Waits for a command, takes it out and answers it. Returns what it was.
  CommandRequest Answer(absl::StatusOr<CommandAnswer> answer) {
    Await();
    auto [request, done] = Take();
    done(std::move(answer));
    return std::move(request);
  }
  // Waits for a command and leaves it there.
  void Await() {
    const MutexLock lock(mutex_);
    while (done_.empty()) arrived_.Wait(mutex_);
  }
  // Drops a command without an answer, as only a bug would.
  void Drop() {
    Await();
    Take();
  }

 private:
  std::pair<CommandRequest, Done> Take() {
    const MutexLock lock(mutex_);
    std::pair<CommandRequest, Done> taken(std::move(requests_.front()), std::move(done_.front()));
    requests_.erase(requests_.begin());
    done_.erase(done_.begin());
    return taken;
  }

  Mutex mutex_;
  CondVar arrived_;
  std::vector<CommandRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<Done> done_ ABSL_GUARDED_BY(mutex_);
};

CommandAnswer RecordedEcho() {
  auto record = std::make_shared<RecordedCommand>();
  const auto header = std::make_shared<log::v1::CommandHeader>();
  header->set_case_id(Uuid::Parse(kCase)->ToBytes());
  header->add_writes()->set_stream(absl::StrCat("echo/", kEcho));
  record->header = header;
  return CommandAnswer{record, 3, ConsistencyToken{std::string(16, 'l'), 1, 2, std::string(8, 'h')}};
}

class CountingSource final : public StreamSource<CountEchoResponse> {
 public:
  explicit CountingSource(uint32_t last) : last_(last) {}
  void Next(Done done) override {
    if (number_ == last_) return done(std::optional<CountEchoResponse>());
    if (number_ == 1000) return done(RejectionStatus(Reason::REASON_OVERLOADED));
    CountEchoResponse response;
    response.set_number(++number_);
    done(std::optional<CountEchoResponse>(response));
  }
  void Cancel() override {}

 private:
  const uint32_t last_;
  uint32_t number_ = 0;
};

std::unique_ptr<RpcService> NewEchoService(const CallEnvironment& environment, CommandExecutor& executor) {
  auto service = std::make_unique<RpcService>(kService, environment);
  const auto commands = service->CommandsOf<EchoCommand>(executor);
  commands.Add<RecordEchoRequest, RecordEchoResponse>(
      "RecordEcho", {.fresh = true,
                     .prepare =
                         [](const CallContext& context, RecordEchoRequest& request, absl::AnyInvocable<void(absl::Status)> done) {
                           if (request.text() == "unprepared") return done(RejectionStatus(Reason::REASON_CASE_CLOSED));
                           request.set_text(request.text() + " for " + context.actor.agency_id());
                           done(absl::OkStatus());
                         },
                     .respond = [](const RecordedCommand&, RecordEchoResponse& response) { response.set_remark("hook"); }});
  service->Query<EchoRequest, EchoResponse>("Echo", [](const CallContext& context, const EchoRequest& request,
                                                       absl::AnyInvocable<void(absl::StatusOr<EchoResponse>)> done) {
    if (request.text() == "fail") return done(absl::InternalError("the disk is gone"));
    EchoResponse response;
    response.set_text(request.text());
    response.set_agency_id(context.actor.agency_id());
    done(std::move(response));
  });
  service->Stream<CountEchoRequest, CountEchoResponse>(
      "CountEcho",
      [](const CallContext&, const CountEchoRequest& request) -> absl::StatusOr<std::unique_ptr<StreamSource<CountEchoResponse>>> {
        return std::make_unique<CountingSource>(request.last());
      });
  return service;
}

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    RedirectLibraryLogs();
    rules::v1::AgencyDirectory directory;
    directory.add_agencies()->set_agency_id("region-nord");
    agencies_ = AgencyDirectory(directory);
    options_.development_identity = true;
  }

  void Start() {
    auto server = RpcServer::Create(options_, agencies_, *metrics_, clock_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    server_->AddService(NewEchoService(server_->environment(), executor_));
    ASSERT_TRUE(server_->Start().ok());
    channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()), grpc::InsecureChannelCredentials());
    stub_ = EchoService::NewStub(channel_);
  }

  static void Identify(grpc::ClientContext& context) {
    context.AddMetadata("sip-agency", "region-nord");
    context.AddMetadata("sip-unit", "SE2321000000-U1");
    context.AddMetadata("sip-actor", "SE2321000000-P1");
  }

  grpc::Status Echo(const EchoRequest& request, EchoResponse* response = nullptr) {
    grpc::ClientContext context;
    Identify(context);
    EchoResponse ignored;
    return stub_->Echo(&context, request, response == nullptr ? &ignored : response);
  }

  grpc::Status EchoText(const std::string& text) {
    EchoRequest request;
    request.set_text(text);
    return Echo(request);
  }

  // Echo with whatever metadata.
  grpc::Status EchoWith(const std::vector<std::pair<std::string, std::string>>& metadata) {
    grpc::ClientContext context;
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    EchoRequest request;
    request.set_text("hej");
    EchoResponse response;
    return stub_->Echo(&context, request, &response);
  }

  // Sends bytes as they are.
  grpc::Status EchoBytes(const std::string& bytes) {
    grpc::ClientContext context;
    Identify(context);
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    const std::string path = absl::StrCat("/", kService, "/Echo");
    const grpc::internal::RpcMethod method(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC, channel_);
    return grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(channel_.get(), method, &context, request,
                                                                                 &response);
  }

  static RecordEchoRequest GoodCommand() {
    RecordEchoRequest request;
    request.set_request_id(kRequest);
    request.set_case_id(kCase);
    request.set_text("hej");
    return request;
  }

  const LogCapture log_;
  ServerOptions options_;
  AgencyDirectory agencies_;
  std::unique_ptr<Metrics> metrics_ = NewMetrics();
  TestClock clock_;
  FakeExecutor executor_;
  std::unique_ptr<RpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<EchoService::Stub> stub_;
};

// --- queries ---

TEST_F(ServerTest, AnswersAQuery) {
  Start();
  EchoRequest request;
  request.set_text("hej å");
  EchoResponse response;
  ASSERT_TRUE(Echo(request, &response).ok());
  EXPECT_EQ(response.text(), "hej å");
  EXPECT_EQ(response.agency_id(), "region-nord");
}

TEST_F(ServerTest, NamesTheFieldOfTextThatIsNotUtf8) {
  Start();
  const grpc::Status status = EchoBytes("\x0a\x01\xff");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const ErrorDescription described = DescribeError(status);
  EXPECT_EQ(described.reason, "TEXT_INVALID");
  ASSERT_EQ(described.items.size(), 1u);
  EXPECT_EQ(described.items[0].field, "text");
}

TEST_F(ServerTest, RefusesBytesThatAreNoMessage) {
  Start();
  EXPECT_EQ(DescribeError(EchoBytes("\x0a\xff\xff")).reason, "REQUEST_MALFORMED");
  EXPECT_EQ(DescribeError(EchoBytes("")).reason, "FIELD_REQUIRED");
}

TEST_F(ServerTest, RefusesARequestOverTheLimitWithLimitAndSize) {
  options_.limits.request_bytes = 1000;
  Start();
  const grpc::Status status = EchoText(std::string(1000, 'a'));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DescribeError(status).reason, "LIMIT_EXCEEDED");
  EXPECT_THAT(status.error_message(), AllOf(HasSubstr("1000 bytes"), HasSubstr("1003")));
}

TEST_F(ServerTest, NamesAllViolationsAtOnce) {
  Start();
  EchoRequest request;
  request.set_channel(static_cast<common::v1::Channel>(77));
  request.set_echo_id("x");
  const ErrorDescription described = DescribeError(Echo(request));
  EXPECT_EQ(described.total, 3u);
  EXPECT_EQ(described.items.size(), 3u);
}

TEST_F(ServerTest, HidesFailuresOfOursAndLogsThemUnderTheCorrelationId) {
  Start();
  const grpc::Status status = EchoText("fail");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message() + status.error_details(), Not(HasSubstr("disk")));
  EXPECT_THAT(log_.Lines(), Contains(AllOf(HasSubstr("rpc_failed"), HasSubstr("the disk is gone"),
                                           HasSubstr(DescribeError(status).correlation_id))));
}

// --- identity and metadata ---

TEST_F(ServerTest, RefusesACallerWithoutIdentity) {
  Start();
  const grpc::Status missing = EchoWith({});
  EXPECT_EQ(missing.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(DescribeError(missing).reason, "IDENTITY_MISSING");
  const grpc::Status unknown = EchoWith({{"sip-agency", "region-okand"}});
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(DescribeError(unknown).reason, "AGENCY_UNKNOWN");
  EXPECT_EQ(DescribeError(EchoWith({{"sip-agency", "region-nord"}, {"sip-actor", "Karl Karlsson"}})).reason, "FIELD_INVALID");
}

TEST_F(ServerTest, DoesNotBelieveMetadataWithoutDevelopmentIdentity) {
  options_.development_identity = false;
  Start();
  EXPECT_EQ(DescribeError(EchoWith({{"sip-agency", "region-nord"}})).reason, "IDENTITY_MISSING");
}

TEST_F(ServerTest, RefusesMalformedMetadataAndTooManyTokens) {
  Start();
  EXPECT_EQ(DescribeError(EchoWith({{"sip-agency", "region-nord"}, {"sip-correlation-id", "x"}})).reason, "FIELD_INVALID");
  EXPECT_EQ(DescribeError(EchoWith({{"sip-agency", "region-nord"}, {"sip-consistency-token", "x"}})).reason, "TOKEN_INVALID");
  const std::string token = EncodeToken(RecordedEcho().token);
  std::string many = token;
  for (int i = 0; i < 32; ++i) many += "," + token;
  EXPECT_EQ(DescribeError(EchoWith({{"sip-agency", "region-nord"}, {"sip-consistency-token", many}})).reason, "LIMIT_EXCEEDED");
}

TEST_F(ServerTest, KeepsTheCallersCorrelationIdAndLanguage) {
  Start();
  const grpc::Status status = EchoWith({{"sip-correlation-id", kRequest}, {"accept-language", "sv"}});
  EXPECT_EQ(DescribeError(status).correlation_id, kRequest);
  EXPECT_THAT(status.error_details(), HasSubstr("Anropande myndighet är inte identifierad."));
}

TEST_F(ServerTest, RefusesACallWhoseDeadlineHasPassed) {
  clock_.ahead = absl::Hours(1);
  Start();
  grpc::ClientContext context;
  Identify(context);
  context.set_deadline(absl::ToChronoTime(SystemClock().Now() + absl::Minutes(10)));
  EchoRequest request;
  request.set_text("hej");
  EchoResponse response;
  const grpc::Status status = stub_->Echo(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(DescribeError(status).reason, "DEADLINE_PASSED");
}

// --- commands ---

TEST_F(ServerTest, CarriesACommandOutWithAllThatTheTransportKnows) {
  Start();
  grpc::ClientContext context;
  Identify(context);
  context.AddMetadata("sip-correlation-id", kRequest);
  context.AddMetadata("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  context.AddMetadata("sip-consistency-token", EncodeToken(RecordedEcho().token));
  RecordEchoRequest request = GoodCommand();
  request.set_expected_stream_version(0);
  request.mutable_occurred_at()->mutable_instant()->set_seconds(1'700'000'000);
  RecordEchoResponse response;
  grpc::Status status;
  std::thread caller([&] { status = stub_->RecordEcho(&context, request, &response); });
  const CommandRequest executed = executor_.Answer(RecordedEcho());
  caller.join();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.stream_version(), 3u);
  EXPECT_EQ(response.case_id(), kCase);
  EXPECT_EQ(response.echo_id(), kEcho);
  EXPECT_EQ(response.remark(), "hook");
  EXPECT_EQ(*DecodeToken(response.consistency_token()), RecordedEcho().token);

  const auto& command = static_cast<const EchoCommand&>(*executed.command);
  EXPECT_EQ(command.record_echo().text(), "hej for region-nord");
  EXPECT_EQ(executed.request_id.ToString(), kRequest);
  EXPECT_EQ(executed.case_id.ToString(), kCase);
  EXPECT_EQ(executed.expected_stream_version, 0u);
  EXPECT_EQ(executed.occurred_at->instant().seconds(), 1'700'000'000);
  EXPECT_EQ(executed.actor.agency_id(), "region-nord");
  EXPECT_EQ(executed.actor.person_id(), "SE2321000000-P1");
  EXPECT_EQ(executed.actor.assurance(), common::v1::IDENTITY_ASSURANCE_DEVELOPMENT);
  EXPECT_EQ(executed.correlation_id, Uuid::Parse(kRequest)->ToBytes());
  EXPECT_EQ(executed.trace_id.size(), 16u);
  EXPECT_EQ(executed.span_id.size(), 8u);
  EXPECT_EQ(executed.tokens.size(), 1u);
  EXPECT_TRUE(executed.fresh);
}

TEST_F(ServerTest, TheDeadlineIsTheCallersOrTheLimitWhicheverIsShorter) {
  options_.limits.deadline = absl::Hours(2);
  Start();
  const absl::Time before = SystemClock().Now();
  const auto deadline_for = [&](absl::Duration wish) {
    grpc::ClientContext context;
    Identify(context);
    context.set_deadline(absl::ToChronoTime(before + wish));
    RecordEchoResponse response;
    std::thread caller([&] { stub_->RecordEcho(&context, GoodCommand(), &response); });
    const CommandRequest executed = executor_.Answer(RecordedEcho());
    caller.join();
    return executed.deadline;
  };
  // gRPC rounds what it sends.
  EXPECT_LT(deadline_for(absl::Hours(1)), before + absl::Minutes(90));
  const absl::Time limited = deadline_for(absl::Hours(24));
  EXPECT_GT(limited, before + absl::Minutes(90));
  EXPECT_LT(limited, before + absl::Hours(3));
}

TEST_F(ServerTest, RefusalsOfTheEngineAndOfPreparationReachTheCaller) {
  Start();
  RecordEchoResponse response;
  grpc::Status status;
  std::thread caller([&] {
    grpc::ClientContext context;
    Identify(context);
    status = stub_->RecordEcho(&context, GoodCommand(), &response);
  });
  executor_.Answer(RejectionStatus(Reason::REASON_STREAM_VERSION_MOVED, "", "", "It is at 4."));
  caller.join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(DescribeError(status).items.size(), 1u);

  grpc::ClientContext context;
  Identify(context);
  RecordEchoRequest request = GoodCommand();
  request.set_text("unprepared");
  EXPECT_EQ(DescribeError(stub_->RecordEcho(&context, request, &response)).reason, "CASE_CLOSED");
}

TEST_F(ServerTest, ACommandThatIsDroppedIsAnsweredAsAFailureOfOurs) {
  Start();
  grpc::Status status;
  std::thread caller([&] {
    grpc::ClientContext context;
    Identify(context);
    RecordEchoResponse response;
    status = stub_->RecordEcho(&context, GoodCommand(), &response);
  });
  executor_.Drop();
  caller.join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
}

TEST_F(ServerTest, RefusesCallsBeyondTheNumberInFlight) {
  options_.limits.in_flight = 1;
  Start();
  std::thread caller([&] {
    grpc::ClientContext context;
    Identify(context);
    RecordEchoResponse response;
    EXPECT_TRUE(stub_->RecordEcho(&context, GoodCommand(), &response).ok());
  });
  executor_.Await();
  const grpc::Status status = EchoText("hej");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_GT(DescribeError(status).retry_after, absl::ZeroDuration());
  executor_.Answer(RecordedEcho());
  caller.join();
  EXPECT_TRUE(EchoText("hej").ok());
}

// --- streams ---

TEST_F(ServerTest, StreamsAllMessagesInOrderThenTheStatus) {
  Start();
  for (const uint32_t last : {0u, 5u, 2000u}) {
    grpc::ClientContext context;
    Identify(context);
    CountEchoRequest request;
    request.set_last(last);
    const auto reader = stub_->CountEcho(&context, request);
    CountEchoResponse response;
    uint32_t count = 0;
    while (reader->Read(&response)) EXPECT_EQ(response.number(), ++count);
    EXPECT_EQ(count, std::min(last, 1000u));
    EXPECT_EQ(reader->Finish().error_code(), last > 1000 ? grpc::StatusCode::RESOURCE_EXHAUSTED : grpc::StatusCode::OK);
  }
}

TEST_F(ServerTest, ChecksStreamingRequestsLikeOthers) {
  Start();
  grpc::ClientContext context;
  const auto reader = stub_->CountEcho(&context, CountEchoRequest());
  CountEchoResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(DescribeError(reader->Finish()).reason, "IDENTITY_MISSING");
}

TEST_F(ServerTest, EndsAStreamWhoseReaderLeaves) {
  Start();
  {
    grpc::ClientContext context;
    Identify(context);
    CountEchoRequest request;
    request.set_last(900);
    const auto reader = stub_->CountEcho(&context, request);
    CountEchoResponse response;
    ASSERT_TRUE(reader->Read(&response));
    context.TryCancel();
    reader->Finish();
  }
  server_->Stop(absl::Minutes(1));
  EXPECT_EQ(server_->environment().in_flight.load(), 0u);
}

// --- start and stop ---

TEST_F(ServerTest, DoesNotStartWhenAnRpcHasNoHandler) {
  auto server = RpcServer::Create(options_, agencies_, *metrics_, clock_);
  ASSERT_TRUE(server.ok());
  (*server)->AddService(std::make_unique<RpcService>(kService, (*server)->environment()));
  const absl::Status status = (*server)->Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("sip.testing.v1.EchoService.RecordEcho"));
}

TEST_F(ServerTest, ARegistrationThatDoesNotMatchTheDescriptorCrashes) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  const std::unique_ptr<RpcServer> created = *RpcServer::Create(options_, agencies_, *metrics_, clock_);
  RpcServer& server = *created;
  RpcService service(kService, server.environment());
  const auto commands = service.CommandsOf<EchoCommand>(executor_);
  EXPECT_DEATH((commands.Add<RecordEchoRequest, RecordEchoResponse>("Record")), "check failed");
  EXPECT_DEATH((commands.Add<RecordEchoRequest, RecordEchoResponse>("Echo")), "check failed");
  EXPECT_DEATH(RpcService("sip.testing.v1.NoService", server.environment()), "check failed");
}

TEST_F(ServerTest, AStopFinishesWhatIsInFlight) {
  Start();
  grpc::Status status;
  std::thread caller([&] {
    grpc::ClientContext context;
    Identify(context);
    RecordEchoResponse response;
    status = stub_->RecordEcho(&context, GoodCommand(), &response);
  });
  executor_.Await();
  // The end of a watch says that the stop has begun.
  grpc::ClientContext watch_context;
  const auto health = grpc::health::v1::Health::NewStub(channel_);
  const auto watch = health->Watch(&watch_context, grpc::health::v1::HealthCheckRequest());
  grpc::health::v1::HealthCheckResponse seen;
  ASSERT_TRUE(watch->Read(&seen));
  std::thread stopper([&] { server_->Stop(absl::Minutes(5)); });
  while (watch->Read(&seen)) {
  }
  executor_.Answer(RecordedEcho());
  caller.join();
  stopper.join();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(EchoText("hej").error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServerTest, RefusesAnAddressThatIsTaken) {
  Start();
  options_.listen_address = absl::StrCat("127.0.0.1:", server_->port());
  auto second = RpcServer::Create(options_, agencies_, *metrics_, clock_);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ((*second)->Start().code(), absl::StatusCode::kUnavailable);
}

// --- health, reflection ---

TEST_F(ServerTest, AnswersHealthForEachServiceByName) {
  Start();
  const auto health = grpc::health::v1::Health::NewStub(channel_);
  const auto check = [&](const std::string& service) {
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    grpc::health::v1::HealthCheckResponse response;
    const grpc::Status status = health->Check(&context, request, &response);
    return status.ok() ? static_cast<int>(response.status()) : -static_cast<int>(status.error_code());
  };
  using Response = grpc::health::v1::HealthCheckResponse;
  EXPECT_EQ(check(""), Response::NOT_SERVING);
  server_->SetServing(kService, true);
  EXPECT_EQ(check(kService), Response::SERVING);
  EXPECT_EQ(check(""), Response::NOT_SERVING);
  server_->SetAllServing(true);
  EXPECT_EQ(check(""), Response::SERVING);
  EXPECT_EQ(check("sip.other"), -grpc::StatusCode::NOT_FOUND);
}

TEST_F(ServerTest, AHealthWatchSeesEveryChange) {
  Start();
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(kService);
  const auto watch = grpc::health::v1::Health::NewStub(channel_)->Watch(&context, request);
  grpc::health::v1::HealthCheckResponse seen;
  for (const bool serving : {false, true, false}) {
    server_->SetServing(kService, serving);
    ASSERT_TRUE(watch->Read(&seen));
    EXPECT_EQ(seen.status() == grpc::health::v1::HealthCheckResponse::SERVING, serving);
  }
  context.TryCancel();
  watch->Finish();
}

TEST_F(ServerTest, ReflectionListsTheServices) {
  Start();
  grpc::GenericStub stub(channel_);
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  const auto next = [&] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto call = stub.PrepareCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  call->StartCall(nullptr);
  ASSERT_TRUE(next());
  const grpc::Slice list_services("\x3a\x01*");
  call->WriteLast(grpc::ByteBuffer(&list_services, 1), grpc::WriteOptions(), nullptr);
  ASSERT_TRUE(next());
  grpc::ByteBuffer response;
  call->Read(&response, nullptr);
  ASSERT_TRUE(next());
  grpc::Slice slice;
  ASSERT_TRUE(response.DumpToSingleSlice(&slice).ok());
  const std::string services(reinterpret_cast<const char*>(slice.begin()), slice.size());
  EXPECT_THAT(services, HasSubstr(kService));
  EXPECT_THAT(services, HasSubstr("grpc.health.v1.Health"));
  grpc::Status status;
  call->Finish(&status, nullptr);
  ASSERT_TRUE(next());
  EXPECT_TRUE(status.ok());
}

// --- what operators see ---

TEST_F(ServerTest, CountsCallsByMethodAndCode) {
  Start();
  EXPECT_TRUE(EchoText("hej").ok());
  EXPECT_FALSE(EchoText("").ok());
  const std::string exposition = metrics_->Exposition();
  EXPECT_THAT(exposition, HasSubstr(R"(sip_rpc_calls_total{code="OK",method="sip.testing.v1.EchoService/Echo"} 1)"));
  EXPECT_THAT(exposition, HasSubstr(R"(sip_rpc_calls_total{code="INVALID_ARGUMENT",method="sip.testing.v1.EchoService/Echo"} 1)"));
  EXPECT_THAT(exposition, HasSubstr(R"(sip_rpc_seconds_count{method="sip.testing.v1.EchoService/Echo"} 2)"));
}

TEST_F(ServerTest, NothingThatACallerWritesIsLoggedOrCounted) {
  const std::string mark = "Zebedeus-191212121212";
  SetLogLevel(LogLevel::kDebug);
  Start();
  EchoText(mark);
  EchoText(mark + "\r");
  EchoBytes("\x0a\x16" + mark + "\xff");
  EchoBytes(mark);
  EchoWith({{"sip-agency", mark}, {"sip-unit", mark}, {"sip-actor", mark}});
  EchoWith({{"sip-agency", "region-nord"}, {"sip-unit", mark}, {"sip-actor", mark}, {"sip-correlation-id", mark}});
  EchoWith({{"sip-agency", "region-nord"}, {"sip-consistency-token", mark}, {"accept-language", mark}, {"traceparent", mark}});
  SetLogLevel(LogLevel::kInfo);
  std::string output;
  for (const std::string& line : log_.Lines()) output += line + "\n";
  EXPECT_THAT(output, HasSubstr("\"event\":\"protobuf\""));
  output += metrics_->Exposition();
  EXPECT_THAT(output, HasSubstr("sip.testing.v1.EchoService/Echo"));
  EXPECT_THAT(output, Not(HasSubstr("Zebedeus")));
  EXPECT_THAT(output, Not(HasSubstr("1212")));
}

TEST_F(ServerTest, DevelopmentIdentityIsWarnedOf) {
  Start();
  EXPECT_THAT(log_.Lines(), Contains(AllOf(HasSubstr("\"warning\""), HasSubstr("development_identity"))));
}

// --- addresses and TLS ---

TEST(ServerOptionsTest, KnowsWhatIsLoopback) {
  for (const char* address : {"127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1"}) EXPECT_TRUE(IsLoopback(address)) << address;
  for (const char* address : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "sip.example:1", ":1", "127.0.0.1.evil.example:1", "[::1:1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

TEST(ServerOptionsTest, RefusesWhatIsNotSafe) {
  const AgencyDirectory agencies;
  const auto metrics = NewMetrics();
  const auto mistake = [&](const ServerOptions& options) {
    return std::string(RpcServer::Create(options, agencies, *metrics, SystemClock()).status().message());
  };
  ServerOptions options;
  options.listen_address = "0.0.0.0:0";
  EXPECT_THAT(mistake(options), HasSubstr("can be reached from outside"));
  options.development_identity = true;
  EXPECT_THAT(mistake(options), Not(IsEmpty()));
  options = ServerOptions();
  options.edge = "front";
  EXPECT_THAT(mistake(options), HasSubstr("tls.edge"));
  options = ServerOptions();
  options.key_file = "x";
  EXPECT_THAT(mistake(options), HasSubstr("set all three or none"));
  options.certificate_file = options.client_ca_file = "/nowhere/x.pem";
  options.key_file = "/nowhere/x.key";
  EXPECT_THAT(mistake(options), HasSubstr("/nowhere/x"));
  options.development_identity = true;
  EXPECT_THAT(mistake(options), HasSubstr("without tls"));
}

class TlsTest : public ServerTest {
 protected:
  void StartWithTls() {
    authority_.Issue("server", "IP:127.0.0.1");
    options_.development_identity = false;
    options_.certificate_file = authority_.Path("server.pem");
    options_.key_file = authority_.Path("server.key");
    options_.client_ca_file = authority_.Path("ca.pem");
    Start();
  }
  grpc::Status EchoAs(const std::string& name, EchoResponse& response) {
    stub_ =
        EchoService::NewStub(grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()), authority_.ClientCredentials(name)));
    EchoRequest request;
    request.set_text("hej");
    return Echo(request, &response);
  }

  TestAuthority authority_;
};

TEST_F(TlsTest, TheCertificateNamesTheAgency) {
  StartWithTls();
  authority_.Issue("nord", "DNS:client.example,URI:sip:agency:region-nord");
  EchoResponse response;
  const grpc::Status status = EchoAs("nord", response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.agency_id(), "region-nord");
}

TEST_F(TlsTest, ACertificateThatNamesNoOrTwoAgenciesIsRefused) {
  StartWithTls();
  authority_.Issue("none", "DNS:client.example");
  authority_.Issue("two", "URI:sip:agency:region-nord,URI:sip:agency:region-syd");
  authority_.Issue("other", "URI:sip:agency:region-okand");
  EchoResponse response;
  EXPECT_EQ(DescribeError(EchoAs("none", response)).reason, "IDENTITY_MISSING");
  EXPECT_EQ(DescribeError(EchoAs("two", response)).reason, "IDENTITY_MISSING");
  EXPECT_EQ(DescribeError(EchoAs("other", response)).reason, "AGENCY_UNKNOWN");
}

TEST_F(TlsTest, AClientWithoutCertificateDoesNotConnect) {
  StartWithTls();
  EchoResponse response;
  EXPECT_EQ(EchoAs("", response).error_code(), grpc::StatusCode::UNAVAILABLE);
}

// Calls that come, or claim to come, through a proxy.
class EdgeTlsTest : public TlsTest {
 protected:
  void SetUp() override {
    authority_.Issue("nord", "URI:sip:agency:region-nord");
    authority_.Issue("edge", "URI:sip:edge:front");
  }
  void StartBehind(const std::string& edge) {
    options_.edge = edge;
    StartWithTls();
  }
  // The certificate of that name, as the edge passes it on.
  std::string CertificateOf(const std::string& name) const {
    std::ostringstream content;
    content << std::ifstream(authority_.Path(name + ".pem")).rdbuf();
    return absl::StrReplaceAll(content.str(), {{"\n", "%0A"}, {" ", "%20"}, {"+", "%2B"}, {"/", "%2F"}, {"=", "%3D"}});
  }
  // Echo with the certificate `peer`, the certificate `passed_on` in the metadata, and more of it.
  grpc::Status EchoThrough(const std::string& peer, const std::vector<std::string>& passed_on, EchoResponse& response) {
    const auto stub =
        EchoService::NewStub(grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()), authority_.ClientCredentials(peer)));
    grpc::ClientContext context;
    for (const std::string& certificate : passed_on) context.AddMetadata("sip-client-certificate", certificate);
    context.AddMetadata("sip-agency", "region-nord");
    EchoRequest request;
    request.set_text("hej");
    return stub->Echo(&context, request, &response);
  }
  std::string ReasonThrough(const std::string& peer, const std::vector<std::string>& passed_on) {
    EchoResponse response;
    return DescribeError(EchoThrough(peer, passed_on, response)).reason;
  }
};

TEST_F(EdgeTlsTest, TheEdgePassesOnWhoseCertificateItHasSeen) {
  StartBehind("front");
  EchoResponse response;
  const grpc::Status status = EchoThrough("edge", {CertificateOf("nord")}, response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.agency_id(), "region-nord");
}

TEST_F(EdgeTlsTest, TheEdgeIsNobodyItself) {
  authority_.Issue("both", "URI:sip:edge:front,URI:sip:agency:region-nord");
  StartBehind("front");
  EXPECT_EQ(ReasonThrough("edge", {}), "IDENTITY_MISSING");
  EXPECT_EQ(ReasonThrough("both", {}), "IDENTITY_MISSING");
}

TEST_F(EdgeTlsTest, OthersAreNotBelieved) {
  authority_.Issue("okand", "URI:sip:agency:region-okand");
  authority_.Issue("side", "URI:sip:edge:side");
  StartBehind("front");
  EXPECT_EQ(ReasonThrough("okand", {CertificateOf("nord")}), "AGENCY_UNKNOWN");
  EXPECT_EQ(ReasonThrough("side", {CertificateOf("nord")}), "IDENTITY_MISSING");
  EchoResponse response;
  EXPECT_TRUE(EchoThrough("nord", {CertificateOf("okand")}, response).ok());
  EXPECT_EQ(response.agency_id(), "region-nord");
}

TEST_F(EdgeTlsTest, WithoutATrustedEdgeNobodyIsBelieved) {
  StartBehind("");
  EXPECT_EQ(ReasonThrough("edge", {CertificateOf("nord")}), "IDENTITY_MISSING");
}

TEST_F(EdgeTlsTest, WhatTheEdgePassesOnIsVerifiedAgain) {
  authority_.SelfSign("forged", "URI:sip:agency:region-nord");
  StartBehind("front");
  EXPECT_EQ(ReasonThrough("edge", {CertificateOf("forged")}), "IDENTITY_MISSING");
  EXPECT_EQ(ReasonThrough("edge", {"region-nord"}), "IDENTITY_MISSING");
  EXPECT_EQ(ReasonThrough("edge", {CertificateOf("nord"), CertificateOf("nord")}), "IDENTITY_MISSING");
}

}  // namespace
}  // namespace sip
