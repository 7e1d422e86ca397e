// sip-deviations: the deviations, on a log on Kafka.
#include "libs/node/process.h"
#include "services/deviations/deviations_part.h"

int main(int argc, char** argv) {
  std::vector<sip::ServicePart> parts;
  parts.push_back(sip::DeviationsPart());
  return sip::RunProcess(argc, argv, "sip-deviations", std::move(parts));
}
