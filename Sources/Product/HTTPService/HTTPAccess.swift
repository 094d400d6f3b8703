/// Who may use a service. The server asks this before a handler sees a request, so every service on it has the same
/// protection.
///
/// A web page of another site must not use a service of this machine. Two checks see to that. `Origin` says which site a
/// page came from: it must be the service itself or one that was allowed by name. `Host` says which name the browser
/// asked for: a service that listens on this machine's own address answers to the machine's own names only, because any
/// site can point a name of its own at 127.0.0.1 (DNS rebinding).
public struct HTTPAccess: Sendable, Hashable {
  /// Whether the service listens on this machine's own address alone.
  public var isLoopback: Bool
  /// The key that requests must bring; `nil` asks for none.
  public var key: String?
  /// Paths that need no key: what a browser loads before anybody can type one.
  public var openPaths: Set<String>
  /// Further names a request may be addressed to, without port.
  public var hosts: Set<String>
  /// Further sites whose pages may use the service, as `https://name:port`; `*` is all of them.
  public var origins: Set<String>
  /// What to type so that a host or an origin is allowed, up to its name.
  public static let hostOption = "--allow-host"
  public static let originOption = "--allow-origin"

  public init(
    isLoopback: Bool = true, key: String? = nil, openPaths: Set<String> = [], hosts: Set<String> = [],
    origins: Set<String> = []
  ) {
    self.isLoopback = isLoopback
    self.key = key
    self.openPaths = openPaths
    self.hosts = Set(hosts.map { Self.name(of: $0) })
    self.origins = origins
  }

  /// The addresses and names that mean this machine alone.
  public static func isLoopback(host: String) -> Bool {
    host == "localhost" || host == "::1" || isLoopbackAddress(host)
  }

  /// The answer to a request that may not pass or that asks whether it may; `nil` lets it through.
  public func answer(to request: HTTPRequest) -> HTTPResponse? {
    do {
      try checkOrigin(request)
      if isPreflight(request) { return preflight(request) }
      try checkKey(request)
      return nil
    } catch {
      return error.status == 403 && request.wantsPage ? RefusalPage.response(error, to: request) : error.response
    }
  }

  /// What a page of another site that is allowed needs in order to read the answer.
  public func headers(for request: HTTPRequest) -> [String: String] {
    guard let origin = request.headers["origin"], isElsewhere(origin, request), allows(origin) else { return [:] }
    return [
      "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After", "Vary": "Origin",
    ]
  }

  // MARK: - Sites and names

  private func checkOrigin(_ request: HTTPRequest) throws(APIError) {
    if let origin = request.headers["origin"], isElsewhere(origin, request), !allows(origin) {
      let shown = Self.shown(origin)
      throw Self.refusal(
        "requests from pages of other sites are refused, and this one comes from \(shown)", Self.originOption, shown)
    }
    guard isLoopback, let host = request.headers["host"] else { return }
    let name = Self.name(of: host)
    let isOwn =
      name == "localhost" || name.hasSuffix(".localhost") || name == "[::1]" || Self.isLoopbackAddress(name)
    guard isOwn || hosts.contains(name) else {
      let shown = Self.shown(name)
      throw Self.refusal(
        "this service answers to names of its own machine only, and it was asked for as \(shown)", Self.hostOption,
        shown)
    }
  }

  private static func refusal(_ what: String, _ option: String, _ name: String) -> APIError {
    APIError(
      status: 403, type: "permission_error", "\(what); to allow it, start the service with \(option) \(name)",
      code: "not_allowed_here")
  }

  private func isElsewhere(_ origin: String, _ request: HTTPRequest) -> Bool {
    guard let host = request.headers["host"], let mark = origin.firstRange(of: "://") else { return true }
    return origin[mark.upperBound...] != host
  }

  private func allows(_ origin: String) -> Bool { origins.contains("*") || origins.contains(origin) }

  private static func isLoopbackAddress(_ name: String) -> Bool {
    name.hasPrefix("127.") && name.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) }
  }

  /// `Example.org:8000` → `example.org`, `[::1]:8000` → `[::1]`.
  private static func name(of host: String) -> String {
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return String(host[...end]) }
    return String(host.prefix { $0 != ":" }).lowercased()
  }

  /// A name that a stranger sent, fit to be shown.
  private static func shown(_ name: String) -> String {
    let safe = name.unicodeScalars.prefix(100).filter {
      $0.isASCII && $0.value > 0x20 && !"\"'<>&\\`$".unicodeScalars.contains($0)
    }
    return String(String.UnicodeScalarView(safe))
  }

  // MARK: - Pages of other sites

  private func isPreflight(_ request: HTTPRequest) -> Bool {
    request.method == "OPTIONS" && request.headers["origin"] != nil
      && request.headers["access-control-request-method"] != nil
  }

  /// A browser asks before it sends a page's request to another site.
  private func preflight(_ request: HTTPRequest) -> HTTPResponse {
    var headers = self.headers(for: request)
    headers["Access-Control-Allow-Methods"] = "GET, POST"
    headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, X-Requested-With"
    let wanted = request.headers["access-control-request-headers"] ?? ""
    let isPlain = wanted.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || [0x2D, 0x2C, 0x20].contains(byte)
    }
    // OpenAI's JavaScript client sends headers of its own, x-stainless-lang and others.
    if isPlain, !wanted.isEmpty, wanted.utf8.count < 1000 { headers["Access-Control-Allow-Headers"] = wanted }
    headers["Access-Control-Max-Age"] = "600"
    return HTTPResponse(status: 204, contentType: "text/plain", headers: headers)
  }

  // MARK: - Keys

  private func checkKey(_ request: HTTPRequest) throws(APIError) {
    guard let key, !openPaths.contains(request.path) else { return }
    let header = request.headers["authorization"] ?? ""
    let offered = header.lowercased().hasPrefix("bearer ") ? String(header.dropFirst(7)) : ""
    guard Self.equalInConstantTime(Array(offered.utf8), Array(key.utf8)) else {
      throw APIError(
        status: 401, type: "authentication_error", "a valid API key is needed, as 'Authorization: Bearer KEY'",
        code: "invalid_api_key")
    }
  }

  /// Whether a secret is the right one, told in a time that says nothing about where they differ.
  public static func isEqual(_ offered: String, _ secret: String) -> Bool {
    equalInConstantTime(Array(offered.utf8), Array(secret.utf8))
  }

  /// Takes as long for a wrong key as for the right one: every byte offered is compared, whatever came before it.
  static func equalInConstantTime(_ offered: [UInt8], _ key: [UInt8]) -> Bool {
    var difference = UInt(bitPattern: offered.count ^ key.count)
    for index in offered.indices { difference |= UInt(offered[index] ^ (key.isEmpty ? 1 : key[index % key.count])) }
    return difference == 0 && !key.isEmpty
  }
}
