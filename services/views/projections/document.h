// A document of headings, labelled fields and tables, and its two forms: plain text of a fixed width, and Markdown. Pure.
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_DOCUMENT_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_DOCUMENT_H_

#include <string>
#include <variant>
#include <vector>

namespace sip {

struct DocumentHeading {
  int level = 1;  // 1 is the title.
  std::string text;
};

// "Label: text", or the label with its lines below it when there are several.
struct DocumentField {
  std::string label;
  std::vector<std::string> lines;
};

// Cells hold lines.
struct DocumentTable {
  using Cell = std::vector<std::string>;
  std::vector<std::string> header;
  std::vector<int> widths;  // In columns of the text form, one for each column.
  std::vector<std::vector<Cell>> rows;
};

using DocumentBlock = std::variant<DocumentHeading, DocumentField, DocumentTable>;
using Document = std::vector<DocumentBlock>;

// Lines of at most 100 columns; a column is a code point. Words longer than a column are broken.
std::string ToText(const Document& document);

// CommonMark with tables; characters that Markdown would interpret are escaped.
std::string ToMarkdown(const Document& document);

// Lines of at most `width` code points, broken between words. At least one line.
std::vector<std::string> WrapText(const std::string& text, int width);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_DOCUMENT_H_
