import Platform

/// What lies in a folder.
enum FileListing {
  static func isDirectory(_ path: String) -> Bool { FileStamp.of(path)?.isDirectory ?? false }
  static func isFile(_ path: String) -> Bool { FileStamp.of(path)?.isRegularFile ?? false }

  /// Names in a folder, sorted, without `.` and `..`; empty when it cannot be read.
  static func names(in path: String) -> [String] { (try? FileSystem.names(in: path)) ?? [] }

  /// - Throws: `Diagnostic` when it cannot be made.
  static func makeDirectory(_ path: String) throws {
    if !isDirectory(path) { try FileSystem.makeDirectory(path) }
  }

  /// Paths of regular files whose name ends in `suffix`, depth first, in order of their names.
  static func files(below path: String, suffix: String, maximumDepth: Int) -> [String] {
    guard maximumDepth > 0 else { return [] }
    return names(in: path).flatMap { name -> [String] in
      let full = path + "/" + name
      if isDirectory(full) { return files(below: full, suffix: suffix, maximumDepth: maximumDepth - 1) }
      return name.hasSuffix(suffix) && isFile(full) ? [full] : []
    }
  }
}
