import Diagnostics
import Glibc
import Platform
import Testing

@testable import Reports

@Suite struct WordsTests {
  private static let root = String(#filePath.dropLast("Tests/ReportsTests/WordsTests.swift".count))

  @Test func everyTextIsThereInBothLanguagesWithTheSameValues() {
    let english = Words.tables[.english] ?? [:]
    let chinese = Words.tables[.chinese] ?? [:]
    #expect(english.count > 100 && Set(english.keys) == Set(chinese.keys))
    for (key, text) in english {
      let other = chinese[key] ?? ""
      #expect(!text.isEmpty && !other.isEmpty, "\(key)")
      for index in 0..<5 { #expect(text.contains("{\(index)}") == other.contains("{\(index)}"), "\(key)") }
    }
  }

  /// A key that a source uses and the table lacks would be shown as it is.
  @Test func everyKeyThatIsUsedHasATextAndEveryTextIsUsed() throws {
    var sources = ""
    for folder in ["Sources/Product/Reports", "Sources/Product/Dashboard"] {
      for path in Self.files(below: Self.root + folder)
      where path.hasSuffix(".swift") || path.hasSuffix(".js") || path.hasSuffix(".html") {
        sources += String(decoding: try FileSystem.read(path), as: UTF8.self) + "\n"
      }
    }
    let keys = Set((Words.tables[.english] ?? [:]).keys)
    var missing: Set<String> = []
    for match in sources.matches(
      of: #/(?:\bwords|\badd|\bt)\(["']([a-z][a-z0-9.-]*)["']|data-t(?:-[a-z]+)?="([a-z0-9.-]+)"/#)
    {
      let key = String(match.1 ?? match.2 ?? "")
      if !key.hasSuffix("."), !key.hasSuffix("-"), !keys.contains(key) { missing.insert(key) }
    }
    #expect(missing.isEmpty, "words.json lacks \(missing.sorted())")
    // Keys that are put together from a beginning and a name of the records.
    let families = [
      "unit.", "state.", "tone.", "metric.", "series.", "role.", "language.", "loss.", "environment.", "better-",
      "reason.", "who.", "plan.", "machine.", "axis.", "label.", "better", "worse", "compare-", "stop-", "resume-",
    ]
    let unused = keys.filter { key in
      !families.contains { key.hasPrefix($0) } && !sources.contains("\"\(key)\"") && !sources.contains("'\(key)'")
    }
    #expect(unused.isEmpty, "nobody uses \(unused.sorted())")
  }

  private static func files(below folder: String) -> [String] {
    ((try? FileSystem.names(in: folder)) ?? []).flatMap { name -> [String] in
      let path = folder + "/" + name
      return name.contains(".") ? [path] : files(below: path)
    }
  }

  @Test func valuesStandAtTheirPlaces() {
    #expect(Words(.english)("of", "3", "4") == "3 of 4")
    #expect(Words(.chinese)("of", "3", "4") == "4 题答对 3 题")
    #expect(Words(.english)("no-such-key") == "no-such-key")
    // A value that looks like a place stays what it is.
    #expect(Words(.english)("of", "{1}", "4") == "{1} of 4")
    #expect(Words(.english).duration(250) == "4 min 10 s")
  }
}
