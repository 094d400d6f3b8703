import Datasets
import Glibc
import JSON
import Platform
import Testing

/// What the pages say can be typed, and what they say is called otherwise here.
@Suite struct DocumentationTests {
  private static let project = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

  private static func pages() throws -> [(name: String, text: String)] {
    var names = ["README.md", "README.zh-CN.md"]
    for folder in ["docs", "docs/zh"] {
      names += try FileSystem.names(in: project + "/" + folder).filter { $0.hasSuffix(".md") }.map { folder + "/" + $0 }
    }
    return names.map { ($0, Files.read(project + "/" + $0)) }.filter { !$0.text.isEmpty }
  }

  /// The text between backquotes.
  private static func code(_ text: some StringProtocol) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
      String($0.element)
    }
  }

  /// The pages and the warning name one range for the ratio.
  @Test(arguments: ["docs/concepts.md", "docs/data.md", "docs/zh/concepts.md"])
  func thePagesNameTheRangeThatIsWarnedAbout(_ page: String) {
    let (least, most) = (MixMetrics.usualRatios.lowerBound, MixMetrics.usualRatios.upperBound)
    let text = Files.read(Self.project + "/" + page)
    #expect(["to", "到"].contains { text.contains("1:\(least) \($0) 1:\(most)") })
    #expect(MixMetrics.ratioWarning(1) == nil && MixMetrics.ratioWarning(1.5) == nil)
    #expect(MixMetrics.ratioWarning(0.9) != nil && MixMetrics.ratioWarning(10.1) != nil)
  }

  // MARK: - Names of other tools

  /// A row of the table of names: a kind of stage, our names, and the names that other tools have for them.
  private struct Row {
    var kind: String
    var ours: [String]
    var theirs: [String]
  }

  private static func table() throws -> [Row] {
    let text = Files.read(project + "/docs/coming-from-other-tools.md")
    let start = try #require(text.firstRange(of: "| ms-swift, transformers |"))
    let lines = text[start.lowerBound...].split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2)
    var rows: [Row] = []
    for line in lines.prefix(while: { $0.hasPrefix("|") }) {
      let cells = line.split(separator: "|").map(String.init)
      guard cells.count == 4, let first = code(cells[3]).first else { continue }
      var kind = ""
      var ours: [String] = []
      if cells[3].contains("input of `sft`") {
        kind = "sft"
        ours = [String(first.dropLast())]
      } else if let dot = first.firstIndex(of: "."), ["mix", "tokenize", "sft"].contains(String(first[..<dot])) {
        kind = String(first[..<dot])
        ours = code(cells[3]).map { name in
          let path = name.split(separator: ":")[0].split(separator: ".").map(String.init)
          return path.last ?? name
        }
      } else {
        continue
      }
      let theirs = cells[..<3].flatMap { code($0) }.map { name in
        String(name.drop { $0 == "-" }.split(separator: " ")[0])
      }
      rows.append(Row(kind: kind, ours: ours, theirs: theirs.filter { !ours.contains($0) }))
    }
    return rows
  }

  /// Every name of the table, written into the stage it belongs to: the error says what it is called here.
  @Test func everyNameOfAnotherToolLeadsToOurs() throws {
    let rows = try Self.table()
    #expect(rows.count > 15)
    let program = try Program()
    defer { program.remove() }
    for row in rows {
      for name in row.theirs {
        program.write("recipes/r.yaml", "name: r\nstages:\n  s: { kind: \(row.kind), \(name): 1 }\n")
        let lint = program.run("lint")
        let place = lint.error.firstRange(of: "unknown key '\(name)' of stage 's'")
        let tail = place.map { String(lint.error[$0.upperBound...]) } ?? ""
        let hint = tail.firstRange(of: "did you mean '").map { tail[$0.upperBound...].prefix { $0 != "'" } } ?? ""
        let leaf = hint.split(separator: ".").last.map(String.init) ?? ""
        #expect(row.ours.contains(leaf), "\(row.kind): \(name) leads to '\(hint)', not to \(row.ours)\n\(lint.error)")
      }
    }
  }

  // MARK: - Commands

  /// A command line of a page, as far as it names a command and its options.
  private static func commands(_ text: String) -> Set<[String]> {
    var found: Set<[String]> = []
    var spans = code(text)
    spans += text.split(separator: "\n").filter { $0.hasPrefix("    ") }.map(String.init)
    for span in spans {
      for part in span.split(whereSeparator: { $0 == "\n" || $0 == ";" || $0 == "|" || $0 == "&" }) {
        var words = part.split(separator: " ").map(String.init)
        if words.first == "$" { words.removeFirst() }
        guard words.first == "lorapipe", words.count > 1 else { continue }
        words.removeFirst()
        // What a comment says is no part of the line, and quoted text may hold anything.
        if let comment = words.firstIndex(of: "#") { words.removeSubrange(comment...) }
        if let quoted = words.firstIndex(where: { $0.contains("'") || $0.contains("\"") }) {
          words.removeSubrange(quoted...)
        }
        guard let command = words.first, command.first?.isLowercase == true,
          command.allSatisfy({ $0.isLowercase || $0 == "-" })
        else { continue }
        let options = words.filter { $0.hasPrefix("--") && $0.count > 2 }.map {
          String($0.prefix { $0.isLetter || $0 == "-" })
        }
        found.insert([command] + words[1...].prefix(1).filter { $0.allSatisfy(\.isLowercase) } + options)
      }
    }
    return found
  }

  /// Options of the program itself, which may stand before any command.
  private static let common: Set<String> = ["--help", "--version", "--lang", "--directory", "--json", "--color"]

  @Test func everyCommandAndOptionOfThePagesExists() throws {
    let program = try Program()
    defer { program.remove() }
    var helps: [String: String] = [:]
    func help(_ words: [String]) -> String? {
      let line = words.joined(separator: " ")
      if let known = helps[line] { return known.isEmpty ? nil : known }
      let shown = program.run("\(line) --help")
      helps[line] = shown.status == 0 ? shown.output : ""
      return shown.status == 0 ? shown.output : nil
    }
    var count = 0
    for page in try Self.pages() {
      for line in Self.commands(page.text) {
        let words = line.filter { !$0.hasPrefix("--") }
        guard !words.isEmpty, !["help", "version"].contains(words[0]) else { continue }
        // The second word is a command of a group, or an argument.
        guard let own = help(words) ?? help(Array(words.prefix(1))) else {
          Issue.record("\(page.name): there is no 'lorapipe \(words[0])'")
          continue
        }
        let whole = own + (help(Array(words.prefix(1))) ?? "")
        for option in line where option.hasPrefix("--") && !Self.common.contains(option) {
          count += 1
          #expect(whole.contains(option), "\(page.name): 'lorapipe \(words.joined(separator: " "))' has no \(option)")
        }
      }
    }
    #expect(count > 15)
  }
}
