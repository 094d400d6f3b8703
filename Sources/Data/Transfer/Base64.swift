import CCrypto

/// Base64 of RFC 4648 with padding, by libcrypto.
package enum Base64 {
  package static func encode(_ bytes: [UInt8]) -> String {
    var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
    let count = EVP_EncodeBlock(&text, bytes, Int32(clamping: bytes.count))
    return String(decoding: text.prefix(Int(count)), as: UTF8.self)
  }

  package static func decode(_ text: Substring) -> [UInt8]? {
    let input = Array(text.utf8)
    guard !input.isEmpty, input.count % 4 == 0, input.count < 1 << 20 else { return nil }
    var bytes = [UInt8](repeating: 0, count: input.count / 4 * 3)
    let count = EVP_DecodeBlock(&bytes, input, Int32(input.count))
    guard count == bytes.count else { return nil }
    // libcrypto counts the padding as zeros.
    return Array(bytes.dropLast(input.suffix(2).count { $0 == UInt8(ascii: "=") }))
  }
}
