import Diagnostics
import Transfer

extension RemoteCacheConfiguration {
  /// Opens the storage that the address names; nothing is asked of it yet.
  /// - Throws: `bad-remote-cache` for a token that would be sent in the clear.
  func storage(environment: [String: String]) throws(Diagnostic) -> any RemoteStorage {
    if url.hasPrefix("file:") { return FolderStorage(path: Self.trimmed(String(url.dropFirst(5)))) }
    if url.hasPrefix("s3://") {
      let rest = url.dropFirst(5)
      let bucket = String(rest.prefix { $0 != "/" })
      let prefix = Self.trimmed(String(rest.dropFirst(bucket.count)))
      let region = region ?? S3Credentials.region(in: environment)
      let server =
        endpoint
        ?? ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
      let base: String
      if let server {
        base = Self.withoutDefaultPort(Self.trimmed(server)) + "/" + bucket
      } else if bucket.contains(".") {
        // The certificate of a bucket's own host name covers no further dot.
        base = "https://s3.\(region).amazonaws.com/\(bucket)"
      } else {
        base = "https://\(bucket).s3.\(region).amazonaws.com"
      }
      let signer = S3Signer(credentials: S3Credentials.find(in: environment), region: region)
      return HTTPStorage(
        base: base + WebAddress.encodedPath(prefix), signer: signer, timeout: timeout, usesNetrc: false)
    }
    let token = environment[tokenVariable].flatMap { $0.isEmpty ? nil : $0 }
    if token != nil, url.hasPrefix("http://"), !Self.isLoopback(url) {
      throw Diagnostic(
        code: "bad-remote-cache", "the token in \(tokenVariable) would go to '\(url)' in the clear",
        remedy: "use https://, or unset the variable")
    }
    guard token?.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) ?? true else {
      throw Diagnostic(code: "bad-remote-cache", "the token in \(tokenVariable) has characters no header can hold")
    }
    return HTTPStorage(
      base: Self.trimmed(url), signer: BearerSigner(token: token), timeout: timeout, usesNetrc: token == nil)
  }

  private static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.count > 1, text.hasSuffix("/") { text.removeLast() }
    return text == "/" ? "" : String(text)
  }

  /// libcurl leaves the default port out of the header `Host`, which is signed.
  private static func withoutDefaultPort(_ url: String) -> String {
    for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where url.hasPrefix(scheme) {
      let host = url.dropFirst(scheme.count).prefix { $0 != "/" }
      if host.hasSuffix(port) {
        return scheme + host.dropLast(port.count) + url.dropFirst(scheme.count + host.count)
      }
    }
    return url
  }

  private static func isLoopback(_ url: String) -> Bool {
    ["http://127.", "http://localhost:", "http://localhost/", "http://[::1]"].contains { url.hasPrefix($0) }
  }
}
