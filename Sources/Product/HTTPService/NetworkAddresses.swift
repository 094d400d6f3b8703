// Which of the two has the structures of sockets depends on the order in which modules are built.
import CMicroHTTPD
import Glibc

/// The addresses under which a service that listens on all of them can be reached.
enum NetworkAddresses {
  /// Whether a host means every address of the machine. A service can listen on it, and nobody can call it.
  static func isEvery(_ host: String) -> Bool { ["0.0.0.0", "0", "::", "*"].contains(host) }

  /// This machine's IPv4 addresses in its networks, in the system's order: none of its own alone, and none of a bridge to
  /// containers.
  static func ofThisMachine() -> [String] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    let (isUp, isLoopback): (UInt32, UInt32) = (0x1, 0x8)
    var found: [String] = []
    var next = list
    while let entry = next?.pointee {
      next = entry.ifa_next
      guard let address = entry.ifa_addr, Int32(address.pointee.sa_family) == AF_INET,
        entry.ifa_flags & (isUp | isLoopback) == isUp, !isBridge(String(cString: entry.ifa_name))
      else { continue }
      if let text = text(address), !found.contains(text) { found.append(text) }
    }
    return found
  }

  private static func isBridge(_ name: String) -> Bool {
    ["docker", "br-", "veth", "virbr", "cni", "podman"].contains { name.hasPrefix($0) }
  }

  private static func text(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      let length = socklen_t(MemoryLayout<sockaddr_in>.size)
      guard let base = buffer.baseAddress,
        getnameinfo(address, length, base, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST) == 0
      else { return nil }
      return String(cString: base)
    }
  }
}
