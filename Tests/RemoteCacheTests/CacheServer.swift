import Dispatch
import Glibc
import Platform
import Synchronization
import Testing

@testable import RemoteCache

/// An HTTP cache on a free port of the loopback that is as strict as bazel-remote is by default: a blob must hash to its
/// name, an entry below `ac/` must be an action result, and one that refers to a blob that is gone is not found.
final class CacheServer: Sendable {
  /// What a test does to a request before it is served.
  enum Fault: Sendable {
    case status(Int)
    /// Answers with other bytes.
    case body([UInt8])
    /// Promises the whole body and closes the connection after a part.
    case cut(Int)
    /// Never answers.
    case silence
  }

  struct Request: Sendable {
    var method: String
    /// `ac/…` or `cas/…`.
    var name: String
    var headers: [String: String]
  }

  private struct State {
    var entries: [String: [UInt8]] = [:]
    var seen: [Request] = []
    var fault: @Sendable (Request) -> Fault? = { _ in nil }
  }

  let port: UInt16
  private let listener: Int32
  private let state = Mutex(State())

  var url: String { "http://127.0.0.1:\(port)/cache" }
  var requests: [Request] { state.withLock { $0.seen } }
  var names: [String] { state.withLock { $0.entries.keys.sorted() } }

  subscript(name: String) -> [UInt8]? {
    get { state.withLock { $0.entries[name] } }
    set { state.withLock { $0.entries[name] = newValue } }
  }

  /// What goes wrong from now on.
  func fail(_ fault: @escaping @Sendable (Request) -> Fault?) { state.withLock { $0.fault = fault } }

  func forgetRequests() { state.withLock { $0.seen = [] } }

  init() throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(listener, generic, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, generic, &length) == 0
      }
    }
    try #require(bound)
    port = UInt16(bigEndian: address.sin_port)
    Thread.detached { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        Thread.detached { [weak self] in
          self?.serve(connection)
          close(connection)
        }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func serve(_ connection: Int32) {
    while let (request, body) = read(connection) {
      let fault = state.withLock { state in
        state.seen.append(request)
        return state.fault(request)
      }
      let isRefused = if case .status? = fault { true } else { false }
      var answer = isRefused ? (status: 500, body: []) : self.answer(request, body)
      var limit = Int.max
      switch fault {
      case .status(let status)?: answer.status = status
      case .body(let bytes)?: answer = (200, bytes)
      case .cut(let count)?: limit = count
      case .silence?:
        sleep(20)
        return
      case nil: break
      }
      var text = "HTTP/1.1 \(answer.status) X\r\nContent-Length: \(answer.body.count)\r\n\r\n"
      if let range = request.headers["range"], answer.status == 200, fault == nil,
        let start = Int(range.dropFirst("bytes=".count).dropLast()), start < answer.body.count
      {
        text = "HTTP/1.1 206 X\r\nContent-Length: \(answer.body.count - start)\r\n\r\n"
        answer.body.removeFirst(start)
      }
      var bytes = Array(text.utf8)
      if request.method != "HEAD" { bytes += answer.body.prefix(limit) }
      guard write(connection, bytes), limit == .max else { return }
    }
  }

  private func answer(_ request: Request, _ body: [UInt8]) -> (status: Int, body: [UInt8]) {
    let digest = request.name.split(separator: "/").last.map(String.init) ?? ""
    guard digest.utf8.count == 64 else { return (400, []) }
    if request.method == "PUT" {
      guard request.headers["content-length"] != nil else { return (411, []) }
      if request.name.hasPrefix("cas/"), sha256(body) != digest { return (400, []) }
      if request.name.hasPrefix("ac/"), !isWhole(body) { return (400, []) }
      self[request.name] = body
      return (200, [])
    }
    guard let bytes = self[request.name] else { return (404, []) }
    if request.method == "DELETE" {
      self[request.name] = nil
      return (204, [])
    }
    if request.name.hasPrefix("ac/"), let result = ActionResult(bytes),
      result.outputFiles.contains(where: { self["cas/\($0.hash)"] == nil })
    {
      return (404, [])
    }
    return (200, bytes)
  }

  private func isWhole(_ body: [UInt8]) -> Bool {
    guard let result = ActionResult(body) else { return false }
    return result.outputFiles.allSatisfy {
      $0.hash.utf8.count == 64 && $0.size >= 0 && !$0.path.isEmpty && !$0.path.hasPrefix("/")
    }
  }

  private func read(_ connection: Int32) -> (Request, [UInt8])? {
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while !text.suffix(4).elementsEqual([13, 10, 13, 10]) {
      guard text.count < 65_536, recv(connection, &byte, 1, 0) == 1 else { return nil }
      text.append(byte)
    }
    let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    let words = (lines.first ?? "").split(separator: " ").map(String.init)
    guard words.count == 3, words[1].hasPrefix("/cache/") else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
    }
    if headers["expect"] != nil { _ = write(connection, Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
    var body = [UInt8](repeating: 0, count: Int(headers["content-length"] ?? "") ?? 0)
    var got = 0
    while got < body.count {
      let count = body.withUnsafeMutableBytes { recv(connection, $0.baseAddress.map { $0 + got }, $0.count - got, 0) }
      guard count > 0 else { return nil }
      got += count
    }
    return (Request(method: words[0], name: String(words[1].dropFirst(7)), headers: headers), body)
  }

  private func write(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        send(connection, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}

extension CacheServer.Fault: Equatable {}
