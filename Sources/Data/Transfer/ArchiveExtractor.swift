import CArchive
public import Diagnostics
import Glibc
import Platform

/// Bounds on what an archive may unfold into.
public struct ArchiveLimits: Sendable, Hashable {
  public var entries = 200_000
  /// Bytes written in all; by default 1 GiB or 100 times the archive, whichever is more.
  public var bytes: Int64?

  public init() {}

  func bytes(forArchiveOf size: Int64) -> Int64 {
    bytes ?? max(1 << 30, size.multipliedReportingOverflow(by: 100).overflow ? .max : size * 100)
  }
}

/// Unpacks zip, tar and 7-zip archives, compressed in any usual way, into a folder they cannot leave.
///
/// Every name is checked before anything is made; nothing is written through a link, because links are never made: one to a
/// file of the same archive becomes a copy of it, any other is an error. So are devices, pipes, encrypted entries, and two
/// entries of one name.
public struct ArchiveExtractor: Sendable {
  public var limits: ArchiveLimits
  private let isCancelled: @Sendable () -> Bool

  public init(limits: ArchiveLimits = ArchiveLimits(), isCancelled: @escaping @Sendable () -> Bool = { false }) {
    self.limits = limits
    self.isCancelled = isCancelled
  }

  private static let suffixes = [
    ".zip", ".whl", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tar.lz4", ".7z",
  ]

  /// Whether a file's name promises an archive.
  public static func isArchive(named name: String) -> Bool {
    let name = name.lowercased()
    return suffixes.contains { name.hasSuffix($0) }
  }

  /// Unpacks into an existing empty folder.
  /// - Parameters:
  ///   - name: what messages call the archive.
  ///   - filter: which files are written.
  /// - Returns: the files written, in the order of their paths, with size and SHA-256.
  public func extract(
    _ path: String, named name: String, to folder: String, filter: GlobFilter = GlobFilter()
  ) throws(Diagnostic) -> [ResolvedSource.File] {
    // libarchive converts names through the locale, and that of a program that set none is ASCII.
    let locale = newlocale(Int32(LC_CTYPE_MASK), "C.UTF-8", nil)
    let previous = uselocale(locale)
    defer {
      uselocale(previous)
      if let locale { freelocale(locale) }
    }
    let run = try ArchiveRun(path, name: name, folder: folder, filter: filter, limits: limits)
    while try run.nextEntry() {
      if isCancelled() { throw HTTPClient.cancelled }
    }
    return try run.finish()
  }
}

/// The kinds of entry as libarchive's macros, which Swift cannot see, number them.
private enum EntryType {
  static let folder: mode_t = 0o040000
  static let file: mode_t = 0o100000
  static let link: mode_t = 0o120000
}

/// One pass over an archive.
private final class ArchiveRun {
  struct Link {
    var path: [String]
    var target: [String]
  }

  private let archive: OpaquePointer
  private let name: String
  private let folder: String
  private let filter: GlobFilter
  private let maximumEntries: Int
  private var bytesLeft: Int64
  private var entries = 0
  /// Every path seen: whether it is a folder.
  private var seen: [String: Bool] = [:]
  private var files: [ResolvedSource.File] = []
  private var links: [Link] = []

  init(
    _ path: String, name: String, folder: String, filter: GlobFilter, limits: ArchiveLimits
  ) throws(Diagnostic) {
    guard let stamp = FileStamp.of(path) else { throw systemFailure("read", path: path) }
    guard lp_archive_is_here() != 0 else {
      throw Diagnostic(
        code: "no-libarchive", "cannot unpack '\(name)': libarchive is not installed",
        remedy: "install it: apt-get install libarchive13")
    }
    guard let archive = lp_archive_read_new() else { throw systemFailure("read", path: path, errno: ENOMEM) }
    self.archive = archive
    self.name = name
    self.folder = folder
    self.filter = filter
    maximumEntries = limits.entries
    bytesLeft = limits.bytes(forArchiveOf: stamp.size)
    lp_archive_read_support_format_zip(archive)
    lp_archive_read_support_format_tar(archive)
    lp_archive_read_support_format_7zip(archive)
    lp_archive_read_support_filter_gzip(archive)
    lp_archive_read_support_filter_bzip2(archive)
    lp_archive_read_support_filter_xz(archive)
    lp_archive_read_support_filter_zstd(archive)
    lp_archive_read_support_filter_lz4(archive)
    guard lp_archive_read_open_filename(archive, path, 1 << 16) == ARCHIVE_OK else { throw failure("cannot be opened") }
  }

  deinit { lp_archive_read_free(archive) }

  private func failure(_ what: String, code: String = "bad-archive") -> Diagnostic {
    // Of an archive that can be read but not trusted, libarchive knows nothing wrong.
    let reason = code == "bad-archive" ? lp_archive_error_string(archive).map { ": " + String(cString: $0) } : nil
    return Diagnostic(
      code: code, "the archive '\(name)' \(what + (reason ?? ""))",
      remedy: code == "bad-archive" ? "Get it again; it may be damaged or of an unknown kind." : "Do not use it.")
  }

