public import JSON

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
    response.error = self
    if status == 401 { response.headers["WWW-Authenticate"] = "Bearer" }
    return response
  }
}
