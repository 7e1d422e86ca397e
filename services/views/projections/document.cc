#include "services/views/projections/document.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace sip {
namespace {

constexpr int kTextWidth = 100;

// A label that is a question needs no colon.
std::string WithColon(const std::string& label) { return absl::EndsWith(label, "?") ? label : absl::StrCat(label, ":"); }

bool StartsCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

int CodePoints(absl::string_view text) { return static_cast<int>(std::count_if(text.begin(), text.end(), StartsCodePoint)); }

// The bytes of the first `count` code points.
size_t PrefixBytes(absl::string_view text, int count) {
  size_t i = 0;
  while (i < text.size() && count > 0) {
    ++i;
    while (i < text.size() && !StartsCodePoint(text[i])) ++i;
    --count;
  }
  return i;
}

std::string Padded(const std::string& text, int width) {
  return absl::StrCat(text, std::string(static_cast<size_t>(std::max(0, width - CodePoints(text))), ' '));
}

std::string WithoutTrailingSpaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// --- plain text ---

void AppendText(const DocumentHeading& heading, std::string& out) {
  if (!out.empty()) out += "\n";
  absl::StrAppend(&out, heading.text, "\n",
                  std::string(static_cast<size_t>(CodePoints(heading.text)), heading.level == 1 ? '=' : '-'), "\n\n");
}

void AppendText(const DocumentField& field, std::string& out) {
  if (field.lines.size() <= 1) {
    const std::string text = field.lines.empty() ? "" : absl::StrCat(" ", field.lines.front());
    absl::StrAppend(&out, absl::StrJoin(WrapText(absl::StrCat(WithColon(field.label), text), kTextWidth), "\n"), "\n");
    return;
  }
  absl::StrAppend(&out, WithColon(field.label), "\n");
  for (const std::string& line : field.lines) {
    absl::StrAppend(&out, "  - ", absl::StrJoin(WrapText(line, kTextWidth - 4), "\n    "), "\n");
  }
}

void AppendRow(const std::vector<std::vector<std::string>>& cells, const std::vector<int>& widths, std::string& out) {
  size_t height = 1;
  for (const auto& cell : cells) height = std::max(height, cell.size());
  for (size_t line = 0; line < height; ++line) {
    std::string text;
    for (size_t column = 0; column < cells.size(); ++column) {
      if (column > 0) text += " | ";
      text += Padded(line < cells[column].size() ? cells[column][line] : "", widths[column]);
    }
    absl::StrAppend(&out, WithoutTrailingSpaces(std::move(text)), "\n");
  }
}

void AppendRule(const std::vector<int>& widths, std::string& out) {
  const auto dashes = [](std::string* text, int width) { text->append(static_cast<size_t>(width), '-'); };
  absl::StrAppend(&out, absl::StrJoin(widths, "-+-", dashes), "\n");
}

void AppendText(const DocumentTable& table, std::string& out) {
  const auto wrapped = [&](const std::vector<DocumentTable::Cell>& row) {
    std::vector<std::vector<std::string>> cells(row.size());
    for (size_t column = 0; column < row.size(); ++column) {
      for (const std::string& line : row[column]) {
        for (std::string& part : WrapText(line, table.widths[column])) cells[column].push_back(std::move(part));
      }
    }
    return cells;
  };
  std::vector<DocumentTable::Cell> header;
  for (const std::string& title : table.header) header.push_back({title});
  out += "\n";
  AppendRow(wrapped(header), table.widths, out);
  AppendRule(table.widths, out);
  for (const auto& row : table.rows) {
    AppendRow(wrapped(row), table.widths, out);
    AppendRule(table.widths, out);
  }
  out += "\n";
}

// --- Markdown ---

std::string Escaped(absl::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (absl::StrContains("\\`*_[]<>|#", absl::string_view(&c, 1))) escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

void AppendMarkdown(const DocumentHeading& heading, std::string& out) {
  if (!out.empty()) out += "\n";
  absl::StrAppend(&out, std::string(static_cast<size_t>(heading.level), '#'), " ", Escaped(heading.text), "\n\n");
}

void AppendMarkdown(const DocumentField& field, std::string& out) {
  absl::StrAppend(&out, "**", Escaped(WithColon(field.label)), "**");
  if (field.lines.size() <= 1) {
    if (!field.lines.empty()) absl::StrAppend(&out, " ", Escaped(field.lines.front()));
    out += "\n\n";
    return;
  }
  out += "\n\n";
  for (const std::string& line : field.lines) absl::StrAppend(&out, "- ", Escaped(line), "\n");
  out += "\n";
}

void AppendMarkdown(const DocumentTable& table, std::string& out) {
  const auto append = [&](const std::vector<std::string>& cells) {
    absl::StrAppend(&out, "| ", absl::StrJoin(cells, " | "), " |\n");
  };
  std::vector<std::string> header;
  for (const std::string& title : table.header) header.push_back(Escaped(title));
  append(header);
  append(std::vector<std::string>(table.header.size(), "---"));
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const DocumentTable::Cell& cell : row) {
      const auto escape = [](std::string* text, const std::string& line) { *text += Escaped(line); };
      cells.push_back(absl::StrJoin(cell, "<br>", escape));
    }
    append(cells);
  }
  out += "\n";
}

}  // namespace

std::vector<std::string> WrapText(const std::string& text, int width) {
  std::vector<std::string> lines;
  std::string line;
  for (absl::string_view word : absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    if (!line.empty() && CodePoints(line) + 1 + CodePoints(word) > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    while (CodePoints(word) > width) {
      const size_t bytes = PrefixBytes(word, width);
      lines.emplace_back(word.substr(0, bytes));
      word.remove_prefix(bytes);
    }
    if (!line.empty()) line += ' ';
    absl::StrAppend(&line, word);
  }
  if (!line.empty() || lines.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string ToText(const Document& document) {
  std::string out;
  for (const DocumentBlock& block : document) {
    std::visit([&](const auto& typed) { AppendText(typed, out); }, block);
  }
  return out;
}

std::string ToMarkdown(const Document& document) {
  std::string out;
  for (const DocumentBlock& block : document) {
    std::visit([&](const auto& typed) { AppendMarkdown(typed, out); }, block);
  }
  return out;
}

}  // namespace sip
