import Artifacts
import CCrypto
import Glibc
import Platform
import Synchronization
import Transfer

/// Signs requests to S3: AWS Signature Version 4, every header and the payload's SHA-256 included, so that the server
/// itself refuses a request that was cut short.
///
/// Formulas: "Signature Version 4 signing process", Amazon S3 API reference.
final class S3Signer: RequestSigner {
  let credentials: S3Credentials?
  let region: String
  private let clock: @Sendable () -> Int
  /// Seconds the server's clock is ahead of this one.
  private let offset = Mutex(0)

  init(credentials: S3Credentials?, region: String, clock: @escaping @Sendable () -> Int = { time(nil) }) {
    self.credentials = credentials
    self.region = region
    self.clock = clock
  }

  func headers(method: String, url: String, payload: String) -> [String] {
    // Without credentials a public bucket can still be read.
    guard let credentials else { return [] }
    let (host, path) = Self.parts(of: url)
    let stamp = AmazonTime.stamp(clock() + offset.withLock { $0 })
    var signed = [("host", host), ("x-amz-content-sha256", payload), ("x-amz-date", stamp)]
    if let token = credentials.token { signed.append(("x-amz-security-token", token)) }
    let names = signed.map(\.0).joined(separator: ";")
    let canonical =
      "\(method)\n\(path)\n\n" + signed.map { "\($0.0):\($0.1)\n" }.joined() + "\n\(names)\n\(payload)"
    let day = String(stamp.prefix(8))
    let scope = "\(day)/\(region)/s3/aws4_request"
    let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(SHA256.hash(canonical))"
    var key = Array("AWS4\(credentials.secret)".utf8)
    for part in [day, region, "s3", "aws4_request", text] { key = authentication(of: part, key: key) }
    let signature = key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let authorization =
      "AWS4-HMAC-SHA256 Credential=\(credentials.identifier)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
    return signed.dropFirst().map { "\($0.0): \($0.1)" } + ["Authorization: \(authorization)"]
  }

  /// A server whose clock is more than five minutes away refuses what is signed by this one's; its answer says the time.
  func learn(from response: HTTPResponse) -> Bool {
    guard credentials != nil, let date = response.headers["date"], let there = AmazonTime.parse(httpDate: date) else {
      return false
    }
    let difference = there - clock()
    guard abs(difference - offset.withLock { $0 }) > 300 else { return false }
    offset.withLock { $0 = difference }
    return true
  }

  /// Host and path of an address without query.
  private static func parts(of url: String) -> (host: String, path: String) {
    let rest = url.split(separator: "://", maxSplits: 1).last ?? ""
    let host = rest.prefix { $0 != "/" }
    let path = rest.dropFirst(host.count)
    return (String(host), path.isEmpty ? "/" : String(path))
  }

  /// HMAC-SHA256.
  private func authentication(of text: String, key: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 32
    let text = Array(text.utf8)
    _ = HMAC(EVP_sha256(), key, Int32(key.count), text, text.count, &output, &length)
    return output
  }
}

/// The times S3 reads and writes, always UTC.
enum AmazonTime {
  /// `20130524T000000Z`.
  static func stamp(_ seconds: Int) -> String {
    var seconds = time_t(seconds)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ value: Int32) -> String { (value < 10 ? "0" : "") + String(value) }
    return "\(parts.tm_year + 1900)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))T"
      + "\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec))Z"
  }

  /// `Fri, 24 May 2013 00:00:00 GMT`, as seconds since 1970.
  static func parse(httpDate text: String) -> Int? {
    let words = text.split { $0 == " " || $0 == "," || $0 == ":" }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard words.count >= 7, let day = Int32(words[1]), let month = months.firstIndex(of: String(words[2])),
      let year = Int32(words[3]), (1970...9999).contains(year), let hour = Int32(words[4]),
      let minute = Int32(words[5]), let second = Int32(words[6])
    else { return nil }
    var parts = tm()
    parts.tm_year = year - 1900
    parts.tm_mon = Int32(month)
    parts.tm_mday = day
    parts.tm_hour = hour
    parts.tm_min = minute
    parts.tm_sec = second
    return timegm(&parts)
  }
}

/// An access key, from the environment or from the files the AWS tools share.
struct S3Credentials: Sendable, Hashable {
  var identifier: String
  var secret: String
  /// Of a session.
  var token: String?

  /// - Returns: `nil` when there is none.
  static func find(in environment: [String: String]) -> S3Credentials? {
    if let identifier = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"],
      !identifier.isEmpty, !secret.isEmpty
    {
      return S3Credentials(identifier: identifier, secret: secret, token: environment["AWS_SESSION_TOKEN"])
    }
    let path = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "\(environment["HOME"] ?? "")/.aws/credentials"
    let values = profile(path, environment["AWS_PROFILE"] ?? "default")
    guard let identifier = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else { return nil }
    return S3Credentials(identifier: identifier, secret: secret, token: values["aws_session_token"])
  }

  static func region(in environment: [String: String]) -> String {
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
      if let region = environment[name], !region.isEmpty { return region }
    }
    let path = environment["AWS_CONFIG_FILE"] ?? "\(environment["HOME"] ?? "")/.aws/config"
    let name = environment["AWS_PROFILE"] ?? "default"
    return profile(path, name == "default" ? name : "profile \(name)")["region"] ?? "us-east-1"
  }

  /// The settings of a section of an INI file.
  private static func profile(_ path: String, _ name: String) -> [String: String] {
    guard let bytes = try? FileSystem.readIfPresent(path) else { return [:] }
    var values: [String: String] = [:]
    var isInside = false
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let line = trimmed(line)
      if line.hasPrefix("[") {
        isInside = trimmed(line.dropFirst().prefix { $0 != "]" }) == name
      } else if isInside, let equals = line.firstIndex(of: "="), !line.hasPrefix("#") {
        values[trimmed(line[..<equals]).lowercased()] = trimmed(line[line.index(after: equals)...])
      }
    }
    return values
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    var text = Substring(text).drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
