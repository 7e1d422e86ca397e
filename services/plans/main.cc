// sip-plans: subjects, rule sets, cases and plans, on logs on Kafka.
#include "libs/node/process.h"
#include "services/plans/plans_part.h"

int main(int argc, char** argv) {
  std::vector<sip::ServicePart> parts;
  parts.push_back(sip::PlansPart());
  return sip::RunProcess(argc, argv, "sip-plans", std::move(parts));
}
