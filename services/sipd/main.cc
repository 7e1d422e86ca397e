// sipd: all services and views in one process, on the embedded log or on Kafka.
#include "libs/node/process.h"
#include "services/consent/consent_part.h"
#include "services/deviations/deviations_part.h"
#include "services/meetings/meetings_part.h"
#include "services/plans/plans_part.h"
#include "services/views/views_part.h"

int main(int argc, char** argv) {
  std::vector<sip::ServicePart> parts;
  parts.push_back(sip::PlansPart());
  parts.push_back(sip::ConsentPart());
  parts.push_back(sip::MeetingsPart());
  parts.push_back(sip::DeviationsPart());
  parts.push_back(sip::ViewsPart());
  return sip::RunProcess(argc, argv, "sipd", std::move(parts));
}
