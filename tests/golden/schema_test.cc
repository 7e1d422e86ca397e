// The schema of every package, as approved text: what changes in it is seen in review.

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"
#include "libs/domain/stored_logs.h"
#include "tests/golden/golden_file.h"

namespace sip {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FileDescriptor;

// All files of ours but those for tests, from the image that the build makes of them.
class Schema {
 public:
  Schema() {
    google::protobuf::FileDescriptorSet image;
    const std::optional<std::string> bytes = ReadGolden(SIP_SCHEMA_IMAGE);
    EXPECT_TRUE(bytes.has_value() && image.ParseFromString(*bytes)) << SIP_SCHEMA_IMAGE;
    for (const google::protobuf::FileDescriptorProto& file : image.file()) {
      const FileDescriptor* built = pool_.BuildFile(file);
      EXPECT_NE(built, nullptr) << file.name();
      if (built == nullptr || !absl::StartsWith(file.name(), "sip/") || absl::StartsWith(file.name(), "sip/testing/")) continue;
      files_.push_back(built);
    }
    std::sort(files_.begin(), files_.end(), [](const FileDescriptor* a, const FileDescriptor* b) { return a->name() < b->name(); });
  }
  const std::vector<const FileDescriptor*>& files() const { return files_; }

 private:
  google::protobuf::DescriptorPool pool_;
  std::vector<const FileDescriptor*> files_;
};

TEST(GoldenSchema, EveryPackageIsAsApproved) {
  const Schema schema;
  std::map<std::string, std::string> packages;
  for (const FileDescriptor* file : schema.files()) {
    absl::StrAppend(&packages[file->package()], "// ", file->name(), "\n", file->DebugString(), "\n");
  }
  ASSERT_FALSE(packages.empty());
  for (const auto& [package, text] : packages) {
    const std::string path = absl::StrCat("tests/golden/schema/", package, ".txt");
    if (GoldenModeFromEnvironment() != GoldenMode::kCompare) WriteGolden(path, text);
    const std::optional<std::string> approved = ReadGolden(path);
    ASSERT_TRUE(approved.has_value()) << package << " has no approved schema; write it with SIP_UPDATE_GOLDEN=1";
    EXPECT_EQ(*approved, text) << package << " differs from " << path << "; if this is meant, SIP_UPDATE_GOLDEN=1 writes it anew";
  }
}

TEST(GoldenSchema, NoApprovedPackageIsGone) {
  const Schema schema;
  std::set<std::string> packages;
  for (const FileDescriptor* file : schema.files()) packages.insert(file->package());
  for (const auto& entry : std::filesystem::directory_iterator("tests/golden/schema")) {
    EXPECT_TRUE(packages.contains(entry.path().stem().string())) << entry.path() << " is of a package that no longer exists";
  }
}

// Names of the messages in all files that end with `suffix` and are a wrapper: one oneof "kind", and nothing else.
std::set<std::string> WrappersNamed(const Schema& schema, const char* suffix) {
  std::set<std::string> names;
  for (const FileDescriptor* file : schema.files()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const Descriptor* type = file->message_type(i);
      const bool wrapper = type->oneof_decl_count() == 1 && type->oneof_decl(0)->name() == "kind" &&
                           type->oneof_decl(0)->field_count() == type->field_count();
      if (wrapper && absl::EndsWith(type->name(), suffix)) names.insert(type->full_name());
    }
  }
  return names;
}

std::set<std::string> NamesOf(const std::vector<const google::protobuf::Message*>& prototypes) {
  std::set<std::string> names;
  for (const google::protobuf::Message* prototype : prototypes) names.insert(prototype->GetTypeName());
  return names;
}

TEST(StoredWrappers, AreAllListed) {
  const Schema schema;
  EXPECT_EQ(NamesOf(StoredEvents()), WrappersNamed(schema, "Event"));
  EXPECT_EQ(NamesOf(StoredCommands()), WrappersNamed(schema, "Command"));
}

}  // namespace
}  // namespace sip
