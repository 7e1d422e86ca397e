// Filters of lists.
#ifndef SIP_SERVICES_VIEWS_QUERIES_FILTERS_H_
#define SIP_SERVICES_VIEWS_QUERIES_FILTERS_H_

#include <algorithm>

namespace sip {

// A filter that lists what passes; an empty one lets all pass.
template <typename Values, typename Value>
bool PassesFilter(const Values& values, const Value& value) {
  return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_QUERIES_FILTERS_H_
