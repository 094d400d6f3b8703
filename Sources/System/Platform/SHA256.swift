import CCrypto

/// A running SHA-256, by libcrypto.
///
/// The functions of the algorithm itself rather than those of `EVP`: looking an algorithm up makes libcrypto read its
/// configuration and set up every cipher it knows, which took 0.8 ms of a run with nothing to do. The code behind both is
/// the same.
public struct SHA256: ~Copyable {
  private var context = SHA256_CTX()

  public init() { SHA256_Init(&context) }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    SHA256_Update(&context, start, bytes.count)
  }

  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  public consuming func finish() -> Digest {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digest in
      SHA256_Final(digest.baseAddress, &context)
      return Digest(finished: hexadecimal(digest))
    }
  }

  public static func hash(_ bytes: [UInt8]) -> Digest {
    var state = SHA256()
    state.update(bytes)
    return state.finish()
  }

  public static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest {
    var state = SHA256()
    state.update(bytes)
    return state.finish()
  }

  public static func hash(_ text: String) -> Digest {
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
