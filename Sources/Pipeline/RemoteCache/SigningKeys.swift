import CCrypto
public import Diagnostics
import Glibc
import JSON
import Transfer

/// A private key that signs action records, and the public keys that are trusted to have signed them: Ed25519, by libcrypto.
public final class SigningKey: Sendable {
  /// Reading only after `init`, which libcrypto allows from several threads.
  private nonisolated(unsafe) let key: OpaquePointer
  /// The public half, as `trust:` lists it.
  public let publicKey: PublicKey

  /// Reads a key in PEM form, as `openssl genpkey -algorithm ed25519` writes it.
  /// - Throws: `bad-signing-key`, naming the file.
  public init(pem: [UInt8], path: String) throws(Diagnostic) {
    guard let stream = BIO_new(BIO_s_mem()) else { throw Self.unusable(path) }
    defer { BIO_free(stream) }
    let written = pem.withUnsafeBytes { BIO_write(stream, $0.baseAddress, Int32(clamping: $0.count)) }
    guard written == pem.count, let key = PEM_read_bio_PrivateKey(stream, nil, nil, nil) else {
      throw Self.unusable(path)
    }
    guard EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519, let text = PublicKey(of: key) else {
      EVP_PKEY_free(key)
      throw Self.unusable(path)
    }
    self.key = key
    publicKey = text
  }

  deinit { EVP_PKEY_free(key) }

  private static func unusable(_ path: String) -> Diagnostic {
    Diagnostic(
      code: "bad-signing-key", "'\(path)' holds no Ed25519 key in PEM form",
      remedy: "make one: lorapipe cache key --new FILE")
  }

  /// A fresh key in PEM form.
  public static func generate() -> [UInt8]? {
    guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_keygen(context, &key) == 1, let key,
      let stream = BIO_new(BIO_s_mem())
    else { return nil }
    defer {
      EVP_PKEY_free(key)
      BIO_free(stream)
    }
    guard PEM_write_bio_PrivateKey(stream, key, nil, nil, 0, nil, nil) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = bytes.withUnsafeMutableBytes { BIO_read(stream, $0.baseAddress, Int32($0.count)) }
    return count > 0 ? Array(bytes.prefix(Int(count))) : nil
  }

  /// The 64 bytes of the signature.
  func sign(_ message: [UInt8]) -> [UInt8]? {
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1 else { return nil }
    var signature = [UInt8](repeating: 0, count: 64)
    var length = signature.count
    guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1, length == 64 else { return nil }
    return signature
  }
}

/// The public half of a signing key.
public struct PublicKey: Sendable, Hashable, CustomStringConvertible {
  private let bytes: [UInt8]

  /// Reads `ed25519:` and 32 bytes in base64.
  public init?(_ text: String) {
    guard text.hasPrefix("ed25519:"), let bytes = Base64.decode(text.dropFirst(8)), bytes.count == 32 else {
      return nil
    }
    self.bytes = bytes
  }

  fileprivate init?(of key: OpaquePointer) {
    var bytes = [UInt8](repeating: 0, count: 32)
    var length = bytes.count
    guard EVP_PKEY_get_raw_public_key(key, &bytes, &length) == 1, length == 32 else { return nil }
    self.bytes = bytes
  }

  public var description: String { "ed25519:" + Base64.encode(bytes) }

  func accepts(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    guard let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count),
      let context = EVP_MD_CTX_new()
    else { return false }
    defer {
      EVP_MD_CTX_free(context)
      EVP_PKEY_free(key)
    }
    guard EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
    return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }
}

/// The signatures of an action record: a line of JSON beside it.
enum RecordSignatures {
  /// What the bytes are, which is signed with them: a signature of these keys over something else is none of a record.
  enum Domain: String {
    case action = "lorapipe-action-v1\0"
    case checkpoint = "lorapipe-checkpoint-v1\0"
  }

  private static func message(_ record: [UInt8], _ domain: Domain) -> [UInt8] { Array(domain.rawValue.utf8) + record }

  static func make(_ record: [UInt8], by key: SigningKey, domain: Domain = .action) -> [UInt8] {
    guard let signature = key.sign(message(record, domain)) else { return [] }
    let line: JSONValue = [
      "signatures": [["key": .string(key.publicKey.description), "signature": .string(Base64.encode(signature))]]
    ]
    return line.bytes()
  }

  /// Whether one of the trusted keys signed the record.
  static func verify(
    _ bytes: [UInt8], record: [UInt8], trusted: [PublicKey], domain: Domain = .action
  ) -> Bool {
    guard let list = (try? JSONValue(parsing: bytes))?["signatures"]?.arrayValue else { return false }
    return list.prefix(16).contains { entry in
      guard let name = entry["key"]?.stringValue, let key = trusted.first(where: { $0.description == name }),
        let signature = entry["signature"]?.stringValue.flatMap({ Base64.decode($0[...]) })
      else { return false }
      return key.accepts(signature, of: message(record, domain))
    }
  }
}
