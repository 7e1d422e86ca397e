// The rows of a view as queries read them.
#ifndef SIP_SERVICES_VIEWS_SERVER_VIEW_ROWS_H_
#define SIP_SERVICES_VIEWS_SERVER_VIEW_ROWS_H_

#include <optional>
#include <string>

#include "libs/views/view_store.h"
#include "services/views/queries/row_source.h"

namespace sip {

class ViewRows final : public RowSource {
 public:
  // `reader` must outlive it.
  explicit ViewRows(const ViewReader& reader) : reader_(reader) {}

  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override { return reader_.Get(key); }
  absl::Status Scan(absl::string_view prefix, absl::string_view after, const Visitor& visit) const override {
    return reader_.Scan({.prefix = std::string(prefix), .start_after = std::string(after)}, visit);
  }

 private:
  const ViewReader& reader_;
};

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_VIEW_ROWS_H_
