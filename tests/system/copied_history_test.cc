// Each command that sipd acknowledged is counted by the client that sent it, across kills; then the logs are copied, read back by
// tests/system/log_reader.py, which shares no code with the server, and made into a new data folder on which sipd goes on. All must
// tell the same history.
#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "sip/sipctl/v1/log_output.pb.h"
#include "tests/acceptance/case_story.h"
#include "tests/acceptance/raw_client.h"
#include "tests/acceptance/sipd_fixture.h"

namespace sip {
namespace {

constexpr size_t kCases = 12;
constexpr int kKills = 3;
CaseStoryOptions Story() {
  return {.contacts = 2, .with_plan = true, .edits = 2, .edit_elements = 2, .text = "Orolig på kvällen."};
}

struct Ran {
  int code = -1;
  std::string out;
};

// A program with its arguments; what it says on standard output.
Ran RunProgram(const std::string& command) {
  Ran ran;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer{};
  for (size_t size = 0; (size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) ran.out.append(buffer.data(), size);
  const int status = pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

Ran Sipctl(const std::string& arguments) { return RunProgram(absl::StrCat(std::getenv("SIP_SIPCTL"), " ", arguments)); }

template <typename Message>
Message FromJson(const std::string& json) {
  Message message;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &message, options).ok()) << json;
  return message;
}

// The commands of lines of JSON, without what only `log cat` says: their texts.
std::vector<sipctl::v1::LoggedCommand> ReadLines(std::istream& lines) {
  std::vector<sipctl::v1::LoggedCommand> commands;
  for (std::string line; std::getline(lines, line);) {
    auto fields = FromJson<google::protobuf::Struct>(line);
    for (const char* const name : {"command", "events", "imports"}) fields.mutable_fields()->erase(name);
    std::string shorter;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(fields, &shorter).ok());
    commands.push_back(FromJson<sipctl::v1::LoggedCommand>(shorter));
  }
  return commands;
}

std::map<std::string, std::string> ByPlace(const std::vector<sipctl::v1::LoggedCommand>& commands) {
  std::map<std::string, std::string> by_place;
  for (const sipctl::v1::LoggedCommand& command : commands) {
    const std::string place = absl::StrCat(command.log(), "/", command.partition(), " #", command.idx());
    EXPECT_TRUE(by_place.emplace(place, command.ShortDebugString()).second) << place;
  }
  return by_place;
}

void ExpectSameCommands(const std::vector<sipctl::v1::LoggedCommand>& a, const std::vector<sipctl::v1::LoggedCommand>& b) {
  const std::map<std::string, std::string> commands = ByPlace(a);
  const std::map<std::string, std::string> others = ByPlace(b);
  EXPECT_EQ(commands.size(), others.size());
  for (const auto& [place, command] : commands) {
    const auto other = others.find(place);
    EXPECT_EQ(command, other == others.end() ? "not there" : other->second) << place;
  }
}

class CopiedHistoryTest : public SipdFixture {
 protected:
  // Every case goes one call further. With `kill_after`, sipd is killed at that many answers, and started again.
  void PlayRound(size_t kill_after) {
    std::vector<size_t> playing;
    for (size_t i = 0; i < stories_.size(); ++i) {
      if (!stories_[i].done()) playing.push_back(i);
    }
    RawClient client(sipd_->address(), 2);
    std::vector<RawAnswer> answers(stories_.size());
    std::atomic<size_t> count{0};
    absl::BlockingCounter ended(static_cast<int>(playing.size()));
    for (const size_t i : playing) {
      client.Start(stories_[i].NextCall(), [&, i](RawAnswer answer) {
        answers[i] = std::move(answer);
        if (answers[i].status.ok() && ++count == kill_after) ::kill(sipd_->pid(), SIGKILL);
        ended.DecrementCount();
      });
    }
    ended.Wait();
    for (const size_t i : playing) Note(i, answers[i], kill_after > 0);
    if (kill_after == 0) return;
    sipd_->Kill();
    ASSERT_TRUE(sipd_->Start().ok());
    ++starts_;
  }

  void Note(size_t i, const RawAnswer& answer, bool killed) {
    CaseStory& story = stories_[i];
    const std::string id = story.RequestId(story.position());
    sent_.insert(id);
    if (!answer.status.ok()) {
      EXPECT_TRUE(killed) << answer.status.error_message();
      return;
    }
    calls_.push_back(story.NextCall());
    answers_.push_back(answer.response);
    acknowledged_.insert(id);
    ASSERT_TRUE(story.Answer(answer.response).ok());
  }

  // All cases, some rounds of which are cut off by a kill.
  void PlayAll() {
    for (size_t i = 0; i < kCases; ++i) stories_.emplace_back("copied", i, Story());
    for (int round = 0; acknowledged_.size() < kCases * stories_[0].size(); ++round) {
      const bool kills = round % 3 == 1 && starts_ <= kKills;
      ASSERT_NO_FATAL_FAILURE(PlayRound(kills ? 3 + static_cast<size_t>(round) % 5 : 0));
      ASSERT_LT(round, 100);
    }
    EXPECT_EQ(starts_, kKills + 1);
  }

  std::string Path(const std::string& name) const { return sipd_->folder() + "/" + name; }

