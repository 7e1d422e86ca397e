// Kafka's own producer benchmark, a Java program: what users of Kafka hold against.
#ifndef SIP_TESTS_BENCHMARK_JAVA_PRODUCER_H_
#define SIP_TESTS_BENCHMARK_JAVA_PRODUCER_H_

#include <cstddef>
#include <string>
#include <vector>

namespace sip {

struct JavaProducerRun {
  std::string brokers;
  std::string topic;
  size_t records = 0;
  size_t record_bytes = 0;
  // Besides acks=all: "linger.ms=20".
  std::vector<std::string> settings{};
  // What it prints.
  std::string output_file;
};

// Records a second, as it says itself. Run in the root of the repository, after `tools/dev setup`; SIP_KAFKA_LIBS may name another
// folder with the program, as for tools/kafka/broker. An error ends the program.
double JavaProducerRate(const JavaProducerRun& run);

}  // namespace sip

#endif  // SIP_TESTS_BENCHMARK_JAVA_PRODUCER_H_
