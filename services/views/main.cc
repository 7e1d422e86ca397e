// sip-views: what others ask for, from logs on Kafka.
#include "libs/node/process.h"
#include "services/views/views_part.h"

int main(int argc, char** argv) {
  std::vector<sip::ServicePart> parts;
  parts.push_back(sip::ViewsPart());
  return sip::RunProcess(argc, argv, "sip-views", std::move(parts));
}
