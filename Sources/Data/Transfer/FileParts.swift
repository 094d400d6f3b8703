public import Diagnostics
import Glibc
import Platform
import Synchronization

/// One file that is published in parts, such as a model that is spread over packages: its parts in their order, and the
/// name of what they make.
public struct FileParts: Sendable, Hashable {
  public let sources: [FetchSource]
  /// A file's name, without a folder.
  public let name: String

  /// - Throws: `Diagnostic` for no part, one that is named twice, a gap or a turn in their numbers, two versions, a name
  ///   that is none.
  public init(_ sources: [FetchSource], name: String) throws(Diagnostic) {
    guard SafePath.components(name)?.count == 1, !name.utf8.contains(UInt8(ascii: "/")) else {
      throw Diagnostic(
        code: "bad-join", "'\(name)' cannot name a file", remedy: "write join: model.gguf",
        location: SourceLocation(file: "join"))
    }
    guard !sources.isEmpty else { throw Self.bad("a file needs at least one part", "name its sources in order") }
    if let index = sources.firstIndex(where: { if case .file = $0 { true } else { false } }) {
      throw Self.bad(
        "part \(index + 1), '\(sources[index].canonical)', is on this machine",
        "join local files with cat, and give the result as file:…")
    }
    var seen: Set<String> = []
    for source in sources where !seen.insert(source.canonical).inserted {
      throw Self.bad("'\(source.canonical)' is named twice", "name each part once")
    }
    var versions: [String] = []
    var names: [String] = []
    for case .wheel(let name, let version) in sources {
      if !versions.contains(version) { versions.append(version) }
      names.append(name.lowercased())
    }
    guard versions.count < 2 else {
      throw Self.bad(
        "the parts are of \(versions.count) versions: \(versions.prefix(4).joined(separator: ", "))",
        "take all parts of one version")
    }
    if names.count != sources.count { names = sources.map(\.canonical) }
    try Self.checkOrder(names)
    self.sources = sources
    self.name = name
  }

  private static func bad(_ message: String, _ remedy: String) -> Diagnostic {
    Diagnostic(code: "bad-parts", message, remedy: remedy, location: SourceLocation(file: "source"))
  }

  /// Names that differ only in a number must count up by one: a part that is missing or misplaced makes another file.
  static func checkOrder(_ names: [String]) throws(Diagnostic) {
    // `…part2of3`, `…-00002-of-00003`: the number before "of" is the part's, the one after it says how many there are.
    let counted = names.compactMap {
      $0.lowercased().firstMatch(of: #/([0-9]+)[-_.]?of[-_.]?([0-9]+)(?!.*[0-9][-_.]?of[-_.]?[0-9])/#)
    }
    if counted.count == names.count {
      for (index, match) in counted.enumerated() where Int(match.1) != index + 1 || Int(match.2) != names.count {
        throw bad(
          "'\(names[index])' stands at place \(index + 1) of \(names.count)",
          "name all parts, in the order of their numbers")
      }
      return
    }
    let numbered = names.compactMap(Numbered.init)
    guard names.count > 1, numbered.count == names.count, Set(numbered.map(\.frame)).count == 1 else { return }
    for (before, after) in zip(numbered, numbered.dropFirst()) where after.number != before.number &+ 1 {
      throw bad(
        "part \(after.number) follows part \(before.number)",
        after.number > before.number
          ? "add the parts between them" : "write the parts in the order of their numbers")
    }
  }

  /// A name around its last number.
  private struct Numbered {
    var number: Int
    /// The name with the number left out.
    var frame: String

    init?(_ name: String) {
      let digits = name.reversed().drop { !$0.isWholeNumber || !$0.isASCII }.prefix { $0.isWholeNumber && $0.isASCII }
      guard let number = Int(String(digits.reversed())) else { return nil }
      self.number = number
      let tail = name.reversed().prefix { !$0.isWholeNumber || !$0.isASCII }
      frame = String(name.dropLast(tail.count + digits.count)) + "\u{0}" + String(tail.reversed())
    }
  }
}

extension Fetcher {
  private static let parallelParts = 3

