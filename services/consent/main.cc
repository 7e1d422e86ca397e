// sip-consent: the consents, on a log on Kafka.
#include "libs/node/process.h"
#include "services/consent/consent_part.h"

int main(int argc, char** argv) {
  std::vector<sip::ServicePart> parts;
  parts.push_back(sip::ConsentPart());
  return sip::RunProcess(argc, argv, "sip-consent", std::move(parts));
}
