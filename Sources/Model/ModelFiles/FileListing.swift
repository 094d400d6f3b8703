import Diagnostics
import Glibc

/// What lies in a folder.
enum FileListing {
  static func isDirectory(_ path: String) -> Bool { kind(path) == S_IFDIR }
  static func isFile(_ path: String) -> Bool { kind(path) == S_IFREG }

  private static func kind(_ path: String) -> mode_t {
    var status = stat()
    guard stat(path, &status) == 0 else { return 0 }
    return status.st_mode & S_IFMT
  }

  /// Names in a folder, sorted, without `.` and `..`; empty when it cannot be read.
  static func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
          String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// - Throws: `Diagnostic` (`cannot-write-file`).
  static func makeDirectory(_ path: String) throws {
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw Diagnostic(
        code: "cannot-write-file", "cannot make the folder '\(path)': \(String(cString: strerror(errno)))",
        location: SourceLocation(file: path))
    }
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
