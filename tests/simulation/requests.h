// What clients want: commands of both contexts, drawn so that all kinds of answers come about.
#ifndef SIP_TESTS_SIMULATION_REQUESTS_H_
#define SIP_TESTS_SIMULATION_REQUESTS_H_

#include "libs/base/uuid.h"
#include "libs/engine/command_executor.h"
#include "tests/simulation/environment.h"
#include "tests/simulation/judge.h"

namespace sip {

class RequestMaker {
 public:
  RequestMaker(Environment& environment, const Judge& judge, uint64_t seed)
      : environment_(environment), judge_(judge), seed_(seed) {}

  // A new request, and where it is decided.
  CommandRequest Make(Place& place);
  Uuid RandomCase();

 private:
  Uuid RandomNote();
  std::string RandomText();
  void AddWishes(CommandRequest& request, Place place);

  Environment& environment_;
  const Judge& judge_;
  const uint64_t seed_;
};

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_REQUESTS_H_
