import CCurl
import Glibc
import Platform

/// What to ask a server for.
package struct HTTPRequest: Sendable {
  /// What a PUT sends.
  package enum Body: Sendable {
    case bytes([UInt8])
    /// The first `size` bytes of a file.
    case file(path: String, size: Int64)

    package var size: Int64 {
      switch self {
      case .bytes(let bytes): Int64(bytes.count)
      case .file(_, let size): size
      }
    }
  }

  package var url: String
  package var isHead = false
  package var headers: [String] = []
  /// Sent only to the request's own scheme, host and port, never after a redirect to another.
  package var secretHeaders: [String] = []
  /// Makes the request a PUT, or what `method` says.
  package var body: Body?
  /// The method of a request with a body; `nil` is PUT.
  package var method: String?
  /// Where in a file the body begins.
  package var bodyOffset: Int64 = 0
  /// Whether user and password of `~/.netrc` go to the hosts it names.
  package var usesNetrc = false

  package init(
    url: String, isHead: Bool = false, headers: [String] = [], secretHeaders: [String] = [], body: Body? = nil
  ) {
    self.url = url
    self.isHead = isHead
    self.headers = headers
    self.secretHeaders = secretHeaders
    self.body = body
  }
}

/// What came back before the body.
package struct HTTPResponse: Sendable {
  package var status = 0
  /// Names in lower case; the last of equal ones.
  package var headers: [String: String] = [:]
  /// The address that answered, after redirects.
  package var url: String
  /// The first bytes of an answer that was not a success, for the message.
  package var errorText = ""
  /// Headers seen on the way through redirects, where hubs put a file's commit and digest.
  var redirectHeaders: [String: String] = [:]

  var isSuccess: Bool { status == 200 || status == 206 }

  package init(url: String) { self.url = url }
}

/// Why there was no answer.
package enum HTTPFailure: Error, Sendable, Hashable {
  case transport(String, isTransient: Bool)
  case redirect(String)
  case cancelled
  /// The consumer of the body gave up and keeps the reason.
  case stopped
}

/// Takes the body of a successful answer.
package protocol BodyConsumer: AnyObject {
  /// Called once before the body.
  /// - Returns: whether to go on.
  func begin(_ response: HTTPResponse) -> Bool
  func consume(_ bytes: UnsafeRawBufferPointer) -> Bool
}

