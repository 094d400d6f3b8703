public import Diagnostics
public import JSON

/// One remote cache, as the workspace file names it. It never holds a credential.
public struct RemoteCacheConfiguration: Sendable, Hashable {
  /// When this machine adds to the cache.
  public enum PushPolicy: String, Sendable, Hashable, CaseIterable {
    case never
    /// Where the variable `CI` is set, as every CI service does.
    case ci
    case always
  }

  /// `file:/folder`, `https://host/prefix` or `s3://bucket/prefix`.
  public var url: String
  public var push = PushPolicy.never
  /// When not empty, only records that one of these keys signed are used.
  public var trust: [PublicKey] = []
  /// The variable that holds a bearer token for an HTTP cache.
  public var tokenVariable = "LORAPIPE_CACHE_TOKEN"
  /// The server of an S3 cache that is not Amazon's.
  public var endpoint: String?
  public var region: String?
  /// Artifacts above this many bytes are not sent.
  public var maximumBytes: Int64?
  /// Whether results that would not come out the same again are sent as well: those of GPU engines and of commands.
  public var sendsUnreproducible = false
  /// Seconds between two checkpoints of a running stage that are sent; 0 sends none.
  public var checkpointSeconds = 60
  /// Seconds to wait for an answer.
  public var timeout = 5

  public init(url: String) { self.url = url }

  /// Whether this machine adds to the cache.
  public func pushes(in environment: [String: String]) -> Bool {
    switch push {
    case .never: false
    case .always: true
    case .ci: !["", "0", "false"].contains(environment["CI"] ?? "")
    }
  }

  public var json: JSONValue {
    var object = JSONObject()
    object["url"] = .string(url)
    object["push"] = .string(push.rawValue)
    object["trust"] = .array(trust.map { .string($0.description) })
    object["token_variable"] = .string(tokenVariable)
    object["endpoint"] = endpoint.map { .string($0) }
    object["region"] = region.map { .string($0) }
    object["max_bytes"] = maximumBytes.map { .integer($0) }
    object["send_unreproducible"] = .bool(sendsUnreproducible)
    object["checkpoint_seconds"] = .integer(Int64(checkpointSeconds))
    object["timeout"] = .integer(Int64(timeout))
    return .object(object)
  }

  /// Reads what `json` wrote, or the members that a workspace file has set.
  /// - Throws: `bad-remote-cache`, `bad-public-key`.
  public init(json: JSONValue) throws(Diagnostic) {
    self.init(url: json["url"]?.stringValue ?? "")
    push = json["push"]?.stringValue.flatMap(PushPolicy.init(rawValue:)) ?? .never
    for text in json["trust"]?.arrayValue ?? [] {
      guard let key = text.stringValue.flatMap(PublicKey.init) else {
        throw Diagnostic(
          code: "bad-public-key", "'\(text.stringValue ?? text.text())' is no public key",
          remedy: "write it as 'lorapipe cache key FILE' prints it: ed25519:… (32 bytes in base64)")
      }
      trust.append(key)
    }
    tokenVariable = json["token_variable"]?.stringValue ?? tokenVariable
    endpoint = json["endpoint"]?.stringValue
    region = json["region"]?.stringValue
    maximumBytes = json["max_bytes"]?.intValue.map(Int64.init)
    sendsUnreproducible = json["send_unreproducible"]?.boolValue ?? false
    checkpointSeconds = json["checkpoint_seconds"]?.intValue ?? checkpointSeconds
    timeout = json["timeout"]?.intValue ?? timeout
    try validate()
  }

  private func validate() throws(Diagnostic) {
    let remedy = "write file:/folder, https://host/prefix or s3://bucket/prefix"
    if url.hasPrefix("file:") {
      guard url.dropFirst(5).hasPrefix("/") else {
        throw Diagnostic(code: "bad-remote-cache", "'\(url)' names no absolute folder", remedy: remedy)
      }
      return
    }
    for address in [url, endpoint ?? ""] where address.contains("@") {
      throw Diagnostic(
        code: "bad-remote-cache", "the address of a remote cache must not hold a user or a password",
        remedy: "put them into ~/.netrc, or a token into the variable \(tokenVariable)")
    }
    guard !url.contains("?"), !url.contains("#") else {
      throw Diagnostic(code: "bad-remote-cache", "'\(url)' has a query", remedy: remedy)
    }
    if url.hasPrefix("s3://") {
      let bucket = url.dropFirst(5).prefix { $0 != "/" }
      guard !bucket.isEmpty, bucket.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
        throw Diagnostic(code: "bad-remote-cache", "'\(url)' names no bucket", remedy: remedy)
      }
      if let endpoint, !Self.isWeb(endpoint) {
        throw Diagnostic(
          code: "bad-remote-cache", "the endpoint '\(endpoint)' is no web address", remedy: "write https://host")
      }
      return
    }
    guard Self.isWeb(url) else {
      throw Diagnostic(code: "bad-remote-cache", "'\(url)' is no address of a remote cache", remedy: remedy)
    }
  }

  private static func isWeb(_ text: String) -> Bool {
    ["http://", "https://"].contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }
}
