import Diagnostics
import Glibc
import Platform

/// One file to get.
struct DownloadTask: Sendable {
  var url: String
  var secretHeaders: [String] = []
  /// The variable that would hold a token for this server.
  var tokenName: String?
  /// What messages call it.
  var what: String
  /// When they are known beforehand.
  var size: Int64?
  var sha256: String?
}

/// Downloads one file into a partial file that a later try, or a later run, continues.
///
/// A partial file is continued with `Range` when its digest is known, or when the server gave a strong ETag, which then goes
/// along as `If-Range`, so that a file that changed meanwhile begins anew. What cannot be checked is not continued.
final class FileDownload: BodyConsumer {
  private let task: DownloadTask
  private let path: String
  private let client: HTTPClient
  private let progress: (Int64) -> Void
  private var descriptor: Int32 = -1
  private var received: Int64 = 0
  private var failure: Diagnostic?

  /// - Parameters:
  ///   - path: the partial file; its ETag is kept beside it.
  ///   - progress: told how many bytes of the file are there.
  init(_ task: DownloadTask, path: String, client: HTTPClient, progress: @escaping (Int64) -> Void) {
    self.task = task
    self.path = path
    self.client = client
    self.progress = progress
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private var etagPath: String { path + ".etag" }

  /// Gets the file and checks it.
  /// - Returns: its size and SHA-256.
  func run() throws(Diagnostic) -> (size: Int64, sha256: String) {
    var failures = 0
    var furthest: Int64 = 0
    var mismatches = 0
    while true {
      try openPartial()
      if task.size == nil || received < task.size ?? 0 {
        furthest = max(furthest, received)
        if let problem = try request() {
          // A try that came further than any before is no failure in a row.
          failures = received > furthest ? 1 : failures + 1
          guard failures < client.retry.attempts else {
            throw HTTPClient.unreachable(task.url, task.what, problem.text, status: problem.status)
          }
          try client.wait(client.retry.delay(after: failures, retryAfter: problem.retryAfter))
          continue
        }
      }
      if let checked = try check() { return checked }
      mismatches += 1
      try discard()
      guard mismatches < 2 else {
        throw Diagnostic(
          code: "sha256-mismatch",
          "\(task.what) arrived damaged twice: its size or SHA-256 is not what the hub promises",
          remedy: "Try again later, or without a mirror or proxy in between.")
      }
    }
  }

  private func openPartial() throws(Diagnostic) {
    if descriptor < 0 {
      descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
      guard descriptor >= 0 else { throw systemFailure("write", path: path) }
    }
    received = Int64(lseek(descriptor, 0, SEEK_END))
    guard received >= 0 else { throw systemFailure("write", path: path) }
    let isTooLong = task.size.map { received > $0 } ?? false
    if received > 0 && (isTooLong || (task.sha256 == nil && savedETag() == nil)) { try truncate() }
  }

  private func truncate() throws(Diagnostic) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw systemFailure("write", path: path)
    }
    received = 0
    unlink(etagPath)
  }

  private func discard() throws(Diagnostic) { try truncate() }

  /// A strong ETag of the bytes there, if the server gave one.
  private func savedETag() -> String? {
    guard let bytes = try? FileSystem.readIfPresent(etagPath), bytes.count <= 1024,
      let text = String(validating: bytes, as: UTF8.self), Self.isStrong(text)
    else { return nil }
    return text
  }

  private static func isStrong(_ etag: String) -> Bool {
    etag.utf8.count > 2 && etag.hasPrefix("\"") && etag.hasSuffix("\"")
      && etag.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }

  /// One try.
  /// - Returns: what went wrong when another try may help.
  private func request() throws(Diagnostic) -> Problem? {
    var request = HTTPRequest(url: task.url, secretHeaders: task.secretHeaders)
    if received > 0 {
      request.headers.append("Range: bytes=\(received)-")
      if let etag = savedETag() { request.headers.append("If-Range: \(etag)") }
    }
    let response: HTTPResponse
    do throws(HTTPFailure) {
      response = try client.session.perform(request, consumer: self, isCancelled: client.isCancelled)
    } catch {
      if let failure { throw failure }
      if error == .stopped { return try restart() }
      return Problem(text: try HTTPClient.transientProblem(error, task.url, task.what))
    }
    if response.isSuccess { return nil }
    if response.status == 416 {
      // Either all is there already, or what is there is of another file.
      let total = response.headers["content-range"].flatMap { $0.split(separator: "/").last }.flatMap { Int64($0) }
      return total == received && received > 0 ? nil : try restart()
    }
    if RetryPolicy.isTransient(status: response.status) {
      return Problem(
        text: "the server answers \(response.status)", status: response.status,
        retryAfter: response.headers["retry-after"].flatMap(Double.init))
    }
    throw HTTPClient.refused(response, task.what, tokenName: task.tokenName)
  }

  /// What is there does not fit what the server has: the next try begins anew.
  private func restart() throws(Diagnostic) -> Problem {
    try discard()
    return Problem(text: "the server has another file than the one that was begun")
  }

  /// Why a try brought nothing.
  private struct Problem {
    var text: String
    var status: Int?
    /// Seconds after which the server wants to be asked again.
    var retryAfter: Double?
  }

  func begin(_ response: HTTPResponse) -> Bool {
    do throws(Diagnostic) {
      if response.status == 206 {
        let start = response.headers["content-range"].flatMap { Self.start(ofRange: $0) }
        guard start == received else {
          // Written at the wrong place it would be garbage.
          return false
        }
        return true
      }
      try truncate()
      if let etag = response.headers["etag"], Self.isStrong(etag) {
        try FileSystem.replace(etagPath, with: Array(etag.utf8))
      }
      return true
    } catch {
      failure = error
      return false
    }
  }

  /// The first byte's position in `bytes 5-9/10`.
  static func start(ofRange text: String) -> Int64? {
    let words = text.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    return words[1].split(separator: "-").first.flatMap { Int64($0) }
  }

  func consume(_ bytes: UnsafeRawBufferPointer) -> Bool {
    do throws(Diagnostic) { try FileSystem.writeAll(descriptor, bytes, path: path) } catch {
      failure = error
      return false
    }
    received += Int64(bytes.count)
    progress(received)
    return task.size.map { received <= $0 } ?? true
  }

  /// - Returns: `nil` when the bytes are not those promised.
  private func check() throws(Diagnostic) -> (size: Int64, sha256: String)? {
    if let size = task.size, received != size { return nil }
    let digest = try hashFile(path).digest.hex
    if let expected = task.sha256, digest != expected.lowercased() { return nil }
    unlink(etagPath)
    return (received, digest)
  }
}
