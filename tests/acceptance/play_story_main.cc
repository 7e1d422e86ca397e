// play_story --address HOST:PORT --story FOLDER [--run NAME] [--say] [--keep-going]: plays a story against a running server and
// checks what it expects after each step. Ends with 1 at the first step that leads elsewhere. Prints the case's id last.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "tests/acceptance/story_player.h"

namespace {

struct Flags {
  sip::StoryOptions story;
  bool say = false;
  bool keep_going = false;
};

// Plays a step and says what it led to; whether that was expected.
bool PlayStep(sip::StoryPlayer& player, size_t i, bool say) {
  const auto result = player.PlayAsExpected(i);
  if (!result.ok()) {
    std::cerr << "play_story: " << result.status().message() << "\n";
    return false;
  }
  if (say) std::cout << "  " << DescribeStep(player, i, *result->response) << "\n" << std::flush;
  return true;
}

int Play(sip::StoryPlayer& player, const Flags& flags) {
  bool all_expected = true;
  for (size_t i = 0; i < player.size(); ++i) {
    if (flags.say && (i == 0 || player.chapter(i) != player.chapter(i - 1))) std::cout << "\n" << player.chapter(i) << "\n";
    all_expected = PlayStep(player, i, flags.say) && all_expected;
    if (!all_expected && !flags.keep_going) return EXIT_FAILURE;
  }
  if (flags.say) std::cout << "\n";
  std::cout << player.IdOf("case") << "\n";
  return all_expected ? EXIT_SUCCESS : EXIT_FAILURE;
}

int Run(int argc, char** argv) {
  Flags flags;
  CLI::App app{"Plays a story against a running sipd."};
  app.add_option("--address", flags.story.address, "The server")->required();
  app.add_option("--story", flags.story.folder, "The folder with the chapters")->required();
  app.add_option("--run", flags.story.run, "Which run this is: other runs have other ids");
  app.add_flag("--say", flags.say, "Print a line for each step");
  app.add_flag("--keep-going", flags.keep_going, "Go on after a step that leads elsewhere");
  CLI11_PARSE(app, argc, argv);
  const auto player = sip::StoryPlayer::Open(flags.story);
  if (player.ok()) return Play(**player, flags);
  std::cerr << "play_story: " << player.status().message() << "\n";
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "play_story: " << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
