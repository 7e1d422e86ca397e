// What tests that play stories against a running sipd begin with.
#ifndef SIP_TESTS_ACCEPTANCE_STORY_FIXTURE_H_
#define SIP_TESTS_ACCEPTANCE_STORY_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "tests/acceptance/sipd_fixture.h"
#include "tests/acceptance/story_player.h"

namespace sip {

class StoryFixture : public SipdFixture {
 protected:
  // Null, and the test fails, if the story cannot be read.
  std::unique_ptr<StoryPlayer> OpenStory(const std::string& folder, const std::string& run = "1") const {
    auto player = StoryPlayer::Open({sipd_->address(), folder, run});
    EXPECT_TRUE(player.ok()) << player.status();
    return player.ok() ? *std::move(player) : nullptr;
  }
};

}  // namespace sip

#endif  // SIP_TESTS_ACCEPTANCE_STORY_FIXTURE_H_
