#include "services/deviations/server/deviation_service.h"

#include "sip/deviations/v1/deviation_service.pb.h"

namespace sip {

namespace v1 = deviations::v1;

std::unique_ptr<RpcService> NewDeviationService(const CallEnvironment& environment, CommandExecutor& executor) {
  auto service = std::make_unique<RpcService>("sip.deviations.v1.DeviationService", environment);
  const auto commands = service->CommandsOf<v1::DeviationCommand>(executor);
  commands.Add<v1::ReportDeviationRequest, v1::ReportDeviationResponse>("ReportDeviation");
  commands.Add<v1::AcknowledgeDeviationRequest, v1::AcknowledgeDeviationResponse>("AcknowledgeDeviation");
  commands.Add<v1::AnswerDeviationRequest, v1::AnswerDeviationResponse>("AnswerDeviation");
  commands.Add<v1::CloseDeviationRequest, v1::CloseDeviationResponse>("CloseDeviation");
  commands.Add<v1::DismissSuggestionRequest, v1::DismissSuggestionResponse>("DismissSuggestion");
  return service;
}

}  // namespace sip
