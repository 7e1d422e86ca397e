#include "libs/rules/statutes.h"

#include <iterator>

namespace sip {
namespace {

struct Statute {
  absl::CivilDay in_force_from;
  absl::string_view reference;
};

}  // namespace

absl::string_view LegalBasisOfPlan(absl::CivilDay day) {
  // Latest first.
  const Statute kStatutes[] = {
      {absl::CivilDay(2025, 7, 1), "16 kap. 4 § hälso- och sjukvårdslagen (2017:30), 10 kap. 8–9 §§ socialtjänstlagen (2025:400)"},
      {absl::CivilDay(2017, 4, 1), "16 kap. 4 § hälso- och sjukvårdslagen (2017:30), 2 kap. 7 § socialtjänstlagen (2001:453)"},
      {absl::CivilDay(2010, 1, 1), "3 f § hälso- och sjukvårdslagen (1982:763), 2 kap. 7 § socialtjänstlagen (2001:453)"},
  };
  for (const Statute& statute : kStatutes) {
    if (day >= statute.in_force_from) return statute.reference;
  }
  return "";
}

}  // namespace sip
