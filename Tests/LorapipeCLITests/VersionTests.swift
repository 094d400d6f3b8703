import JSON
import Testing

@testable import LorapipeCLI

/// What a person quotes in a report: which release, which commit, which kernels.
@Suite struct VersionTests {
  @Test func versionNamesCommitAndKernels() throws {
    let program = try Program()
    defer { program.remove() }
    let text = program.run("version").output
    #expect(text.hasPrefix("lorapipe \(Lorapipe.version) (commit "), "\(text)")
    let json = try #require(program.run("version --json").json)
    #expect(json["version"]?.stringValue == Lorapipe.version)
    let commit = try #require(json["commit"]?.stringValue)
    #expect(!commit.isEmpty && text.contains("(commit \(commit))"))
    for part in ["training", "generation"] {
      let kernels = try #require(json["kernels"]?[part]?.stringValue)
      #expect(!kernels.isEmpty && text.contains("\(part) \(kernels)"))
    }
  }

  /// The release scripts read the version from this line of this file.
  @Test func theVersionStandsWhereTheScriptsLookForIt() {
    let source = Files.read(
      String(#filePath.dropLast("Tests/LorapipeCLITests/VersionTests.swift".count))
        + "Sources/Product/LorapipeCLI/Version.swift")
    #expect(source.contains("static let version = \"\(Lorapipe.version)\"\n"))
  }
}
