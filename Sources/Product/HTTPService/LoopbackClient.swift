import Glibc
public import JSON

/// Asks a server of this machine one request at a time: how a service proves that it answers.
public enum LoopbackClient {
  /// - Parameters:
  ///   - body: sent by POST when there is one, else this is a GET.
  ///   - headers: sent beside the usual ones.
  ///   - seconds: how long to wait for each piece of the answer.
  /// - Returns: the status and the body; `nil` when there is no answer.
  public static func ask(
    _ path: String, port: Int, body: JSONValue? = nil, headers: [String: String] = [:], seconds: Int = 10
  ) -> (status: Int, body: [UInt8])? {
    guard let descriptor = connect(port: port, seconds: seconds) else { return nil }
    defer { close(descriptor) }
    let payload = body?.bytes() ?? []
    var head = "\(body == nil ? "GET" : "POST") \(path) HTTP/1.0\r\nHost: 127.0.0.1\r\n"
    if body != nil { head += "Content-Type: application/json\r\nContent-Length: \(payload.count)\r\n" }
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    guard sendAll(descriptor, Array((head + "\r\n").utf8) + payload) else { return nil }
    return answer(readAll(descriptor))
  }

  private static func connect(port: Int, seconds: Int) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  private static func sendAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        send(descriptor, buffer.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// All until the other end closes, as it does after the answer to an HTTP/1.0 request; at most 16 MB.
  private static func readAll(_ descriptor: Int32) -> [UInt8] {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while all.count < 16 << 20 {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      all += buffer[..<count]
    }
    return all
  }

  private static func answer(_ bytes: [UInt8]) -> (status: Int, body: [UInt8])? {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let words = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: " ", maxSplits: 2)
    guard words.count > 1, words[0].hasPrefix("HTTP/"), let status = Int(words[1].prefix(3)) else { return nil }
    return (status, Array(bytes[end.upperBound...]))
  }
}
