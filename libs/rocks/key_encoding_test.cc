#include "libs/rocks/key_encoding.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tuple>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"

namespace sip {
namespace {

using Fields = std::tuple<std::string, uint64_t, absl::Time, Uuid, uint32_t>;

std::string Encode(const Fields& fields) {
  return KeyWriter()
      .Text(std::get<0>(fields))
      .Uint64(std::get<1>(fields))
      .Time(std::get<2>(fields))
      .Uuid(std::get<3>(fields))
      .Uint32(std::get<4>(fields))
      .Take();
}

// Few values, so that equal fields and prefixes are common; bytes at the edges of the escapes.
rc::Gen<std::string> Texts() {
  return rc::gen::container<std::string>(rc::gen::element<char>('\0', '\1', '\2', 'a', 'b', '\xfe', '\xff'));
}

rc::Gen<absl::Time> Times() {
  const auto near = rc::gen::map(rc::gen::inRange<int64_t>(-3, 3), [](int64_t nanos) { return absl::FromUnixNanos(nanos); });
  const auto any = rc::gen::map(rc::gen::arbitrary<int64_t>(), [](int64_t nanos) { return absl::FromUnixNanos(nanos); });
  return rc::gen::oneOf(near, any, rc::gen::element(absl::InfinitePast(), absl::InfiniteFuture()));
}

rc::Gen<Fields> AnyFields() {
  const auto uuids = rc::gen::map(rc::gen::inRange<uint8_t>(0, 3), [](uint8_t last) {
    std::array<uint8_t, 16> bytes{};
    bytes[15] = last;
    return Uuid(bytes);
  });
  return rc::gen::tuple(Texts(), rc::gen::oneOf(rc::gen::inRange<uint64_t>(0, 3), rc::gen::arbitrary<uint64_t>()), Times(), uuids,
                        rc::gen::arbitrary<uint32_t>());
}

TEST(KeyEncodingTest, KeysHaveTheirPinnedBytes) {
  const std::string key = KeyWriter()
                              .Table(7)
                              .Text(absl::string_view("a\0b", 3))
                              .Uint32(1)
                              .Uint64(2)
                              .Time(absl::FromUnixSeconds(3) + absl::Nanoseconds(4))
                              .Uuid(*Uuid::Parse("018f0000-0000-7000-8000-000000000001"))
                              .Take();
  EXPECT_EQ(absl::BytesToHexString(key),
            "07"
            "6100ff620001"
            "00000001"
            "0000000000000002"
            "800000000000000300000004"
            "018f0000000070008000000000000001");
}

TEST(KeyEncodingTest, TimesAreReadToTheNanosecond) {
  for (const absl::Time time : {absl::UnixEpoch(), absl::UnixEpoch() - absl::Nanoseconds(1),
                                absl::FromUnixNanos(1'700'000'000'123'456'789), absl::InfinitePast(), absl::InfiniteFuture()}) {
    KeyReader reader(KeyWriter().Time(time).key());
    EXPECT_EQ(KeyReader(KeyWriter().Time(time).key()).Time(), time);
  }
}

TEST(KeyEncodingTest, AKeyWithoutTheFieldsIsReported) {
  const std::string key = KeyWriter().Text("a").Uint64(1).Take();
  for (size_t size = 0; size < key.size(); ++size) {
    KeyReader reader(absl::string_view(key).substr(0, size));
    reader.Text();
    reader.Uint64();
    EXPECT_EQ(reader.Finish().code(), absl::StatusCode::kDataLoss) << size;
  }
  KeyReader too_long(key);
  too_long.Text();
  EXPECT_FALSE(too_long.Finish().ok());
  KeyReader bad_escape(absl::string_view("a\0b", 3));
  bad_escape.Text();
  EXPECT_FALSE(bad_escape.Finish().ok());
}

TEST(KeyEncodingTest, ThePrefixEndIsTheFirstKeyBehindThePrefix) {
  EXPECT_EQ(PrefixEnd("ab"), "ac");
  EXPECT_EQ(PrefixEnd("a\xff\xff"), "b");
  EXPECT_EQ(PrefixEnd("\xff"), "");
  EXPECT_EQ(PrefixEnd(""), "");
}

RC_GTEST_PROP(KeyEncodingProperty, BytesSortAsTheFieldsDo, ()) {
  const Fields a = *AnyFields();
  const Fields b = *AnyFields();
  RC_ASSERT((Encode(a) < Encode(b)) == (a < b));
  RC_ASSERT((Encode(a) == Encode(b)) == (a == b));
}

RC_GTEST_PROP(KeyEncodingProperty, TextsSortAsTheirBytesDo, ()) {
  const std::string a = *Texts();
  const std::string b = *Texts();
  RC_ASSERT((KeyWriter().Text(a).key() < KeyWriter().Text(b).key()) == (a < b));
}

RC_GTEST_PROP(KeyEncodingProperty, ReadingGivesWhatWasWritten, ()) {
  const Fields fields = *AnyFields();
  const std::string key = Encode(fields);
  KeyReader reader(key);
  RC_ASSERT(reader.Text() == std::get<0>(fields));
  RC_ASSERT(reader.Uint64() == std::get<1>(fields));
  RC_ASSERT(reader.Time() == std::get<2>(fields));
  RC_ASSERT(reader.Uuid() == std::get<3>(fields));
  RC_ASSERT(reader.Uint32() == std::get<4>(fields));
  RC_ASSERT(reader.Finish().ok());
}

RC_GTEST_PROP(KeyEncodingProperty, APrefixOfFieldsIsARangeOfKeys, ()) {
  const std::string prefix = KeyWriter().Text(*Texts()).key();
  const Fields fields = *AnyFields();
  const std::string key = Encode(fields);
  const std::string end = PrefixEnd(prefix);
  RC_ASSERT((key >= prefix && (end.empty() || key < end)) == absl::StartsWith(key, prefix));
}

}  // namespace
}  // namespace sip
