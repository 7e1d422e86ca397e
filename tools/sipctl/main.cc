// sipctl: calls a sipd server from the command line, and looks into its data folder.
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "tools/sipctl/run.h"

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const sip::ExitCode code = sip::RunSipctl(arguments, std::cout, std::cerr);
    std::cout.flush();
    if (!std::cout) {
      std::cerr << "sipctl: cannot write to standard output\n";
      return static_cast<int>(sip::ExitCode::kFailed);
    }
    return static_cast<int>(code);
  } catch (const std::exception& error) {
    std::cerr << "sipctl: " << error.what() << "\n";
    return static_cast<int>(sip::ExitCode::kFailed);
  }
}
