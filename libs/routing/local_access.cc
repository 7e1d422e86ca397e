#include "libs/routing/local_access.h"

#include <utility>

#include "libs/base/check.h"
#include "libs/engine/not_owner.h"
#include "libs/eventsourcing/record.h"

namespace sip {
namespace {

absl::Status NotHere() { return NotOwnerStatus("The log is not served here."); }

absl::StatusOr<std::vector<ValidRecord>> ReadAll(const StreamStore& streams, uint32_t partition, const Uuid& scope) {
  std::vector<ValidRecord> records;
  const absl::Status read = streams.ReadScope(partition, scope, [&](ValidRecord record) {
    records.push_back(std::move(record));
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return records;
}

}  // namespace

void LocalAccess::Add(ContextEngine& engine, const StreamStore& streams) {
  SIP_CHECK(contexts_.emplace(engine.log_name(), Context{&engine, &streams}).second);
}

const LocalAccess::Context* LocalAccess::Find(const std::string& log) const {
  const auto it = contexts_.find(log);
  return it == contexts_.end() ? nullptr : &it->second;
}

void LocalAccess::Execute(const std::string& log, CommandRequest request, CommandExecutor::Done done) {
  const Context* const context = Find(log);
  if (context == nullptr) return done(NotHere());
  context->engine->Execute(std::move(request), std::move(done));
}

void LocalAccess::ReadScope(const std::string& log, const Uuid& scope, absl::Time /*deadline*/, RecordsDone done) {
  const Context* const context = Find(log);
  if (context == nullptr) return done(NotHere());
  const uint32_t partition = PartitionOf(scope, context->engine->partition_count());
  context->engine->ReadState(
      scope, [context, partition, scope, done = std::move(done)](const absl::StatusOr<const CaseState*>& durable) mutable {
        if (!durable.ok()) return done(durable.status());
        done(ReadAll(*context->streams, partition, scope));
      });
}

void LocalAccess::AwaitImport(const std::string& log, const ConsistencyToken& token, absl::Time deadline, ImportDone done) {
  const Context* const context = Find(log);
  if (context == nullptr) return done(NotHere());
  context->engine->AwaitImport(token, deadline, std::move(done));
}

void LocalAccess::Barrier(const std::string& log, uint32_t partition, absl::Time /*deadline*/, BarrierDone done) {
  const Context* const context = Find(log);
  if (context == nullptr) return done(NotHere());
  context->engine->Barrier(partition, std::move(done));
}

}  // namespace sip
