public import JSON

/// A request as a handler sees it: whole, and free of any connection.
public struct HTTPRequest: Sendable, Hashable {
  public var method: String
  /// Path without the query, percent-decoded.
  public var path: String
  /// Members of the query, percent-decoded; of members with one name the last.
  public var query: [String: String]
  /// Names in lower case.
  public var headers: [String: String]
  public var body: [UInt8]
  /// Who asks, for fairness among clients; an address, never shown.
  public var client: String

  public init(
    method: String, path: String, query: [String: String] = [:], headers: [String: String] = [:], body: [UInt8] = [],
    client: String = ""
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.client = client
  }

  /// Whether a browser asks for a document to show.
  var wantsPage: Bool { method == "GET" && headers["accept"]?.contains("text/html") == true }
}

public struct HTTPResponse: Sendable, Hashable {
  public var status: Int
  public var contentType: String
  public var headers: [String: String]
  public var body: [UInt8]
  /// The error that this response reports, so that the server can word it for whoever asked.
  var error: APIError?

  public init(
    status: Int, contentType: String = "application/json", headers: [String: String] = [:], body: [UInt8] = []
  ) {
    self.status = status
    self.contentType = contentType
    self.headers = headers
    self.body = body
  }

  public static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
    HTTPResponse(status: status, body: value.bytes())
  }
}
