public import Diagnostics
import Glibc
import Platform
import Synchronization

/// What a download brought.
public struct FetchSummary: Sendable, Hashable {
  /// The files below the output folder, in the order of their paths.
  public var files: [ResolvedSource.File] = []
  /// Bytes that lay there from an earlier try.
  public var resumedBytes: Int64 = 0
  /// The digest of the archive or wheel, when one was unpacked.
  public var archiveSHA256: String?

  public var bytes: Int64 { files.reduce(0) { $0 &+ ($1.size ?? 0) } }
}

extension Fetcher {
  private static let parallelFiles = 4

  /// Downloads what was resolved into a folder, several files at a time.
  /// - Parameters:
  ///   - output: an existing folder, empty.
  ///   - work: a folder on the same file system that outlives a crash: what was begun there is continued.
  public func download(
    _ request: FetchRequest, _ resolved: ResolvedSource, to output: String, work: String,
    progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
  ) throws(Diagnostic) -> FetchSummary {
    try FileSystem.makeDirectory(work)
    switch request.source {
    case .wheel(let name, let version):
      return try downloadWheel(name, version, request.filter, to: output, work: work)
    case .file(let path): return try take(path, request, to: output)
    case .url, .repository: break
    }
    let tasks = try resolved.files.map { file throws(Diagnostic) in try task(request.source, resolved, file) }
    let meter = ProgressMeter(total: resolved.totalSize, report: progress)
    let partials = resolved.files.map { work + "/" + SHA256.hash($0.path + "\n" + resolved.revision).hex + ".partial" }
    for partial in partials { meter.resumed(size(partial)) }
    try checkRoom(resolved, begun: meter.resumedBytes, in: work)
    let results = try parallelMap(tasks.count, threads: Self.parallelFiles) { index throws(Diagnostic) in
      let path = resolved.files[index].path
      let result = try FileDownload(tasks[index], path: partials[index], client: access.client()) { bytes in
        meter.update(index, bytes, path)
      }.run()
      return ResolvedSource.File(path: path, size: result.size, sha256: result.sha256)
    }
    if case .url = request.source, request.unpacksArchives, let file = results.first,
      ArchiveExtractor.isArchive(named: file.path)
    {
      let files = try ArchiveExtractor(isCancelled: access.isCancelled).extract(
        partials[0], named: file.path, to: output, filter: request.filter)
      unlink(partials[0])
      return FetchSummary(files: files, resumedBytes: meter.resumedBytes, archiveSHA256: file.sha256)
    }
    for (file, partial) in zip(results, partials) {
      let target = output + "/" + file.path
      try FileSystem.makeDirectory(FileSystem.parent(of: target))
      guard rename(partial, target) == 0 else { throw systemFailure("write", path: target) }
    }
    return FetchSummary(files: results, resumedBytes: meter.resumedBytes)
  }

  /// Says before anything is downloaded when it cannot fit.
  private func checkRoom(_ resolved: ResolvedSource, begun: Int64, in folder: String) throws(Diagnostic) {
    var status = statvfs()
    guard let total = resolved.totalSize, statvfs(folder, &status) == 0 else { return }
    let (room, overflow) = Int64(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int64(clamping: status.f_frsize))
    guard !overflow, total - min(begun, total) > room else { return }
    throw Diagnostic(
      code: "disk-full",
      "'\(resolved.source)' needs \(byteText(total - begun)), and the disk has \(byteText(room)) free",
      remedy: "Free some space, or take fewer files by include:.")
  }

  private func size(_ path: String) -> Int64 { FileStamp.of(path)?.size ?? 0 }

  private func task(
    _ source: FetchSource, _ resolved: ResolvedSource, _ file: ResolvedSource.File
  ) throws(Diagnostic) -> DownloadTask {
    guard SafePath.normalized(file.path) == file.path else {
      throw Diagnostic(code: "unsafe-path", "'\(file.path)' would leave its folder")
    }
    let what = "'\(file.path)' of '\(resolved.source)'"
    switch source {
    case .repository(let hub, let content, let id):
      let url =
        hub == .huggingFace
        ? access.hubs.huggingFace.fileURL(content, id, resolved.reference, file.path)
        : access.hubs.modelScope.fileURL(content, id, resolved.reference, file.path)
      return DownloadTask(
        url: url, secretHeaders: access.hubs.secretHeaders(hub), tokenName: HubEnvironment.tokenName(hub), what: what,
        size: file.size, sha256: file.sha256)
    case .url(let url): return DownloadTask(url: url, what: what, size: file.size, sha256: file.sha256)
    case .file, .wheel: throw Diagnostic(code: "bad-source", "\(what) is not on a server")
    }
  }

  /// A local file, copied, or its content when it is an archive.
  private func take(_ path: String, _ request: FetchRequest, to output: String) throws(Diagnostic) -> FetchSummary {
    let name = FileSystem.name(of: path)
    let digest = try hashFile(path).digest.hex
    if let expected = request.sha256, expected.lowercased() != digest {
      throw Diagnostic(
        code: "sha256-mismatch", "'\(path)' has the SHA-256 \(digest), not the one expected",
        remedy: "Correct sha256:, or get the file again.")
    }
    if request.unpacksArchives, ArchiveExtractor.isArchive(named: name) {
      let files = try ArchiveExtractor(isCancelled: access.isCancelled).extract(
        path, named: name, to: output, filter: request.filter)
      return FetchSummary(files: files, archiveSHA256: digest)
    }
    try FileSystem.copy(path, to: output + "/" + name, mode: 0o644)
    return FetchSummary(files: [.init(path: name, size: size(path), sha256: digest)])
  }
}

/// Adds up what several files' downloads report.
private final class ProgressMeter: Sendable {
  private struct State {
    var bytes: [Int: Int64] = [:]
    var resumed: Int64 = 0
    var lastReport: Double = 0
  }

  /// Seconds between two reports; a fast download brings thousands of pieces a second.
  private static let interval = 0.1

  private let state = Mutex(State())
  private let total: Int64?
  private let report: @Sendable (FetchProgress) -> Void

  init(total: Int64?, report: @escaping @Sendable (FetchProgress) -> Void) {
    self.total = total
    self.report = report
  }

  var resumedBytes: Int64 { state.withLock { $0.resumed } }

  func resumed(_ bytes: Int64) { state.withLock { $0.resumed += bytes } }

  func update(_ index: Int, _ bytes: Int64, _ file: String) {
    let now = SystemClock.monotonic()
    // Reported under the lock, so that reports come one at a time and in order.
    state.withLock { state in
      state.bytes[index] = bytes
      let sum = state.bytes.values.reduce(0, &+)
      guard now - state.lastReport >= Self.interval || sum == total else { return }
      state.lastReport = now
      report(FetchProgress(bytes: sum, totalBytes: total, file: file))
    }
  }
}