/// One libcurl handle, which keeps its connection between requests. For one thread at a time.
///
/// Redirects are followed here rather than by libcurl, so that a secret is never sent to another host, and never in the
/// clear after having been asked for over TLS.
package final class HTTPSession {
  private static let isReady: Bool = lp_curl_is_here() != 0 && lp_curl_global_init() == CURLE_OK
  private static let maximumRedirects = 10

  private let handle: UnsafeMutableRawPointer?
  private let timeouts: HTTPTimeouts

  package init(timeouts: HTTPTimeouts = HTTPTimeouts()) {
    handle = Self.isReady ? lp_curl_easy_init() : nil
    self.timeouts = timeouts
  }

  deinit { if let handle { lp_curl_easy_cleanup(handle) } }

  /// - Parameter onSent: called now and then with how many bytes of the request's body have been sent.
  package func perform(
    _ request: HTTPRequest, consumer: any BodyConsumer, isCancelled: @escaping () -> Bool,
    onSent: @escaping (Int64) -> Void = { _ in }
  ) throws(HTTPFailure) -> HTTPResponse {
    var url = request.url
    var passed: [String: String] = [:]
    let origin = WebAddress.origin(url)
    for _ in 0...Self.maximumRedirects {
      let secrets = origin != nil && WebAddress.origin(url) == origin ? request.secretHeaders : []
      let exchange = HTTPExchange(
        url: url, body: request.body, offset: request.bodyOffset, consumer: consumer, isCancelled: isCancelled,
        onSent: onSent)
      let next = try exchangeOnce(exchange, request, url: url, headers: request.headers + secrets)
      guard let next else {
        exchange.response.redirectHeaders = passed
        return exchange.response
      }
      passed.merge(exchange.response.headers) { first, _ in first }
      guard let scheme = WebAddress.origin(next) else {
        throw .redirect("the server redirects to '\(WebAddress.displayed(next))', which is no web address")
      }
      if url.hasPrefix("https:"), scheme.hasPrefix("http:") {
        throw .redirect("the server redirects from https to '\(WebAddress.displayed(next))'")
      }
      url = next
    }
    throw .redirect("more than \(Self.maximumRedirects) redirects")
  }

  private static let certificates = LocalTools.certificates(
    environment: Environment.value("SSL_CERT_FILE"), exists: LocalTools.exists)

  /// - Returns: where the server redirects to, if it does.
  private func exchangeOnce(
    _ exchange: HTTPExchange, _ request: HTTPRequest, url: String, headers: [String]
  ) throws(HTTPFailure) -> String? {
    guard let handle else {
      throw .transport("libcurl is not installed (libcurl4), or cannot be started", isTransient: false)
    }
    lp_curl_easy_reset(handle)
    var list: UnsafeMutablePointer<curl_slist>?
    for header in headers { list = lp_curl_slist_append(list, header) ?? list }
    defer { lp_curl_slist_free_all(list) }
    // The exchange outlives curl_easy_perform, which is the only time libcurl calls back.
    let context = Unmanaged.passUnretained(exchange).toOpaque()
    _ = lp_curl_set_string(handle, CURLOPT_URL, url)
    _ = lp_curl_set_string(handle, CURLOPT_USERAGENT, "lorapipe")
    _ = lp_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    if let file = Self.certificates { _ = lp_curl_set_string(handle, CURLOPT_CAINFO, file) }
    _ = lp_curl_set_list(handle, CURLOPT_HTTPHEADER, list)
    _ = lp_curl_set_long(handle, CURLOPT_NOBODY, request.isHead ? 1 : 0)
    _ = lp_curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    _ = lp_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT, timeouts.connect)
    _ = lp_curl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, timeouts.slowest)
    _ = lp_curl_set_long(handle, CURLOPT_LOW_SPEED_TIME, timeouts.stall)
    _ = lp_curl_set_long(handle, CURLOPT_NOPROGRESS, 0)
    _ = lp_curl_set_long(handle, CURLOPT_BUFFERSIZE, 1 << 18)
    _ = lp_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
    _ = lp_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
    _ = lp_curl_set_pointer(handle, CURLOPT_XFERINFODATA, context)
    _ = lp_curl_set_data_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      guard let context, let bytes else { return 0 }
      let exchange = Unmanaged<HTTPExchange>.fromOpaque(context).takeUnretainedValue()
      let length = size &* count
      return exchange.body(UnsafeRawBufferPointer(start: bytes, count: length)) ? length : 0
    }
    _ = lp_curl_set_data_function(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      guard let context, let bytes else { return 0 }
      let exchange = Unmanaged<HTTPExchange>.fromOpaque(context).takeUnretainedValue()
      let length = size &* count
      exchange.header(UnsafeRawBufferPointer(start: bytes, count: length))
      return length
    }
    _ = lp_curl_set_progress_function(handle) { context, _, _, _, _ in
      guard let context else { return 1 }
      return Unmanaged<HTTPExchange>.fromOpaque(context).takeUnretainedValue().isCancelled() ? 1 : 0
    }
    if request.usesNetrc { _ = lp_curl_set_long(handle, CURLOPT_NETRC, 1) }
    if let body = request.body {
      _ = lp_curl_set_long(handle, CURLOPT_UPLOAD, 1)
      if let method = request.method { _ = lp_curl_set_string(handle, CURLOPT_CUSTOMREQUEST, method) }
      _ = lp_curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(body.size))
      _ = lp_curl_set_pointer(handle, CURLOPT_READDATA, context)
      _ = lp_curl_set_data_function(handle, CURLOPT_READFUNCTION) { bytes, size, count, context in
        guard let context, let bytes else { return HTTPExchange.abort }
        let exchange = Unmanaged<HTTPExchange>.fromOpaque(context).takeUnretainedValue()
        return exchange.send(UnsafeMutableRawBufferPointer(start: bytes, count: size &* count))
      }
    }
    let code = withExtendedLifetime(exchange) { lp_curl_easy_perform(handle) }
    guard code == CURLE_OK else {
      if exchange.isStopped { throw .stopped }
      if exchange.isCancelled() { throw .cancelled }
      throw .transport(String(cString: lp_curl_easy_strerror(code)), isTransient: Self.isTransient(code))
    }
    guard (300..<400).contains(exchange.response.status), exchange.response.status != 304 else {
      return exchange.finish() ? nil : try stopped()
    }
    var next: UnsafeMutablePointer<CChar>?
    _ = lp_curl_get_string(handle, CURLINFO_REDIRECT_URL, &next)
    return next.map { String(cString: $0) }
  }

  private func stopped() throws(HTTPFailure) -> String? { throw .stopped }

  private static func isTransient(_ code: CURLcode) -> Bool {
    [
      CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_PARTIAL_FILE,
      CURLE_OPERATION_TIMEDOUT, CURLE_SSL_CONNECT_ERROR, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
      CURLE_HTTP2, CURLE_HTTP2_STREAM,
      // A connection that was kept from an earlier request had ended: the body is sent again from its start.
      CURLE_SEND_FAIL_REWIND,
    ].contains(code)
  }
}

