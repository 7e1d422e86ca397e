// How much of the processors a process has used.
#ifndef SIP_TESTS_BENCHMARK_PROCESS_TIME_H_
#define SIP_TESTS_BENCHMARK_PROCESS_TIME_H_

#include <sys/types.h>

namespace sip {

// In seconds since it was started, all threads together. Ends the program if there is no such process.
double ProcessorSeconds(pid_t process);

}  // namespace sip

#endif  // SIP_TESTS_BENCHMARK_PROCESS_TIME_H_
