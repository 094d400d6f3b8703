import Glibc
import Synchronization
import Testing

@testable import HTTPService
@testable import Serving

/// The front over a real loopback socket.
@Suite struct HTTPServerTests {
  static func connect(_ port: Int) -> Int32 {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return status == 0 ? socket : -1
  }

  static func send(_ socket: Int32, _ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// All until the other end closes, at most ten seconds.
  static func readAll(_ socket: Int32) -> String {
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(socket, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      all += buffer[..<count]
    }
    close(socket)
    return String(decoding: all, as: UTF8.self)
  }

  static func ask(_ port: Int, _ head: String, _ body: String = "") -> String {
    let socket = connect(port)
    send(socket, head + "\r\nHost: localhost\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)
    return readAll(socket)
  }

  /// Bodies in pieces, several requests at once, old and unknown protocols, lengths that lie.
  private static func oddRequestsAreAnsweredInFull(_ port: Int, _ body: String) throws {
    func raw(_ text: String) -> String {
      let socket = connect(port)
      send(socket, text)
      return readAll(socket)
    }
    let post = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
    let (first, second) = (body.prefix(9), body.dropFirst(9))
    let pieces = [String(first), String(second)].map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }.joined()
    let chunked = raw(post + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + pieces + "0\r\n\r\n")
    #expect(chunked.contains("\"completion_tokens\":5"))
    let large = String(repeating: "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n", count: 3)
    let tooLarge = raw(post + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + large + "0\r\n\r\n")
    #expect(tooLarge.hasPrefix("HTTP/1.1 413"))
    // A server before this one may believe the other of two lengths.
    for lengths in [
      "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Content-Length: 5\r\nContent-Length: 9\r\n",
    ] {
      let answer = raw(post + lengths + "\r\n" + "0\r\n\r\n9bytes")
      #expect(answer.hasPrefix("HTTP/1.1 400") && answer.contains("Connection: close"), "\(lengths)")
    }
    let health = "GET /health HTTP/1.1\r\nHost: localhost\r\n"
    let several = raw(
      health + "\r\n" + post + "Content-Length: \(body.utf8.count)\r\n\r\n" + body + health
        + "Connection: close\r\n\r\n")
    #expect(several.components(of: "HTTP/1.1 200") == 3)
    #expect(several.contains("\"completion_tokens\":5"))
    let old = raw("POST /v1/chat/completions HTTP/1.0\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)
    #expect(old.contains("\"completion_tokens\":5"))
    #expect(raw("GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n").hasPrefix("HTTP/1.1 505"))
    #expect(raw(health + "X: " + String(repeating: "a", count: 40000) + "\r\n\r\n").hasPrefix("HTTP/1.1 431"))
    #expect(raw("GET /hea\0lth HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").hasPrefix("HTTP/1.1 404"))
    #expect(raw("GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").contains(" 404 "))
  }

  /// A client that asks for much and reads nothing holds up nobody, and its reply is given up.
  @Test func unreadStreamsHoldUpNobody() throws {
    let service = try ServiceTests.service()
    let server = try HTTPServer.start(service, port: 0)
    defer { server.stop(drainSeconds: 5) }
    let long =
      #"{"messages":[{"role":"user","content":"hi"}],"max_tokens":400,"temperature":0,"stream":true,"#
      + #""logprobs":true,"top_logprobs":20}"#
    let readers = (0..<4).map { _ -> Int32 in
      let socket = Self.connect(server.port)
      var size: Int32 = 2048
      setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
      Self.send(
        socket,
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(long.utf8.count)\r\n\r\n" + long)
      return socket
    }
    let body = #"{"messages":[{"role":"user","content":"hi"}],"max_tokens":5,"temperature":0}"#
    for _ in 0..<3 {
      #expect(Self.ask(server.port, "POST /v1/chat/completions HTTP/1.1", body).contains("\"completion_tokens\":5"))
    }
    for socket in readers { close(socket) }
    for _ in 0..<100 where service.metrics.text.contains("requests_running 0") == false { usleep(50000) }
    #expect(service.metrics.text.contains("requests_running 0"))
  }

  /// Stopping while an adapter is being read answers its client and ends in order.
  @Test func stoppingCutsOffWhatIsBeingLoaded() throws {
    let model = try #require(TinyModel.shared)
    let service = try Service(
      ServiceDescriptor(name: "tiny", modelPath: model.path),
      lookup: { path in
        usleep(1_500_000)
        return ServiceDescriptor.Adapter(name: "", path: path)
      })
    let server = try HTTPServer.start(service, port: 0)
    let body = #"{"lora_name":"slow","lora_path":"\#(model.adapterPath)"}"#
    let socket = Self.connect(server.port)
    Self.send(
      socket,
      "POST /v1/load_lora_adapter HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n" + body)
    for _ in 0..<200 where service.loading.load(ordering: .relaxed) == 0 { usleep(5000) }
    #expect(service.loading.load(ordering: .relaxed) == 1)
    server.stop(drainSeconds: 0)
    #expect(Self.readAll(socket).hasPrefix("HTTP/1.1 503"))
    // The reader finds nobody waiting any more, and harms nothing.
    for _ in 0..<400 where service.loading.load(ordering: .relaxed) > 0 { usleep(5000) }
    #expect(service.loading.load(ordering: .relaxed) == 0)
  }

  /// Megabytes nobody reads are dropped with their connection: a part is never taken for the whole.
  @Test func aStreamThatPilesUpIsBrokenOff() throws {
    // Never touched: nothing is suspended and the socket is not asked.
    let connection = try #require(OpaquePointer(bitPattern: 8))
    let exchange = Exchange(
      connection: connection, request: HTTPRequest(method: "GET", path: "/"), languages: .english)
    exchange.begin(status: 200, contentType: "text/event-stream")
    var target = [CChar](repeating: 0, count: 16)
    exchange.send(Array("abc".utf8))
    func read() throws -> Int {
      try target.withUnsafeMutableBufferPointer { exchange.read(into: try #require($0.baseAddress), capacity: 16) }
    }
    #expect(try read() == 3)
    for _ in 0..<10 { exchange.send([UInt8](repeating: 65, count: 1 << 20)) }
    #expect(try read() == -2)
    #expect(exchange.isGone)
  }

  @Test func answersStreamsAndLimits() throws {
    let service = try ServiceTests.service()
    let server = try HTTPServer.start(
      service, port: 0, limits: HTTPLimits(bodyByteCount: 20000, connections: 100, requestSeconds: 1.5))
    defer { server.stop(drainSeconds: 5) }
    let port = server.port
    #expect(Self.ask(port, "GET /health HTTP/1.1").contains("\"healthy\""))
    #expect(Self.ask(port, "GET / HTTP/1.1").contains("<!doctype html>"))
    let body = #"{"messages":[{"role":"user","content":"hi"}],"max_tokens":5,"temperature":0}"#
    #expect(Self.ask(port, "POST /v1/chat/completions HTTP/1.1", body).contains("\"completion_tokens\":5"))
    let stream = #"{"messages":[{"role":"user","content":"hi"}],"max_tokens":5,"temperature":0,"stream":true}"#
    let streamed = Self.ask(port, "POST /v1/chat/completions HTTP/1.1", stream)
    #expect(streamed.contains("text/event-stream") && streamed.contains("data: [DONE]"))
    let large = Self.ask(port, "POST /v1/chat/completions HTTP/1.1", String(repeating: "x", count: 30000))
    #expect(large.hasPrefix("HTTP/1.1 413"))
    #expect(Self.ask(port, "GET /metrics HTTP/1.1").contains("lorapipe_generated_tokens_total"))
    try Self.oddRequestsAreAnsweredInFull(port, body)
    // A port in use is a clear error.
    #expect(throws: (any Error).self) { try HTTPServer.start(service, port: port) }

    // Idle and trickling clients: the service still answers, and closes them in its own time.
    let idle = (0..<40).map { _ in Self.connect(port) }
    let slow = Self.connect(port)
    Self.send(slow, "GET /health HT")
    #expect(Self.ask(port, "GET /health HTTP/1.1").contains("\"healthy\""))
    for letter in ["T", "P", "/", "1", ".", "1", "\r", "\n", "X", ":", "a", "b"] {
      usleep(250_000)
      Self.send(slow, letter)
    }
    #expect(Self.readAll(slow).isEmpty)
    for socket in idle { close(socket) }

    // A client that leaves in the middle of a long reply frees its place.
    let leaver = Self.connect(port)
    let long = #"{"messages":[{"role":"user","content":"hi"}],"max_tokens":100000,"temperature":0}"#
    Self.send(
      leaver,
      "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(long.utf8.count)\r\n\r\n" + long)
    usleep(20000)
    close(leaver)
    #expect(Self.ask(port, "POST /v1/chat/completions HTTP/1.1", body).contains("\"completion_tokens\":5"))
  }
}

extension String {
  /// How often a text occurs.
  func components(of part: String) -> Int {
    var (count, rest) = (0, self[...])
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
