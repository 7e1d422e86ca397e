// Files in memory that know what of them is on the disk for good: bytes that were synced, names whose folder was synced. A loss of
// power takes or tears the rest. For tests (internal to fault_injection).
#ifndef SIP_LIBS_ROCKS_SIMULATED_FILES_H_
#define SIP_LIBS_ROCKS_SIMULATED_FILES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace sip {

// Not thread-safe. Paths have no "." and no "//" in them; "" is the root, which is always there.
class SimulatedFiles {
 public:
  struct Node {
    bool folder = false;
    std::string bytes;
    size_t synced = 0;                                     // So many bytes survive, but for these:
    std::vector<std::pair<size_t, size_t>> sync_failed{};  // From, up to without.
  };
  using NodePtr = std::shared_ptr<Node>;

  // Null if there is nothing of that name.
  NodePtr Find(const std::string& path) const;
  // Names in the folder.
  std::vector<std::string> Children(const std::string& folder) const;
  // A new file, or folder, in the place of what may be there.
  NodePtr Create(const std::string& path, bool folder);
  void Remove(const std::string& path);
  void Rename(const std::string& from, const std::string& to);

  static void Sync(Node& file);
  // As the system does it: after a sync that failed the bytes pass for written, and no later sync writes them.
  static void FailSync(Node& file);
  void SyncFolder(const std::string& folder);

  // What was not synced is gone; with `seed`, of each file some is there: a part, garbage, or all of it. Of the names that were
  // changed in a folder, the first ones are: journals keep them in order, and RocksDB relies on that.
  void LosePower(std::optional<uint64_t> seed);

  // The bytes of all files by path, and back: all of it synced.
  std::map<std::string, std::string> image() const;
  void SetImage(const std::map<std::string, std::string>& image);

 private:
  using Names = std::map<std::string, NodePtr>;
  // A name that was given, or taken away (null), or both in one (a file that was renamed).
  struct Change {
    std::string from{};
    std::string to{};
    NodePtr node{};
  };
  static void Apply(const Change& change, Names& names);
  static void Tear(Node& file, bool may_garble, std::mt19937_64& random);
  void Record(Change change);

  Names names_;
  Names durable_;
  std::map<std::string, std::vector<Change>> changes_;  // By folder, since it was synced.
};

// "a/b" without the last part; "" for a name at the top.
std::string FolderOf(const std::string& path);

}  // namespace sip

#endif  // SIP_LIBS_ROCKS_SIMULATED_FILES_H_