  // What the independent reader says; its commands go into `commands`.
  sipctl::v1::LogSummary ReadCopy(const std::string& copy, std::vector<sipctl::v1::LoggedCommand>& commands) {
    const Ran ran = RunProgram(absl::StrCat("python3 tests/system/log_reader.py ", copy, " --commands ", Path("commands")));
    EXPECT_EQ(ran.code, 0) << ran.out;
    std::ifstream lines(Path("commands"));
    commands = ReadLines(lines);
    return FromJson<sipctl::v1::LogSummary>(ran.out);
  }

  // Each acknowledged command is there once; what else is there was sent, and is there once too.
  void CheckAcknowledged(const std::vector<sipctl::v1::LoggedCommand>& commands) {
    std::map<std::string, size_t> recorded;
    for (const sipctl::v1::LoggedCommand& command : commands) {
      if (command.acting_agency() == kStoryAgency) ++recorded[command.command_id()];
    }
    for (const std::string& id : acknowledged_) EXPECT_EQ(recorded[id], 1u) << "acknowledged: " << id;
    for (const auto& [id, count] : recorded) {
      EXPECT_EQ(sent_.count(id), 1u) << "nobody sent " << id;
      EXPECT_EQ(count, 1u) << id;
    }
  }

  std::vector<CaseStory> stories_;
  int starts_ = 1;
  std::set<std::string> sent_;  // Request ids.
  std::set<std::string> acknowledged_;
  std::vector<RawCall> calls_;  // Those acknowledged, with their answers.
  std::vector<std::string> answers_;
};

TEST_F(CopiedHistoryTest, ReaderServerAndClientTellTheSameHistory) {
  ASSERT_NO_FATAL_FAILURE(PlayAll());
  ASSERT_EQ(sipd_->Terminate().value_or(-1), 0);

  const std::string data = sipd_->data_dir();
  const Ran exported = Sipctl(absl::StrCat("log export --data-dir ", data, " --to ", Path("copy")));
  ASSERT_EQ(exported.code, 0) << exported.out;

  std::vector<sipctl::v1::LoggedCommand> read;
  const sipctl::v1::LogSummary summary = ReadCopy(Path("copy"), read);
  EXPECT_TRUE(summary.sound());
  for (const sipctl::v1::SummarizedPartition& partition : summary.partitions()) {
    EXPECT_EQ(partition.claims_won(), static_cast<uint64_t>(starts_)) << partition.log() << "/" << partition.partition();
  }
  CheckAcknowledged(read);

  const Ran printed = Sipctl(absl::StrCat("log cat -o json --data-dir ", data));
  ASSERT_EQ(printed.code, 0);
  EXPECT_EQ(printed.out.find("kvällen"), std::string::npos);
  std::istringstream lines(printed.out);
  ExpectSameCommands(ReadLines(lines), read);

  const Ran summed = Sipctl(absl::StrCat("log summary -o json --data-dir ", data));
  ASSERT_EQ(summed.code, 0);
  EXPECT_EQ(FromJson<sipctl::v1::LogSummary>(summed.out).DebugString(), summary.DebugString());
}

TEST_F(CopiedHistoryTest, ServerGoesOnOnAnImportedFolder) {
  ASSERT_NO_FATAL_FAILURE(PlayAll());
  ASSERT_EQ(sipd_->Terminate().value_or(-1), 0);
  ASSERT_EQ(Sipctl(absl::StrCat("log export --data-dir ", sipd_->data_dir(), " --to ", Path("copy"))).code, 0);
  SipdOptions options;
  options.folder = Path("imported");
  auto imported = SipdProcess::Create(options);
  ASSERT_TRUE(imported.ok()) << imported.status();
  const std::string data = (*imported)->data_dir();
  const Ran filled = Sipctl(absl::StrCat("log import --from ", Path("copy"), " --data-dir ", data));
  ASSERT_EQ(filled.code, 0) << filled.out;
  const Ran verified = Sipctl(absl::StrCat("verify --data-dir ", data));
  EXPECT_EQ(verified.code, 0) << verified.out;

  const absl::Status started = (*imported)->Start();
  ASSERT_TRUE(started.ok()) << started.message();
  RawClient client((*imported)->address(), 2);
  // Every request gets its old answer, token included, byte for byte; the calls bring tokens of the old server.
  for (size_t i = 0; i < calls_.size(); ++i) {
    const RawAnswer again = client.Call(calls_[i]);
    ASSERT_TRUE(again.status.ok()) << calls_[i].path << ": " << again.status.error_message();
    EXPECT_EQ(again.response, answers_[i]) << calls_[i].path;
  }
  // And new ones are taken.
  for (const CaseStory& story : stories_) {
    const RawAnswer added = client.Call(story.ExtraEdit(1));
    ASSERT_TRUE(added.status.ok()) << added.status.error_message();
  }
  ASSERT_EQ((*imported)->Terminate().value_or(-1), 0);
  const Ran after = Sipctl(absl::StrCat("verify --data-dir ", data));
  EXPECT_EQ(after.code, 0) << after.out;

  // Now it has a history of its own: the copy is no longer the end of it.
  EXPECT_EQ(Sipctl(absl::StrCat("log import --from ", Path("copy"), " --data-dir ", data, " 2>&1")).code, 5);
}

}  // namespace
}  // namespace sip
