public import Diagnostics
import Glibc

/// How the loader reaches files: a seam, so that tests need no disk and a program may hold its recipes elsewhere.
public struct RecipeFiles: Sendable {
  /// The bytes of a file, at most `limit` and one more.
  public var read: @Sendable (_ path: String, _ limit: Int) throws(Diagnostic) -> [UInt8]
  /// Whether anything lies at a path.
  public var exists: @Sendable (_ path: String) -> Bool
  /// Whether a file lies there, and not a folder.
  public var isFile: @Sendable (_ path: String) -> Bool
  /// Names in a folder; empty when there is none.
  public var list: @Sendable (_ folder: String) -> [String]
  /// The absolute path of the folder that relative paths start from.
  public var workingDirectory: String

  public init(
    workingDirectory: String, read: @escaping @Sendable (String, Int) throws(Diagnostic) -> [UInt8],
    exists: @escaping @Sendable (String) -> Bool, isFile: @escaping @Sendable (String) -> Bool,
    list: @escaping @Sendable (String) -> [String]
  ) {
    self.workingDirectory = workingDirectory
    self.read = read
    self.exists = exists
    self.isFile = isFile
    self.list = list
  }

  /// The machine's files.
  public static var disk: RecipeFiles {
    RecipeFiles(
      workingDirectory: getcwd(nil, 0).map { pointer in
        defer { free(pointer) }
        return String(cString: pointer)
      } ?? "/",
      read: readFile, exists: { access($0, F_OK) == 0 }, isFile: isRegularFile, list: listFolder)
  }

  /// Files held in memory, by absolute path.
  public static func memory(_ contents: [String: String], workingDirectory: String = "/work") -> RecipeFiles {
    RecipeFiles(
      workingDirectory: workingDirectory,
      read: { path, _ throws(Diagnostic) in
        guard let text = contents[path] else { throw Diagnostic(code: "unreadable-file", "cannot read \(path)") }
        return Array(text.utf8)
      },
      exists: { path in contents.keys.contains { $0 == path || $0.hasPrefix(path + "/") } },
      isFile: { contents[$0] != nil },
      list: { folder in
        contents.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) }.sorted()
      })
  }

  /// An absolute path without `.`, `..` and doubled slashes, resolved by its text alone.
  public func absolute(_ path: String, in directory: String? = nil) -> String {
    let base = directory ?? workingDirectory
    let full = path.hasPrefix("/") ? path : (base.hasPrefix("/") ? base : workingDirectory + "/" + base) + "/" + path
    var parts: [Substring] = []
    for part in full.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// The folder part of an absolute path.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}

private func readFile(_ path: String, _ limit: Int) throws(Diagnostic) -> [UInt8] {
  let waits = path.hasPrefix("/dev/") || path.hasPrefix("/proc/") ? 0 : O_NONBLOCK
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | waits)
  guard descriptor >= 0 else { throw unreadable(path) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
  let type = status.st_mode & S_IFMT
  guard type != S_IFDIR else {
    throw Diagnostic(code: "unreadable-file", "\(path) is a folder, not a recipe", location: SourceLocation(file: path))
  }
  // A named pipe that nobody writes to would wait for ever; the shell's own pipes lie in /dev.
  guard type == S_IFREG || path.hasPrefix("/dev/") || path.hasPrefix("/proc/") else {
    throw Diagnostic(code: "unreadable-file", "\(path) is not a file", location: SourceLocation(file: path))
  }
  var bytes: [UInt8] = []
  while bytes.count <= limit {
    let room = min(max(Int(clamping: status.st_size) - bytes.count + 1, 4096), limit + 1 - bytes.count)
    guard room > 0 else { break }
    let start = bytes.count
    var count = 0
    var failed = false
    bytes.append(contentsOf: repeatElement(0, count: room))
    bytes.withUnsafeMutableBytes { buffer in
      repeat {
        count = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: start), room)
      } while count < 0 && errno == EINTR
      failed = count < 0
    }
    if failed { throw unreadable(path) }
    bytes.removeLast(room - max(count, 0))
    if count == 0 { break }
  }
  return bytes
}

private func unreadable(_ path: String) -> Diagnostic {
  Diagnostic(
    code: "unreadable-file", "cannot read the file: \(String(cString: strerror(errno)))",
    location: SourceLocation(file: path))
}

private func isRegularFile(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

private func listFolder(_ path: String) -> [String] {
  guard let folder = opendir(path) else { return [] }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names.sorted()
}
