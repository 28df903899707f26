// SPDX-License-Identifier: MIT
#include "libsync/posix/key_maker.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "libsync/posix/fd.hpp"
#include "libsync/posix/key_file.hpp"
#include "libsync/posix/write_all.hpp"

namespace isletime {
namespace {

// The longest key that ntpsec takes as text. It has 120 bits, as each character has 6 random bits.
constexpr std::size_t kTextKey = 20;
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static_assert(kAlphabet.size() == 64);

// How keys of a type are written.
struct Form {
  const char* start;  // of the line, with the type
  std::size_t bytes;  // 0 for text
};

Form form_of(KeyType type, KeyDialect dialect) {
  const bool is_chrony = dialect == KeyDialect::kChrony;
  switch (type) {
    case KeyType::kMd5:
      return {"MD5 ", 0};
    case KeyType::kSha1:
      return {"SHA1 ", 0};
    case KeyType::kSha256:
      return {"SHA256 ", 0};
    case KeyType::kSha512:
      return {"SHA512 ", 0};
    case KeyType::kAes128:
      return {is_chrony ? "AES128 HEX:" : "AES-128 ", 16};
    case KeyType::kAes256:
      return {is_chrony ? "AES256 HEX:" : "AES-256 ", 32};
  }
  return {"", 0};
}

void make_text_key(MutableBytes key) {
  randombytes_buf(key.data(), key.size());
  for (std::uint8_t& c : key) c = static_cast<std::uint8_t>(kAlphabet[c % kAlphabet.size()]);
}

// The digits are written from the end, so that they overwrite no byte that is still needed.
void make_hexadecimal_key(MutableBytes key) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  randombytes_buf(key.data(), key.size() / 2);
  for (std::size_t i = key.size() / 2; i-- > 0;) {
    const std::uint8_t byte = key[i];
    key[2 * i + 1] = static_cast<std::uint8_t>(kDigits[byte & 0xf]);
    key[2 * i] = static_cast<std::uint8_t>(kDigits[byte >> 4]);
  }
}

using Failure = std::optional<std::string>;

Failure failed(const std::string& what) {
  return what + ": " + std::strerror(errno);
}

// A file that will replace another one; it is removed if it does not.
class Replacement {
 public:
  explicit Replacement(const std::string& path)
      : path_(path + ".new"),
        file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)) {}
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;
  ~Replacement() {
    if (file_.is_open()) unlink(path_.c_str());
  }

  bool is_open() const { return file_.is_open(); }
  int descriptor() const { return file_.get(); }
  const std::string& path() const { return path_; }

  bool take_place_of(const std::string& path, bool exists) {
    int result = renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, path.c_str(), exists ? 0 : RENAME_NOREPLACE);
    // The file system does not support this kind of renaming.
    if (result != 0 && errno == EINVAL) result = rename(path_.c_str(), path.c_str());
    if (result == 0) file_ = Fd{};
    return result == 0;
  }

 private:
  std::string path_;
  Fd file_;
};

struct OldFile {
  struct stat status {};
  LockedBytes text;
};

