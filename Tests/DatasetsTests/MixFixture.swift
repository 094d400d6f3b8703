import Conversations
import Platform
import TestSupport

@testable import Datasets

/// What the tests of mixing mix.
enum MixFixture {
  /// Rows `prefix 1`…; `copies` of the first come at the end.
  static func input(
    _ folder: TemporaryFolder, _ name: String, _ role: RowRole, rows: Int, cap: Int? = nil, copies: Int = 0,
    text: String? = nil
  ) throws -> MixInput {
    let prefix = text ?? name
    var lines = (0..<rows).map { "{\"query\":\"\(prefix) \($0)\",\"response\":\"r\"}\n" }
    lines += [String](repeating: lines.first ?? "", count: copies)
    let path = try folder.write(name + ".jsonl", lines.joined())
    return MixInput(
      name: name, role: role, digest: SHA256.hash("digest-" + name), files: try DatasetFiles(path: path), rowCap: cap)
  }

  static func options(_ change: (inout MixOptions) -> Void) -> MixOptions {
    var options = MixOptions()
    change(&options)
    return options
  }
}
