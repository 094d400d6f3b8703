import CCrypto
public import Diagnostics
import Platform

/// A file to upload: its place in the repository, and where its bytes are.
public struct UploadFile: Sendable, Hashable {
  public enum Content: Sendable, Hashable {
    case file(String)
    case bytes([UInt8])
  }

  /// Relative to the repository.
  public var path: String
  public var content: Content

  public init(path: String, content: Content) {
    self.path = path
    self.content = content
  }

  /// The files below a folder, links to files followed, in the order of their paths.
  /// - Returns: also what is left out, as paths: what the hubs' own programs keep in folders, links to folders, and what
  ///   is no file.
  public static func all(in folder: String) throws(Diagnostic) -> (files: [UploadFile], skipped: [String]) {
    var files: [UploadFile] = []
    var skipped: [String] = []
    try collect(folder, "", depth: 0, &files, &skipped)
    return (files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }, skipped)
  }

  private static let bookkeeping: Set<String> = [".git", ".cache", ".ms_upload_cache", ".DS_Store", "._____temp"]

  private static func collect(
    _ folder: String, _ prefix: String, depth: Int, _ files: inout [UploadFile], _ skipped: inout [String]
  ) throws(Diagnostic) {
    for name in try FileSystem.names(in: folder) {
      let path = folder + "/" + name
      guard !bookkeeping.contains(name), let stamp = FileStamp.of(path),
        let own = FileStamp.of(path, followingLinks: false)
      else {
        skipped.append(prefix + name)
        continue
      }
      if stamp.isRegularFile {
        files.append(UploadFile(path: prefix + name, content: .file(path)))
      } else if stamp.isDirectory, !own.isSymbolicLink, depth < 16 {
        try collect(path, prefix + name + "/", depth: depth + 1, &files, &skipped)
      } else {
        skipped.append(prefix + name)
      }
    }
  }
}

/// A file whose bytes are known: what both hubs ask of it.
struct PreparedFile: Sendable {
  var path: String
  var content: UploadFile.Content
  var size: Int64
  /// Of the whole file.
  var sha256: Digest
  /// The first bytes, by which Hugging Face tells text from weights.
  var sample: [UInt8]
  /// What the file was when it was hashed; `nil` for bytes in memory.
  private var stamp: FileStamp?

  /// A file that goes into a commit itself must fit in memory.
  static let largestInline: Int64 = 64 << 20

  init(_ file: UploadFile) throws(Diagnostic) {
    guard SafePath.normalized(file.path) == file.path else {
      throw Diagnostic(
        code: "bad-upload-path", "'\(file.path)' cannot be the path of a file in a repository",
        remedy: "Rename the file: no '..', backslashes or control characters.")
    }
    path = file.path
    content = file.content
    switch file.content {
    case .bytes(let bytes):
      size = Int64(bytes.count)
      sha256 = SHA256.hash(bytes)
      sample = Array(bytes.prefix(512))
    case .file(let source):
      let hashed = try hashFile(source)
      size = hashed.stamp.size
      sha256 = hashed.digest
      stamp = hashed.stamp
      sample = ReadableFile(source)?.bytes(from: 0, limit: 512) ?? []
    }
  }

  /// - Throws: `file-changed` when the file is not what was hashed.
  func requireUnchanged() throws(Diagnostic) {
    guard case .file(let source) = content, let stamp else { return }
    guard let now = FileStamp.of(source), now.isSameContent(as: stamp) else {
      throw Diagnostic(
        code: "file-changed", "'\(source)' was changed while it was being uploaded",
        remedy: "Wait until nothing writes to it, then push again. What was uploaded before is not sent again.")
    }
  }

  /// All bytes, for a commit that holds them.
  func bytes() throws(Diagnostic) -> [UInt8] {
    guard size <= Self.largestInline else {
      throw Diagnostic(
        code: "file-too-large", "the hub wants '\(path)' inside the commit, and it has \(size) bytes",
        remedy: "Compress it, or give it a name that the hub stores as a large file.")
    }
    switch content {
    case .bytes(let bytes): return bytes
    case .file(let source):
      try requireUnchanged()
      let bytes = try FileSystem.read(source)
      guard SHA256.hash(bytes) == sha256 else {
        throw Diagnostic(
          code: "file-changed", "'\(source)' was changed while it was being uploaded", remedy: "Push again.")
      }
      return bytes
    }
  }

  /// The identifier that Git gives to a file's content.
  func gitIdentifier() throws(Diagnostic) -> String {
    let bytes = try bytes()
    let whole = Array("blob \(bytes.count)\0".utf8) + bytes
    var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
    SHA1(whole, whole.count, &digest)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// The body of a request that sends `size` bytes from `offset`.
  func body(offset: Int64, size: Int64) -> HTTPRequest.Body {
    switch content {
    case .file(let source): .file(path: source, size: size)
    case .bytes(let bytes): .bytes(Array(bytes[Int(offset)..<Int(offset + size)]))
    }
  }
}
