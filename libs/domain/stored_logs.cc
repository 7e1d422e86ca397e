#include "libs/domain/stored_logs.h"

#include <algorithm>

#include "sip/cases/v1/case_events.pb.h"
#include "sip/cases/v1/case_service.pb.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/consent/v1/consent_events.pb.h"
#include "sip/consent/v1/consent_service.pb.h"
#include "sip/deviations/v1/deviation_events.pb.h"
#include "sip/deviations/v1/deviation_service.pb.h"
#include "sip/meetings/v1/meeting_events.pb.h"
#include "sip/meetings/v1/meeting_service.pb.h"
#include "sip/plans/v1/plan_events.pb.h"
#include "sip/plans/v1/plan_service.pb.h"
#include "sip/rules/v1/rule_set_events.pb.h"
#include "sip/rules/v1/rule_set_service.pb.h"
#include "sip/subjects/v1/subject_events.pb.h"
#include "sip/subjects/v1/subject_service.pb.h"

namespace sip {
namespace {

using google::protobuf::Message;

std::vector<StoredLog> MakeStoredLogs() {
  const Message* const facts = &common::v1::FactEvent::default_instance();
  return {
      {"sip.rules",
       "sip-plans",
       true,
       {&rules::v1::RuleSetCommand::default_instance()},
       {&rules::v1::RuleSetEvent::default_instance()}},
      {"sip.subjects",
       "sip-plans",
       true,
       {&subjects::v1::SubjectCommand::default_instance()},
       {&subjects::v1::SubjectEvent::default_instance()}},
      {"sip.plans",
       "sip-plans",
       false,
       {&cases::v1::CaseCommand::default_instance(), &plans::v1::PlanCommand::default_instance()},
       {&cases::v1::CaseEvent::default_instance(), &plans::v1::PlanEvent::default_instance(), facts}},
      {"sip.consent",
       "sip-consent",
       false,
       {&consent::v1::ConsentCommand::default_instance()},
       {&consent::v1::ConsentEvent::default_instance(), facts}},
      {"sip.meetings",
       "sip-meetings",
       false,
       {&meetings::v1::MeetingCommand::default_instance()},
       {&meetings::v1::MeetingEvent::default_instance(), facts}},
      {"sip.deviations",
       "sip-deviations",
       false,
       {&deviations::v1::DeviationCommand::default_instance()},
       {&deviations::v1::DeviationEvent::default_instance(), facts}},
  };
}

std::vector<const Message*> EachOnce(std::vector<const Message*> StoredLog::*member) {
  std::vector<const Message*> all;
  for (const StoredLog& log : StoredLogs()) {
    for (const Message* wrapper : log.*member) {
      if (std::find(all.begin(), all.end(), wrapper) == all.end()) all.push_back(wrapper);
    }
  }
  return all;
}

}  // namespace

const std::vector<StoredLog>& StoredLogs() {
  static const std::vector<StoredLog>& logs = *new std::vector<StoredLog>(MakeStoredLogs());
  return logs;
}

const std::set<std::string>& ProcessNames() {
  static const std::set<std::string>& names = *[] {
    auto* const all = new std::set<std::string>{"sip-views", std::string(kAllInOneProcess)};
    for (const StoredLog& log : StoredLogs()) all->insert(log.process);
    return all;
  }();
  return names;
}

std::vector<const Message*> StoredCommands() { return EachOnce(&StoredLog::commands); }
std::vector<const Message*> StoredEvents() { return EachOnce(&StoredLog::events); }

}  // namespace sip