  /// Brings every part and lays them end to end in one file.
  ///
  /// Parts that are whole in `work` are not brought again. Each wheel is compared with its own record, each file of a hub
  /// with the digest the hub gives.
  /// - Parameters:
  ///   - request: filter and digest; its source is not looked at. The digest is the joined file's.
  ///   - resolved: what `resolve` said of each part.
  /// - Throws: `Diagnostic`; `bad-parts` when a part is not one file, or the files' own numbers do not count up.
  public func download(
    _ parts: FileParts, _ request: FetchRequest, _ resolved: [ResolvedSource], to output: String, work: String,
    progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
  ) throws(Diagnostic) -> FetchSummary {
    let count = parts.sources.count
    guard resolved.count == count else {
      throw Diagnostic(code: "bad-resolution", "a stored resolution is damaged", remedy: "Run 'lorapipe lock' again.")
    }
    try FileSystem.makeDirectory(work)
    let meter = PartMeter(count: count, report: progress)
    let files = try parallelMap(count, threads: Self.parallelParts) { index throws(Diagnostic) in
      var part = request
      part.source = parts.sources[index]
      part.sha256 = nil
      let file = try self.part(part, resolved[index], number: index + 1, work: work + "/part-\(index + 1)")
      meter.add(FileStamp.of(file)?.size ?? 0, parts.sources[index].canonical)
      return file
    }
    try FileParts.checkOrder(files.map { FileSystem.name(of: $0) })
    let target = output + "/" + parts.name
    try Self.join(files, to: target, isCancelled: access.isCancelled)
    let digest = try hashFile(target).digest.hex
    if let expected = request.sha256, expected.lowercased() != digest {
      throw Diagnostic(
        code: "sha256-mismatch", "the joined file has the SHA-256 \(digest), not the one expected",
        remedy: "Correct sha256:, or the parts and their order.")
    }
    return FetchSummary(files: [.init(path: parts.name, size: FileStamp.of(target)?.size ?? 0, sha256: digest)])
  }

  /// The one file of a part.
  private func part(
    _ request: FetchRequest, _ resolved: ResolvedSource, number: Int, work: String
  ) throws(Diagnostic) -> String {
    let (files, marker) = (work + "/files", work + "/whole")
    try FileSystem.makeDirectory(work)
    if let name = try FileSystem.readIfPresent(marker).map({ String(decoding: $0, as: UTF8.self) }),
      FileStamp.of(files + "/" + name) != nil
    {
      return files + "/" + name
    }
    try FileSystem.removeTree(files)
    try FileSystem.makeDirectory(files)
    let summary = try download(request, resolved, to: files, work: work + "/work")
    guard summary.files.count == 1, let file = summary.files.first else {
      let names = summary.files.prefix(4).map(\.path).joined(separator: ", ")
      throw Diagnostic(
        code: "bad-parts", "part \(number), '\(request.source.canonical)', has \(summary.files.count) files: \(names)",
        remedy: "choose the one by include:, such as include: [\"*.bin\"]")
    }
    try FileSystem.replace(marker, with: Array(file.path.utf8))
    return files + "/" + file.path
  }

  private static func join(
    _ files: [String], to target: String, isCancelled: () -> Bool
  ) throws(Diagnostic) {
    let output = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw systemFailure("write", path: target) }
    defer { close(output) }
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    for path in files {
      let input = open(path, O_RDONLY | O_CLOEXEC)
      guard input >= 0 else { throw systemFailure("read", path: path) }
      defer { close(input) }
      while true {
        if isCancelled() { throw HTTPClient.cancelled }
        let count = read(input, &chunk, chunk.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw systemFailure("read", path: path) }
        if count == 0 { break }
        try FileSystem.writeAll(output, Array(chunk[..<count]), path: target)
      }
    }
  }
}

/// Adds up the parts that are there.
private final class PartMeter: Sendable {
  private let count: Int
  private let report: @Sendable (FetchProgress) -> Void
  private let done: Mutex<(parts: Int, bytes: Int64)> = Mutex((0, 0))

  init(count: Int, report: @escaping @Sendable (FetchProgress) -> Void) {
    self.count = count
    self.report = report
  }

  func add(_ bytes: Int64, _ name: String) {
    done.withLock { done in
      done.parts += 1
      done.bytes &+= bytes
      report(FetchProgress(bytes: done.bytes, totalBytes: nil, file: "part \(done.parts) of \(count): \(name)"))
    }
  }
}
