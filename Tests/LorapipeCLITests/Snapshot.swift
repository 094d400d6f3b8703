import Glibc
import Platform
import Testing

@testable import LorapipeCLI

/// A text kept in `Tests/Fixtures`, compared whole.
struct Snapshot {
  let path: String

  init(_ name: String, file: String = #filePath) {
    let tests = file.split(separator: "/").dropLast(2).joined(separator: "/")
    path = "/\(tests)/Fixtures/\(name)"
  }

  func check(_ text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
    if Environment.value("LORAPIPE_UPDATE_SNAPSHOTS") == "1" {
      try LocalText.write(path, text)
      return
    }
    #expect(LocalText.read(path) == text, "differs from \(path)", sourceLocation: sourceLocation)
  }
}
