// Compares a text with an approved one in tests/golden. SIP_UPDATE_GOLDEN=1 in the environment writes the text instead, to be
// reviewed in the diff; =keep leaves what stands in an events file as an old form and adds the new one.
#ifndef SIP_TESTS_GOLDEN_GOLDEN_FILE_H_
#define SIP_TESTS_GOLDEN_GOLDEN_FILE_H_

#include <optional>
#include <string>
#include <vector>

namespace sip {

enum class GoldenMode { kCompare, kUpdate, kUpdateAndKeep };
GoldenMode GoldenModeFromEnvironment();

// Absent if the file cannot be read.
std::optional<std::string> ReadGolden(const std::string& path);
void WriteGolden(const std::string& path, const std::string& text);

// The file's forms, oldest first: hexadecimal digits in blocks with empty lines between; lines that begin with # are comments.
std::vector<std::string> ParseForms(const std::string& text);
std::string FormatForms(const std::string& comment, const std::vector<std::string>& forms);

}  // namespace sip

#endif  // SIP_TESTS_GOLDEN_GOLDEN_FILE_H_
