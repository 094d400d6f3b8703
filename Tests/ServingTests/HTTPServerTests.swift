import Glibc
import Testing

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
