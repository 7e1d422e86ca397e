// What a person consents to, from the rows of the view "consent". Pure; `read_at` is added by whoever read the rows.
#ifndef SIP_SERVICES_VIEWS_QUERIES_CONSENT_QUERIES_H_
#define SIP_SERVICES_VIEWS_QUERIES_CONSENT_QUERIES_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/views/queries/row_source.h"
#include "sip/views/v1/consent_views.pb.h"

namespace sip {

// Who may see the case has been decided. A case without any consent has an answer too.
absl::StatusOr<views::v1::GetConsentResponse> GetConsent(const RowSource& consents, const views::v1::GetConsentRequest& request,
                                                         absl::Time now);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_QUERIES_CONSENT_QUERIES_H_
