// The echo server as a child process.
#ifndef SIP_TESTS_BENCHMARK_ECHO_PROCESS_H_
#define SIP_TESTS_BENCHMARK_ECHO_PROCESS_H_

#include <cstdio>
#include <string>

namespace sip {

class EchoProcess {
 public:
  // Ends the program if `binary` does not start.
  explicit EchoProcess(const std::string& binary);
  ~EchoProcess();
  EchoProcess(const EchoProcess&) = delete;
  EchoProcess& operator=(const EchoProcess&) = delete;

  // "127.0.0.1:port".
  const std::string& address() const { return address_; }
  int pid() const { return process_; }

 private:
  int process_ = -1;
  int input_ = -1;  // The server ends when this is closed.
  std::string address_;
};

}  // namespace sip

#endif  // SIP_TESTS_BENCHMARK_ECHO_PROCESS_H_
