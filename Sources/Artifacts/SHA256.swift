import CCrypto

/// A running SHA-256, by libcrypto.
public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// Fetched once: an implicit fetch costs more than hashing a short key. Never freed, and immutable, so that any
  /// thread may use it.
  nonisolated(unsafe) private static let algorithm: OpaquePointer? = EVP_MD_fetch(nil, "SHA256", nil)

  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, Self.algorithm, nil) == 1 else {
      preconditionFailure("libcrypto offers no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let done = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(done == 1, "libcrypto could not update a SHA-256")
  }

  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The digest as 64 lower-case hexadecimal digits.
  public consuming func finish() -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digest in
      var length: UInt32 = 0
      let done = EVP_DigestFinal_ex(context, digest.baseAddress, &length)
      precondition(done == 1 && length == 32, "libcrypto could not finish a SHA-256")
      return hexadecimal(digest)
    }
  }

  public static func hash(_ bytes: [UInt8]) -> String {
    var state = SHA256()
    state.update(bytes)
    return state.finish()
  }

  public static func hash(_ bytes: UnsafeRawBufferPointer) -> String {
    var state = SHA256()
    state.update(bytes)
    return state.finish()
  }

  public static func hash(_ text: String) -> String {
    var state = SHA256()
    state.update(text)
    return state.finish()
  }
}

private func hexadecimal(_ bytes: UnsafeMutableBufferPointer<UInt8>) -> String {
  String(unsafeUninitializedCapacity: bytes.count * 2) { text in
    for (index, byte) in bytes.enumerated() {
      text[index * 2] = hexadecimalDigit(byte >> 4)
      text[index * 2 + 1] = hexadecimalDigit(byte & 15)
    }
    return bytes.count * 2
  }
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

/// Whether a text is a digest as this module writes them. What comes out of a file is asked before it becomes part of
/// a path.
public func isDigest(_ text: String) -> Bool {
  text.utf8.count == 64
    && text.utf8.allSatisfy {
      ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "f"))
    }
}