// Returns nothing if there is no file. An error is one line.
Result<std::optional<OldFile>, std::string> read_old(const std::string& path) {
  const auto fault = [&](const std::string& why) { return Unexpected{path + ": " + why}; };
  const Fd file{open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  if (!file.is_open() && errno == ENOENT) return std::optional<OldFile>{};
  if (!file.is_open() && errno == ELOOP) return fault("it is a symbolic link");
  if (!file.is_open()) return fault(std::strerror(errno));
  OldFile old;
  if (fstat(file.get(), &old.status) != 0) return fault(std::strerror(errno));
  auto text = read_keys_text(file, old.status);
  if (!text) return fault(text.error());
  old.text = *std::move(text);
  return std::optional{std::move(old)};
}

// Returns nothing if there is no memory.
std::optional<LockedBytes> joined(Bytes old, Bytes line) {
  const bool ends_within_a_line = !old.empty() && old.back() != '\n';
  auto text = LockedBytes::allocate(old.size() + (ends_within_a_line ? 1 : 0) + line.size());
  if (!text) return std::nullopt;
  auto end = std::copy(old.begin(), old.end(), text->writable().begin());
  if (ends_within_a_line) *end++ = '\n';
  std::copy(line.begin(), line.end(), end);
  return text;
}

// Returns nothing if the file and its keys are as they should be.
Failure find_fault(LockedBytes text, std::uint32_t id) {
  const auto keys = parse_keys(std::move(text));
  if (!keys) return keys.error();
  if (keys->find(id) != nullptr) return "it has a key " + std::to_string(id) + " already";
  return std::nullopt;
}

Failure write_to_disk(const Replacement& fresh, Bytes text) {
  if (const auto error = write_all(fresh.descriptor(), as_text(text))) {
    return fresh.path() + ": " + to_string(*error);
  }
  return fsync(fresh.descriptor()) == 0 ? std::nullopt : failed(fresh.path() + ": fsync");
}

// Lets users who may read the old file read the new one.
Failure keep_access(const Replacement& fresh, const struct stat& old) {
  struct stat now {};
  if (fstat(fresh.descriptor(), &now) != 0) return failed(fresh.path() + ": fstat");
  const bool is_anothers = old.st_uid != now.st_uid || old.st_gid != now.st_gid;
  if (is_anothers && fchown(fresh.descriptor(), old.st_uid, old.st_gid) != 0) {
    return failed(fresh.path() + ": chown");
  }
  return fchmod(fresh.descriptor(), old.st_mode & ALLPERMS) == 0 ? std::nullopt
                                                                 : failed(fresh.path() + ": chmod");
}

Failure sync_folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Fd opened{open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  // Syncing fails on a folder that may be written but not read, and on file systems that do not support it.
  if (!opened.is_open() || fsync(opened.get()) == 0 || errno == EINVAL) return std::nullopt;
  return failed(folder);
}

}  // namespace

std::optional<LockedBytes> make_key_line(std::uint32_t id, KeyType type, KeyDialect dialect) {
  const Form form = form_of(type, dialect);
  const std::string start = std::to_string(id) + ' ' + form.start;
  const std::size_t key = form.bytes == 0 ? kTextKey : 2 * form.bytes;
  auto line = LockedBytes::allocate(start.size() + key + 1);
  if (!line) return std::nullopt;
  const MutableBytes text = line->writable();
  std::copy(start.begin(), start.end(), text.begin());
  const MutableBytes secret = text.subspan(start.size(), key);
  if (form.bytes == 0) {
    make_text_key(secret);
  } else {
    make_hexadecimal_key(secret);
  }
  text.back() = '\n';
  return line;
}

std::optional<std::string> add_key_line(const std::string& path, std::uint32_t id, Bytes line) {
  // The new file is created exclusively: if two processes add keys at once, one fails and no key is lost.
  Replacement fresh(path);
  if (!fresh.is_open() && errno == EEXIST) {
    return fresh.path() + ": it exists: another process may be adding a key; if none is, remove it";
  }
  if (!fresh.is_open()) return failed(fresh.path());
  auto old = read_old(path);
  if (!old) return old.error();
  const bool exists = old->has_value();
  const auto text = joined(exists ? (*old)->text.bytes() : Bytes{}, line);
  if (!text) return path + ": no memory for it";
  if (text->bytes().size() > kLargestKeyFile) return path + ": it would be larger than 64 KiB";
  if (exists) {
    if (const auto fault = find_fault(std::move((*old)->text), id)) return path + ": " + *fault;
  }
  if (auto failure = write_to_disk(fresh, text->bytes())) return failure;
  if (exists) {
    if (auto failure = keep_access(fresh, (*old)->status)) return failure;
  }
  if (!fresh.take_place_of(path, exists)) return failed(path);
  return sync_folder_of(path);
}

}  // namespace isletime
