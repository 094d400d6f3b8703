import Dispatch
import Glibc
import Synchronization
import Testing

/// A small HTTP/1.1 server on a free port of the loopback, whose answers a test decides.
final class FakeServer: Sendable {
  struct Request: Sendable {
    var method: String
    /// Path with query, as it was sent.
    var target: String
    var headers: [String: String]
    var body: [UInt8] = []
  }

  struct Response: Sendable {
    var status = 200
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    /// Close the connection after so many bytes of the body.
    var cutAfter: Int?

    static func text(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> Response {
      Response(status: status, headers: headers, body: Array(text.utf8))
    }
    static func redirect(_ location: String) -> Response { Response(status: 302, headers: [("Location", location)]) }
    static let missing = Response(status: 404, body: Array("not found".utf8))
  }

  let port: UInt16
  private let listener: Int32
  private let seen = Mutex<[Request]>([])
  private let handler: @Sendable (Request) -> Response

  var url: String { "http://127.0.0.1:\(port)" }
  var requests: [Request] { seen.withLock { $0 } }

  init(_ handler: @escaping @Sendable (Request) -> Response) throws {
    self.handler = handler
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(listener, generic, length) == 0 && listen(listener, 16) == 0
          && getsockname(listener, generic, &length) == 0
      }
    }
    try #require(bound)
    port = UInt16(bigEndian: address.sin_port)
    DispatchQueue.global().async { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        guard let self else {
          close(connection)
          return
        }
        DispatchQueue.global().async { self.serve(connection) }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    while let request = Self.read(connection) {
      seen.withLock { $0.append(request) }
      let response = handler(request)
      let length =
        response.headers.contains { $0.0 == "Content-Length" } ? [] : [("Content-Length", "\(response.body.count)")]
      let lines = (response.headers + length).map { "\($0.0): \($0.1)\r\n" }.joined()
      var bytes = Array("HTTP/1.1 \(response.status) X\r\n\(lines)\r\n".utf8)
      if request.method != "HEAD" { bytes += response.body.prefix(response.cutAfter ?? .max) }
      guard Self.write(connection, bytes), response.cutAfter == nil else { return }
    }
  }

  private static func read(_ connection: Int32) -> Request? {
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while !text.suffix(4).elementsEqual([13, 10, 13, 10]) {
      guard text.count < 65_536, recv(connection, &byte, 1, 0) == 1 else { return nil }
      text.append(byte)
    }
    let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    let words = (lines.first ?? "").split(separator: " ").map(String.init)
    guard words.count == 3 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
    }
    var request = Request(method: words[0], target: words[1], headers: headers)
    let length = min(headers["content-length"].flatMap { Int($0) } ?? 0, 1 << 20)
    while request.body.count < length, recv(connection, &byte, 1, 0) == 1 { request.body.append(byte) }
    return request
  }

  private static func write(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
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

  /// A file as a well-behaved server gives it: ETag, HEAD and ranges.
  static func file(_ body: [UInt8], _ request: Request, etag: String, cutAfter: Int? = nil) -> Response {
    let headers = [("ETag", etag), ("Accept-Ranges", "bytes")]
    guard let range = request.headers["range"], range.hasPrefix("bytes="), range.hasSuffix("-"),
      let start = Int(range.dropFirst(6).dropLast())
    else { return Response(headers: headers, body: body, cutAfter: cutAfter) }
    if let condition = request.headers["if-range"], condition != etag {
      return Response(headers: headers, body: body, cutAfter: cutAfter)
    }
    guard start < body.count else {
      return Response(status: 416, headers: headers + [("Content-Range", "bytes */\(body.count)")])
    }
    return Response(
      status: 206, headers: headers + [("Content-Range", "bytes \(start)-\(body.count - 1)/\(body.count)")],
      body: Array(body[start...]), cutAfter: cutAfter)
  }
}
