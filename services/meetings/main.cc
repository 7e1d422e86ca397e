// sip-meetings: the meetings, on a log on Kafka.
#include "libs/node/process.h"
#include "services/meetings/meetings_part.h"

int main(int argc, char** argv) {
  std::vector<sip::ServicePart> parts;
  parts.push_back(sip::MeetingsPart());
  return sip::RunProcess(argc, argv, "sip-meetings", std::move(parts));
}
