public import JSON

/// A request as the router sees it: whole, and free of any connection.
public struct HTTPRequest: Sendable, Hashable {
  public var method: String
  /// Path without the query, percent-decoded.
  public var path: String
  /// Names in lower case.
  public var headers: [String: String]
  public var body: [UInt8]
  /// Who asks, for fairness among clients; an address, never shown.
  public var client: String

  public init(method: String, path: String, headers: [String: String] = [:], body: [UInt8] = [], client: String = "") {
    self.method = method
    self.path = path
    self.headers = headers
    self.body = body
    self.client = client
  }
}

public struct HTTPResponse: Sendable, Hashable {
  public var status: Int
  public var contentType: String
  public var headers: [String: String]
  public var body: [UInt8]

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

/// An error in the shape OpenAI's clients understand.
public struct APIError: Error, Sendable, Hashable {
  public var status: Int
  public var type: String
  public var message: String
  public var parameter: String?
  public var code: String?
  /// Seconds after which trying again makes sense.
  public var retryAfter: Int?

  public init(
    status: Int, type: String = "invalid_request_error", _ message: String, parameter: String? = nil,
    code: String? = nil, retryAfter: Int? = nil
  ) {
    self.status = status
    self.type = type
    self.message = message
    self.parameter = parameter
    self.code = code
    self.retryAfter = retryAfter
  }

  public static func invalid(_ message: String, _ parameter: String? = nil, code: String? = nil) -> APIError {
    APIError(status: 400, message, parameter: parameter, code: code)
  }

  public var json: JSONValue {
    [
      "error": [
        "message": .string(message), "type": .string(type), "param": parameter.map { .string($0) } ?? .null,
        "code": code.map { .string($0) } ?? .null,
      ]
    ]
  }

  public var response: HTTPResponse {
    var response = HTTPResponse.json(json, status: status)
    if let retryAfter { response.headers["Retry-After"] = String(retryAfter) }
    if status == 401 { response.headers["WWW-Authenticate"] = "Bearer" }
    return response
  }
}

/// Where the answer to one request goes. Calls come from any thread, one at a time.
public protocol ResponseSink: AnyObject, Sendable {
  /// The whole answer.
  func respond(_ response: HTTPResponse)
  /// Begins an answer that comes in pieces.
  func begin(status: Int, contentType: String)
  func send(_ bytes: [UInt8])
  func end()
  /// Whether nobody is listening any more.
  var isGone: Bool { get }
}
