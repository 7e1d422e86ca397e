#include "libs/rocks/simulated_files.h"

#include <algorithm>

namespace sip {
namespace {

constexpr size_t kBlock = 4096;

void Garble(std::string& bytes, size_t from, size_t to, std::mt19937_64& random) {
  const bool zero = random() % 2 == 0;
  for (size_t i = from; i < to; ++i) bytes[i] = zero ? '\0' : static_cast<char>(random());
}

}  // namespace

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

SimulatedFiles::NodePtr SimulatedFiles::Find(const std::string& path) const {
  if (path.empty()) return std::make_shared<Node>(Node{true, "", 0});
  const auto it = names_.find(path);
  return it == names_.end() ? nullptr : it->second;
}

std::vector<std::string> SimulatedFiles::Children(const std::string& folder) const {
  std::vector<std::string> children;
  for (const auto& [path, node] : names_) {
    if (FolderOf(path) == folder) children.push_back(path.substr(folder.size() + 1));
  }
  return children;
}

SimulatedFiles::NodePtr SimulatedFiles::Create(const std::string& path, bool folder) {
  auto node = std::make_shared<Node>();
  node->folder = folder;
  Record({"", path, node});
  return node;
}

void SimulatedFiles::Remove(const std::string& path) { Record({path, "", nullptr}); }

void SimulatedFiles::Rename(const std::string& from, const std::string& to) { Record({from, to, names_.at(from)}); }

void SimulatedFiles::Record(Change change) {
  Apply(change, names_);
  changes_[FolderOf(change.to.empty() ? change.from : change.to)].push_back(std::move(change));
}

void SimulatedFiles::Apply(const Change& change, Names& names) {
  if (!change.from.empty()) names.erase(change.from);
  if (!change.to.empty()) names[change.to] = change.node;
}

void SimulatedFiles::Sync(Node& file) { file.synced = file.bytes.size(); }

void SimulatedFiles::FailSync(Node& file) {
  if (file.synced < file.bytes.size()) file.sync_failed.emplace_back(file.synced, file.bytes.size());
  file.synced = file.bytes.size();
}

void SimulatedFiles::SyncFolder(const std::string& folder) {
  for (const Change& change : changes_[folder]) Apply(change, durable_);
  changes_.erase(folder);
}

// The file grows as its blocks are written; of the last one that is there, any part may be wrong.
void SimulatedFiles::Tear(Node& file, bool may_garble, std::mt19937_64& random) {
  for (const auto& [from, to] : file.sync_failed) {
    if (may_garble && random() % 2 == 0) Garble(file.bytes, from + random() % (to - from), std::min(to, file.bytes.size()), random);
  }
  const size_t size = file.bytes.size();
  if (file.synced >= size) return;
  const uint64_t choice = random() % 6;
  if (choice == 0) return;
  const bool whole_size = choice == 5;
  const size_t kept = choice == 1 ? file.synced : whole_size ? size : file.synced + random() % (size - file.synced + 1);
  file.bytes.resize(kept);
  if (!may_garble || choice < 4 || kept == file.synced) return;
  const size_t last_block = std::max(file.synced, (kept - 1) / kBlock * kBlock);
  Garble(file.bytes, last_block + random() % (kept - last_block), kept, random);
}

void SimulatedFiles::LosePower(std::optional<uint64_t> seed) {
  std::mt19937_64 random(seed.value_or(0));
  for (const auto& [folder, changes] : changes_) {
    const size_t survive = seed.has_value() ? random() % (changes.size() + 1) : 0;
    for (size_t i = 0; i < survive; ++i) Apply(changes[i], durable_);
  }
  Names reachable;
  for (const auto& [path, node] : durable_) {
    const std::string folder = FolderOf(path);
    if (!folder.empty() && reachable.count(folder) == 0) continue;  // The folder itself is gone.
    reachable.emplace(path, node);
    if (node->folder) continue;
    if (seed.has_value()) {
      // RocksDB refuses to open when this list of its files has wrong bytes, and needs help.
      const bool may_garble = path.find("/MANIFEST-") == std::string::npos;
      Tear(*node, may_garble, random);
    } else {
      node->bytes.resize(node->synced);
      for (const auto& [from, to] : node->sync_failed) node->bytes.resize(std::min(node->bytes.size(), from));
    }
    *node = Node{false, node->bytes, node->bytes.size()};
  }
  names_ = durable_ = std::move(reachable);
  changes_.clear();
}

std::map<std::string, std::string> SimulatedFiles::image() const {
  std::map<std::string, std::string> image;
  for (const auto& [path, node] : names_) {
    if (!node->folder) image[path] = node->bytes;
  }
  return image;
}

void SimulatedFiles::SetImage(const std::map<std::string, std::string>& image) {
  names_.clear();
  for (const auto& [path, bytes] : image) {
    for (std::string folder = FolderOf(path); !folder.empty(); folder = FolderOf(folder)) {
      names_.emplace(folder, std::make_shared<Node>(Node{true, "", 0}));
    }
    names_[path] = std::make_shared<Node>(Node{false, bytes, bytes.size()});
  }
  durable_ = names_;
  changes_.clear();
}

}  // namespace sip
