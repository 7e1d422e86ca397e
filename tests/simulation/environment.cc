#include "tests/simulation/environment.h"

#include "libs/testing/notes_context.h"
#include "tests/simulation/consents_context.h"

namespace sip {

const std::array<SimulatedContext, kContexts>& Contexts() {
  static const std::array<SimulatedContext, kContexts> kAll = {
      SimulatedContext{MakeContextModel<NotesContext>().release(), kConsents},
      SimulatedContext{MakeContextModel<ConsentsContext>().release(), kNotes},
  };
  return kAll;
}

const Codec& SimulationCodec() {
  static const Codec* const kCodec = [] {
    auto* codec = new Codec();
    for (const SimulatedContext& context : Contexts()) codec->AddModel(*context.model);
    return codec;
  }();
  return *kCodec;
}

}  // namespace sip
