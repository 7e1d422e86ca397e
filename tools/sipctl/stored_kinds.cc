#include "tools/sipctl/stored_kinds.h"

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

const Codec& CodecOfAllKinds() {
  static const auto* const codec =
      new Codec({&cases::v1::CaseCommand::default_instance(), &consent::v1::ConsentCommand::default_instance(),
                 &deviations::v1::DeviationCommand::default_instance(), &meetings::v1::MeetingCommand::default_instance(),
                 &plans::v1::PlanCommand::default_instance(), &rules::v1::RuleSetCommand::default_instance(),
                 &subjects::v1::SubjectCommand::default_instance()},
                {&cases::v1::CaseEvent::default_instance(), &common::v1::FactEvent::default_instance(),
                 &consent::v1::ConsentEvent::default_instance(), &deviations::v1::DeviationEvent::default_instance(),
                 &meetings::v1::MeetingEvent::default_instance(), &plans::v1::PlanEvent::default_instance(),
                 &rules::v1::RuleSetEvent::default_instance(), &subjects::v1::SubjectEvent::default_instance()});
  return *codec;
}

}  // namespace sip
