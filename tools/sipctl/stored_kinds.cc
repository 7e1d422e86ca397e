#include "tools/sipctl/stored_kinds.h"

#include "libs/domain/stored_logs.h"

namespace sip {

const Codec& CodecOfAllKinds() {
  static const auto* const codec = new Codec(StoredCommands(), StoredEvents());
  return *codec;
}

}  // namespace sip