/// How long a server may keep one waiting, in seconds.
package struct HTTPTimeouts: Sendable, Hashable {
  package var connect = 15
  /// At less than `slowest` bytes a second.
  package var stall = 45
  package var slowest = 1

  package init(connect: Int = 15, stall: Int = 45, slowest: Int = 1) {
    self.connect = connect
    self.stall = stall
    self.slowest = slowest
  }
}

/// The state of one request that libcurl's callbacks fill.
private final class HTTPExchange {
  var response: HTTPResponse
  private(set) var isStopped = false
  private let consumer: any BodyConsumer
  let isCancelled: () -> Bool
  private let onSent: (Int64) -> Void
  private var hasBegun = false
  private let upload: HTTPRequest.Body?
  private var sent: Int64 = 0
  private var file: Int32 = -1
  /// CURL_READFUNC_ABORT.
  static let abort = 0x1000_0000

  init(
    url: String, body: HTTPRequest.Body?, offset: Int64, consumer: any BodyConsumer,
    isCancelled: @escaping () -> Bool, onSent: @escaping (Int64) -> Void
  ) {
    response = HTTPResponse(url: url)
    upload = body
    if case .file(let path, _)? = body {
      file = open(path, O_RDONLY | O_CLOEXEC)
      // Of a file that cannot be opened nothing is read either, which ends the request.
      if file >= 0, offset > 0 { lseek(file, off_t(offset), SEEK_SET) }
    }
    self.consumer = consumer
    self.isCancelled = isCancelled
    self.onSent = onSent
  }

  deinit { if file >= 0 { close(file) } }

  /// Fills a buffer with what comes next of the request's body.
  /// - Returns: how many bytes; a file that has become shorter ends the request.
  func send(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let upload, let base = buffer.baseAddress else { return 0 }
    let count = Int(min(Int64(buffer.count), upload.size - sent))
    if count == 0 { return 0 }
    switch upload {
    case .bytes(let bytes):
      bytes.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[Int(sent)..<Int(sent) + count]))
      }
      sent += Int64(count)
      return count
    case .file:
      var got = read(file, base, count)
      while got < 0, errno == EINTR { got = read(file, base, count) }
      guard got > 0 else { return Self.abort }
      sent += Int64(got)
      onSent(sent)
      return got
    }
  }

  func header(_ bytes: UnsafeRawBufferPointer) {
    var line = Substring(String(decoding: bytes, as: UTF8.self))
    while let last = line.unicodeScalars.last, last == "\r" || last == "\n" { line.unicodeScalars.removeLast() }
    if line.hasPrefix("HTTP/") {
      // A status line begins anew: what came before belonged to a proxy or to "100 Continue".
      let parts = line.split(separator: " ")
      response.status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
      response.headers = [:]
      return
    }
    guard let colon = line.firstIndex(of: ":"), response.headers.count < 256 else { return }
    let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    response.headers[line[..<colon].lowercased()] = String(value)
  }

  func body(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard response.isSuccess else {
      if response.errorText.utf8.count < 4096 { response.errorText += String(decoding: bytes, as: UTF8.self) }
      return true
    }
    guard begin(), consumer.consume(bytes) else {
      isStopped = true
      return false
    }
    return true
  }

  private func begin() -> Bool {
    if hasBegun { return true }
    hasBegun = true
    return consumer.begin(response)
  }

  /// An empty body also begins.
  func finish() -> Bool { response.isSuccess ? begin() : true }
}
