// Preloaded into a server: makes the disk fail under its data folder from the moment on that a file appears.
//
//   LD_PRELOAD=libfailing_disk.so FAILING_DISK=/trigger FAILING_DISK_FOLDER=/data
//
// The files: /trigger.sync, syncs fail with EIO; /trigger.full, writes fail with ENOSPC.
#include <dlfcn.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

bool Triggered(const char* kind) {
  const char* const trigger = std::getenv("FAILING_DISK");
  char path[PATH_MAX];
  return trigger != nullptr && std::snprintf(path, sizeof(path), "%s.%s", trigger, kind) > 0 && access(path, F_OK) == 0;
}

bool IsInFolder(int fd) {
  const char* const folder = std::getenv("FAILING_DISK_FOLDER");
  char link[PATH_MAX];
  char path[PATH_MAX] = {};
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  return folder != nullptr && readlink(link, path, sizeof(path) - 1) > 0 && std::strncmp(path, folder, std::strlen(folder)) == 0;
}

// Sets errno, and says whether to fail.
bool WriteFails(int fd) {
  const int saved = errno;
  const bool fails = Triggered("full") && IsInFolder(fd);
  errno = fails ? ENOSPC : saved;
  return fails;
}

bool SyncFails(int fd) {
  const int saved = errno;
  const bool fails = Triggered("sync") && IsInFolder(fd);
  errno = fails ? EIO : saved;
  return fails;
}

template <typename Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  static auto* const real = Real<ssize_t(int, const void*, size_t)>("write");
  return WriteFails(fd) ? -1 : real(fd, bytes, size);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  static auto* const real = Real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return WriteFails(fd) ? -1 : real(fd, bytes, size, offset);
}

// By this name programs with large files, such as Java, call it.
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  static auto* const real = Real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return WriteFails(fd) ? -1 : real(fd, bytes, size, offset);
}

ssize_t writev(int fd, const iovec* pieces, int count) {
  static auto* const real = Real<ssize_t(int, const iovec*, int)>("writev");
  return WriteFails(fd) ? -1 : real(fd, pieces, count);
}

int fsync(int fd) {
  static auto* const real = Real<int(int)>("fsync");
  return SyncFails(fd) ? -1 : real(fd);
}

int fdatasync(int fd) {
  static auto* const real = Real<int(int)>("fdatasync");
  return SyncFails(fd) ? -1 : real(fd);
}

}  // extern "C"
