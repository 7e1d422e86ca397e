// write_random_copy SEED STEPS FOLDER: a copy of random logs (libs/testing/random_logs.h) in files, for readers of other making.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "libs/log_copy/copy_logs.h"
#include "libs/log_copy/file_copy.h"
#include "libs/testing/random_logs.h"

int main(int argc, char** argv) {
  try {
    if (argc != 4) {
      std::cerr << "usage: write_random_copy SEED STEPS FOLDER\n";
      return EXIT_FAILURE;
    }
    sip::MemoryRecords logs = sip::MakeRandomLogs(std::stoull(argv[1]), std::stoull(argv[2]));
    const auto report = sip::CopyLogs(logs, *sip::NewFileCopyTarget(argv[3]));
    if (report.ok() && report->same()) return EXIT_SUCCESS;
    std::cerr << "write_random_copy: " << report.status().message() << "\n";
  } catch (const std::exception& error) {
    std::cerr << "write_random_copy: " << error.what() << "\n";
  }
  return EXIT_FAILURE;
}
