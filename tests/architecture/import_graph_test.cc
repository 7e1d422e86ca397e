// The graph of kinds: importing a foreign event can cause events here, which others import in turn. A cycle would let one command
// echo between logs for ever. What each context says it imports is walked here for all contexts together.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "libs/domain/stored_logs.h"
#include "libs/eventsourcing/context_model.h"
#include "services/consent/domain/consent.h"
#include "services/deviations/domain/deviations.h"
#include "services/meetings/domain/meetings_context.h"
#include "services/plans/domain/plans_context.h"
#include "services/plans/domain/rule_set.h"
#include "services/plans/domain/subject.h"

namespace sip {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What the graph needs to know of a context.
struct ContextKinds {
  std::string log;
  std::set<std::string> events;  // Full names of the kinds that its log may hold.
  std::vector<ImportedKind> imports;
};

std::set<std::string> KindsOf(const google::protobuf::Message& wrapper) {
  std::set<std::string> kinds;
  const google::protobuf::OneofDescriptor& kind = *wrapper.GetDescriptor()->oneof_decl(0);
  for (int i = 0; i < kind.field_count(); ++i) kinds.insert(kind.field(i)->message_type()->full_name());
  return kinds;
}

template <typename C>
ContextKinds KindsOfContext() {
  const std::unique_ptr<ContextModel> model = MakeContextModel<C>();
  ContextKinds context{model->log_name(), {}, model->Imports()};
  for (const google::protobuf::Message* wrapper : model->EventTypes()) context.events.merge(KindsOf(*wrapper));
  return context;
}

std::vector<ContextKinds> AllContexts() {
  return {KindsOfContext<RulesContext>(),   KindsOfContext<SubjectsContext>(), KindsOfContext<PlansContext>(),
          KindsOfContext<ConsentContext>(), KindsOfContext<MeetingsContext>(), KindsOfContext<DeviationsContext>()};
}

// Names that no context has registered, each as a sentence.
std::vector<std::string> UnknownKinds(const std::vector<ContextKinds>& contexts) {
  std::map<std::string, const ContextKinds*> by_log;
  for (const ContextKinds& context : contexts) by_log[context.log] = &context;
  std::vector<std::string> findings;
  for (const ContextKinds& context : contexts) {
    for (const ImportedKind& import : context.imports) {
      const auto foreign = by_log.find(import.foreign_log);
      if (foreign == by_log.end()) {
        findings.push_back(absl::StrCat(context.log, " imports from ", import.foreign_log, ", a log that there is none of"));
      } else if (foreign->second->events.count(import.foreign_kind) == 0) {
        findings.push_back(
            absl::StrCat(context.log, " imports ", import.foreign_kind, ", which ", import.foreign_log, " never holds"));
      }
      for (const std::string& caused : import.caused_kinds) {
        if (context.events.count(caused) > 0) continue;
        findings.push_back(absl::StrCat(context.log, " causes ", caused, ", which it never holds"));
      }
    }
  }
  return findings;
}

// A kind in a log: the same fact imported into two logs is two of them.
using Node = std::pair<std::string, std::string>;
using Graph = std::map<Node, std::set<Node>>;

Graph GraphOf(const std::vector<ContextKinds>& contexts) {
  Graph graph;
  for (const ContextKinds& context : contexts) {
    for (const ImportedKind& import : context.imports) {
      std::set<Node>& caused = graph[{import.foreign_log, import.foreign_kind}];
      for (const std::string& kind : import.caused_kinds) caused.emplace(context.log, kind);
    }
  }
  return graph;
}

// Walks depth first from `node`; `path` leads to it. Gives the first cycle met, as "log kind" steps, and marks what it finished.
std::vector<std::string> CycleFrom(const Node& node, const Graph& graph, std::vector<Node>& path, std::set<Node>& finished) {
  const auto again = std::find(path.begin(), path.end(), node);
  if (again != path.end()) {
    std::vector<std::string> cycle;
    for (auto step = again; step != path.end(); ++step) cycle.push_back(absl::StrCat(step->first, " ", step->second));
    return cycle;
  }
  const auto edges = graph.find(node);
  if (edges == graph.end() || finished.count(node) > 0) return {};
  path.push_back(node);
  for (const Node& next : edges->second) {
    std::vector<std::string> cycle = CycleFrom(next, graph, path, finished);
    if (!cycle.empty()) return cycle;
  }
  path.pop_back();
  finished.insert(node);
  return {};
}

std::vector<std::string> FindCycle(const Graph& graph) {
  std::set<Node> finished;
  for (const auto& [node, edges] : graph) {
    std::vector<Node> path;
    std::vector<std::string> cycle = CycleFrom(node, graph, path, finished);
    if (!cycle.empty()) return cycle;
  }
  return {};
}

ContextKinds Context(const std::string& log, std::set<std::string> events, std::vector<ImportedKind> imports) {
  return {log, std::move(events), std::move(imports)};
}

std::vector<std::unique_ptr<ContextModel>> AllModels() {
  std::vector<std::unique_ptr<ContextModel>> models;
  models.push_back(MakeContextModel<RulesContext>());
  models.push_back(MakeContextModel<SubjectsContext>());
  models.push_back(MakeContextModel<PlansContext>());
  models.push_back(MakeContextModel<ConsentContext>());
  models.push_back(MakeContextModel<MeetingsContext>());
  models.push_back(MakeContextModel<DeviationsContext>());
  return models;
}

TEST(StoredLogsTest, SayWhatTheContextsSay) {
  const std::vector<std::unique_ptr<ContextModel>> models = AllModels();
  ASSERT_EQ(models.size(), StoredLogs().size());
  for (size_t i = 0; i < models.size(); ++i) {
    EXPECT_EQ(StoredLogs()[i].name, models[i]->log_name());
    EXPECT_THAT(StoredLogs()[i].commands, ::testing::UnorderedElementsAreArray(models[i]->CommandTypes()));
    EXPECT_THAT(StoredLogs()[i].events, ::testing::UnorderedElementsAreArray(models[i]->EventTypes()));
  }
}

TEST(ImportGraphTest, NoEventEchoesBackToItself) {
  EXPECT_THAT(absl::StrJoin(FindCycle(GraphOf(AllContexts())), " => "), IsEmpty());
}

TEST(ImportGraphTest, EveryKindNamedIsOneThatTheLogHolds) { EXPECT_THAT(UnknownKinds(AllContexts()), IsEmpty()); }

TEST(ImportGraphTest, HasTheEdgesOfTheDesign) {
  std::map<std::string, std::set<std::string>> imports;
  for (const ContextKinds& context : AllContexts()) {
    for (const ImportedKind& import : context.imports) imports[context.log].insert(import.foreign_log);
  }
  EXPECT_THAT(imports["sip.consent"], ElementsAre("sip.plans"));
  EXPECT_THAT(imports["sip.meetings"], ElementsAre("sip.consent", "sip.plans"));
  EXPECT_THAT(imports["sip.deviations"], ElementsAre("sip.meetings", "sip.plans"));
  EXPECT_THAT(imports["sip.plans"], ElementsAre("sip.consent", "sip.meetings"));
  EXPECT_THAT(imports, SizeIs(4));
}

TEST(ImportGraphTest, PlantedCycleOverThreeLogsIsFound) {
  const std::vector<ContextKinds> contexts = {Context("a", {"A1", "A2"}, {{"c", "C", {"A2", "A1"}}}),
                                              Context("b", {"B"}, {{"a", "A1", {"B"}}}), Context("c", {"C"}, {{"b", "B", {"C"}}})};
  EXPECT_THAT(FindCycle(GraphOf(contexts)), ElementsAre("a A1", "b B", "c C"));
}

// The logs may point at each other as long as the kinds do not: plans import calls, meetings import the case's facts.
TEST(ImportGraphTest, LogsThatImportFromEachOtherAreNoCycle) {
  const std::vector<ContextKinds> contexts = {Context("a", {"A1", "A2"}, {{"b", "B1", {"A2"}}}),
                                              Context("b", {"B1", "B2"}, {{"a", "A1", {"B2"}}, {"a", "A2", {"B2"}}})};
  EXPECT_THAT(FindCycle(GraphOf(contexts)), IsEmpty());
}

// Planted among the real ones: if what meetings take over of a case made agencies party, and plans took that over again.
TEST(ImportGraphTest, CycleAmongTheRealContextsIsFound) {
  std::vector<ContextKinds> contexts = AllContexts();
  const auto meetings =
      std::find_if(contexts.begin(), contexts.end(), [](const ContextKinds& c) { return c.log == "sip.meetings"; });
  ASSERT_NE(meetings, contexts.end());
  meetings->imports.push_back({"sip.plans", "sip.cases.v1.CasePartyAdded", {"sip.meetings.v1.PartyCalled"}});
  ASSERT_THAT(UnknownKinds(contexts), IsEmpty());
  EXPECT_THAT(FindCycle(GraphOf(contexts)), Contains("sip.meetings sip.meetings.v1.PartyCalled"));
}

TEST(ImportGraphTest, MisspeltNamesAreFound) {
  const std::vector<ContextKinds> contexts = {
      Context("a", {"A"}, {}), Context("b", {"B"}, {{"a", "Typo", {"B"}}, {"a", "A", {"Typo"}}, {"nowhere", "A", {"B"}}})};
  EXPECT_THAT(UnknownKinds(contexts), ElementsAre("b imports Typo, which a never holds", "b causes Typo, which it never holds",
                                                  "b imports from nowhere, a log that there is none of"));
}

}  // namespace
}  // namespace sip
