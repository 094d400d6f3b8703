import Diagnostics
import Glibc

/// Opens the socket a server listens on, by name and port.
enum ListeningSocket {
  /// - Returns: a non-blocking socket and the port it has.
  /// - Throws: `Diagnostic` (`cannot-listen`).
  static func open(host: String, port: Int) throws -> (socket: Int32, port: Int) {
    guard (0...65535).contains(port) else {
      throw Diagnostic(code: "cannot-listen", "there is no port \(port)", remedy: "choose one from 0 to 65535")
    }
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, String(port), &hints, &list)
    guard status == 0, let first = list else {
      throw Diagnostic(
        code: "cannot-listen", "'\(host)' is no address of this machine: \(String(cString: gai_strerror(status)))",
        remedy: addresses)
    }
    defer { freeaddrinfo(list) }
    let address = first.pointee
    let socket = Glibc.socket(
      address.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var one: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    guard socket >= 0, bind(socket, address.ai_addr, address.ai_addrlen) == 0, listen(socket, 512) == 0 else {
      let reason = errno
      if socket >= 0 { close(socket) }
      throw Diagnostic(
        code: "cannot-listen", "cannot listen on \(host):\(port): \(String(cString: strerror(reason)))",
        remedy: remedy(for: reason))
    }
    return (socket, boundPort(socket) ?? port)
  }

  private static let addresses =
    "--host 127.0.0.1 is this machine alone, and --host 0.0.0.0 all of its addresses"

  private static func remedy(for reason: Int32) -> String? {
    switch reason {
    case EADDRINUSE: "choose another port with --port, or stop what uses this one"
    case EADDRNOTAVAIL: addresses
    case EACCES: "ports below 1024 are the system's: choose another with --port"
    default: nil
    }
  }

  private static func boundPort(_ socket: Int32) -> Int? {
    withAddress { getsockname(socket, $0, $1) }.map { address in
      withUnsafeBytes(of: address) { Int($0[2]) << 8 | Int($0[3]) }
    }
  }

  /// The other end's address, port left out.
  static func peer(_ socket: Int32) -> String {
    guard let address = withAddress({ getpeername(socket, $0, $1) }) else { return "" }
    return withUnsafeBytes(of: address) { bytes in
      let range = Int32(address.ss_family) == AF_INET ? 4..<8 : 8..<24
      return bytes[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
  }

  private static func withAddress(
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> sockaddr_storage? {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
    }
    return status == 0 ? address : nil
  }
}