  /// - Returns: false at the end.
  func nextEntry() throws(Diagnostic) -> Bool {
    var entry: OpaquePointer?
    let status = lp_archive_read_next_header(archive, &entry)
    if status == ARCHIVE_EOF { return false }
    guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else { throw failure("is damaged") }
    entries += 1
    guard entries <= maximumEntries else {
      throw failure("has more than \(maximumEntries) entries", code: "archive-bomb")
    }
    let written = try pathname(entry)
    let type = lp_archive_entry_filetype(entry)
    if type == EntryType.folder, SafePath.normalized(written) == nil, written.allSatisfy({ $0 == "." || $0 == "/" }),
      !written.hasPrefix("/"), !written.contains("..")
    {
      return true
    }
    guard let path = SafePath.components(written) else {
      throw failure("has an entry that would leave its folder: '\(written)'", code: "unsafe-archive")
    }
    if lp_archive_entry_is_encrypted(entry) != 0 { throw failure("is encrypted", code: "encrypted-archive") }
    if let target = try linkTarget(entry, type, path) {
      try claim(path, isFolder: false)
      links.append(Link(path: path, target: target))
    } else if type == EntryType.folder {
      try claim(path, isFolder: true)
    } else if type == EntryType.file {
      try claim(path, isFolder: false)
      let joined = path.joined(separator: "/")
      if filter.accepts(joined) { try write(entry, joined) }
    } else {
      throw failure("has an entry that is neither file nor folder: '\(written)'", code: "unsafe-archive")
    }
    return true
  }

  private func pathname(_ entry: OpaquePointer) throws(Diagnostic) -> String {
    if let text = lp_archive_entry_pathname_utf8(entry), let name = String(validatingCString: text) { return name }
    // Without a locale libarchive cannot convert; the raw bytes are UTF-8 in nearly all archives.
    guard let text = lp_archive_entry_pathname(entry), let name = String(validatingCString: text) else {
      throw failure("has an entry whose name is not UTF-8", code: "unsafe-archive")
    }
    return name
  }

  private func linkTarget(
    _ entry: OpaquePointer, _ type: mode_t, _ path: [String]
  ) throws(Diagnostic) -> [String]? {
    if let text = lp_archive_entry_hardlink(entry) {
      guard let target = SafePath.components(String(cString: text)) else {
        throw failure(
          "has a link that would leave its folder: '\(path.joined(separator: "/"))'", code: "unsafe-archive")
      }
      return target
    }
    guard type == EntryType.link else { return nil }
    guard let text = lp_archive_entry_symlink(entry),
      let target = SafePath.target(ofLinkAt: path, to: String(cString: text))
    else {
      throw failure("has a link that would leave its folder: '\(path.joined(separator: "/"))'", code: "unsafe-archive")
    }
    return target
  }

  /// Notes a path and its folders, and refuses a second file of one name, or a file where a folder is.
  private func claim(_ path: [String], isFolder: Bool) throws(Diagnostic) {
    var above = ""
    for part in path.dropLast() {
      above += above.isEmpty ? part : "/" + part
      if seen[above] == false {
        throw failure("puts an entry below the file '\(above)'", code: "unsafe-archive")
      }
      seen[above] = true
    }
    let joined = path.joined(separator: "/")
    if let known = seen[joined], !(known && isFolder) {
      throw failure("has two entries named '\(joined)'", code: "unsafe-archive")
    }
    seen[joined] = isFolder
  }

  private func write(_ entry: OpaquePointer, _ path: String) throws(Diagnostic) {
    let target = folder + "/" + path
    try FileSystem.makeDirectory(FileSystem.parent(of: target))
    let mode: mode_t = lp_archive_entry_perm(entry) & 0o111 != 0 ? 0o755 : 0o644
    let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw systemFailure("write", path: target) }
    defer { close(descriptor) }
    var length: Int64 = 0
    while true {
      var block: UnsafeRawPointer?
      var size = 0
      var offset: la_int64_t = 0
      let status = lp_archive_read_data_block(archive, &block, &size, &offset)
      if status == ARCHIVE_EOF { break }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN else { throw failure("is damaged inside '\(path)'") }
      let (end, overflow) = Int64(offset).addingReportingOverflow(Int64(size))
      guard !overflow, offset >= 0, end - length <= bytesLeft else {
        throw failure("unfolds into more bytes than are allowed, in '\(path)'", code: "archive-bomb")
      }
      if end > length {
        bytesLeft -= end - length
        length = end
      }
      try writeBlock(UnsafeRawBufferPointer(start: block, count: size), descriptor, at: Int64(offset), target)
    }
    // A sparse file may end in a hole.
    guard ftruncate(descriptor, off_t(length)) == 0 else { throw systemFailure("write", path: target) }
    files.append(ResolvedSource.File(path: path, size: length))
  }

  private func writeBlock(
    _ block: UnsafeRawBufferPointer, _ descriptor: Int32, at offset: Int64, _ path: String
  ) throws(Diagnostic) {
    var written = 0
    while written < block.count, let base = block.baseAddress {
      let count = pwrite(descriptor, base + written, block.count - written, off_t(offset) + written)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw systemFailure("write", path: path) }
      written += count
    }
  }

  /// Turns links into copies, and hashes what was written.
  func finish() throws(Diagnostic) -> [ResolvedSource.File] {
    guard entries > 0 else { throw failure("is empty") }
    var sizes: [String: Int64] = [:]
    for file in files { sizes[file.path] = file.size }
    for link in links {
      let path = link.path.joined(separator: "/")
      guard filter.accepts(path) else { continue }
      let target = link.target.joined(separator: "/")
      guard let size = sizes[target], size <= bytesLeft else {
        throw failure("has a link to what is no file of it: '\(path)'", code: "unsafe-archive")
      }
      bytesLeft -= size
      try FileSystem.makeDirectory(FileSystem.parent(of: folder + "/" + path))
      try FileSystem.copy(folder + "/" + target, to: folder + "/" + path, mode: 0o644)
      files.append(ResolvedSource.File(path: path, size: size))
    }
    guard !files.isEmpty else {
      throw Diagnostic(
        code: "no-files", "no file of the archive '\(name)' is included", remedy: "Check include: and exclude:.")
    }
    var hashed = files
    for index in hashed.indices {
      hashed[index].sha256 = try hashFile(folder + "/" + hashed[index].path).digest.hex
    }
    return hashed.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }
}
