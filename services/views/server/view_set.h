// All views of the process: their rows, the runners that keep them up to date, and how a query reads them.
#ifndef SIP_SERVICES_VIEWS_SERVER_VIEW_SET_H_
#define SIP_SERVICES_VIEWS_SERVER_VIEW_SET_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/uuid.h"
#include "libs/codec/codec.h"
#include "libs/engine/stream_store.h"
#include "libs/engine/timer.h"
#include "libs/eventsourcing/consistency_token.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/projection.h"
#include "libs/views/projection_runner.h"
#include "libs/views/view_progress.h"
#include "libs/views/view_store.h"
#include "services/views/server/case_memos.h"
#include "sip/views/v1/read_at.pb.h"

namespace sip {

class RocksResources;
class ViewSet;

// The rows of some views, each at one moment, and what they include. Used by one thread at a time.
struct ViewReading {
  // Null until somebody reads rows of that view: much is answered without.
  mutable std::map<std::string, std::unique_ptr<ViewReader>, std::less<>> views;
  const ViewSet* set = nullptr;
  CaseMemos* memos = nullptr;
  views::v1::ReadAt read_at;

  // Crashes for a view that was not asked for.
  const ViewReader& operator[](absl::string_view name) const;
};

// What a query wants to read.
struct ViewQuestion {
  std::vector<std::string> views;        // By name of projection.
  Uuid case_id;                          // Nil: of all cases. `read_at` tells the positions of its partition alone.
  std::vector<ConsistencyToken> tokens;  // To be included.
  absl::Time deadline = absl::InfiniteFuture();
};

// Thread-safe but for Open and Stop.
class ViewSet {
 public:
  struct Parts {
    const Codec& codec;
    Timer& timer;
    Clock& clock;
    CaseMemos& memos;
    RocksResources* resources = nullptr;
    absl::Duration gather;                                 // How long a view that nobody waits for gathers records.
    std::string root;                                      // Folder of all views.
    std::function<EventLog&(absl::string_view name)> log;  // By name.
    // Of a log, for leaves of long ago; null: these are not compared.
    std::function<const StreamStore*(absl::string_view name)> streams;
    // Calls `done` when what the token names has had its consequences in another log, with a token of that log that holds them.
    using ImportDone = absl::AnyInvocable<void(absl::StatusOr<std::optional<ConsistencyToken>>)>;
    std::function<void(absl::string_view name, const ConsistencyToken& token, absl::Time deadline, ImportDone done)> await_import;
  };
  // Opens or rebuilds every view, reads what the logs hold beyond its rows, and begins to follow the logs: nobody sees the views
  // older than they were before a crash. The projections live as long as the set.
  static absl::StatusOr<std::unique_ptr<ViewSet>> Open(Parts parts, std::vector<std::unique_ptr<Projection>> projections);
  ~ViewSet();

  // Calls `done` once: when all views include the tokens, or with a rejection when they do not by the deadline. Of a log that a
  // view does not read, a token stands for what its own logs import of it.
  void Read(ViewQuestion question, absl::AnyInvocable<void(absl::StatusOr<ViewReading>)> done) const;

  // The rows as they are now. Crashes if there is no such view.
  std::unique_ptr<ViewReader> Snapshot(absl::string_view name) const;

  // Why a view stands still; OK if none does.
  absl::Status Health() const;
  // Names of all views.
  std::vector<std::string> Names() const;
  // For metrics: how far a view is, and how many wait for it.
  ViewProgress& progress(absl::string_view name) const;
  // For metrics: of each log that the view reads, until when what was recorded there is in its rows.
  std::map<std::string, absl::Time> KnownUntilOfLogs(absl::string_view name) const;

  // Ends the runners. Rows can still be read.
  void Stop();

 private:
  struct View {
    std::unique_ptr<Projection> projection;
    std::unique_ptr<ViewStore> store;
    std::unique_ptr<ViewProgress> progress;
    std::unique_ptr<ProjectionRunner> runner;
  };
  struct Waiting;

  explicit ViewSet(Parts parts) : parts_(std::move(parts)) {}
  absl::Status Add(std::unique_ptr<Projection> projection);
  static void WaitForImports(const std::shared_ptr<Waiting>& waiting);
  static void WaitForNext(const std::shared_ptr<Waiting>& waiting);
  void CatchUp();
  const View& view(absl::string_view name) const;
  ViewReading TakeReading(const ViewQuestion& question) const;

  const Parts parts_;
  std::map<std::string, View, std::less<>> views_;
};

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_VIEW_SET_H_
