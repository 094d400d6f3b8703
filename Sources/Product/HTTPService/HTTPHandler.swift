/// A service behind an `HTTPServer`: request in, answer into a sink. It knows no socket.
public protocol HTTPHandler: Sendable {
  /// Answers a request now, or later from any thread. The server has checked who is asking.
  func handle(_ request: HTTPRequest, _ sink: any ResponseSink)
  /// The languages of its errors and pages.
  var languages: ServiceLanguages { get }
  /// Takes nothing new in and returns when what was accepted is finished, or after `seconds`.
  func drain(seconds: Double)
}

extension HTTPHandler {
  public var languages: ServiceLanguages { .english }

  /// For a service that answers every request at once.
  public func drain(seconds: Double) {}
}

/// Where the answer to one request goes. Calls come from any thread, one at a time.
public protocol ResponseSink: AnyObject, Sendable {
  /// An error in the language of whoever asked. A whole response is worded by `respond` itself.
  func worded(_ error: APIError) -> APIError
  /// The whole answer.
  func respond(_ response: HTTPResponse)
  /// Begins an answer that comes in pieces.
  func begin(status: Int, contentType: String)
  func send(_ bytes: [UInt8])
  func end()
  /// Whether nobody is listening any more.
  var isGone: Bool { get }
}

extension ResponseSink {
  public func worded(_ error: APIError) -> APIError { error }
}
