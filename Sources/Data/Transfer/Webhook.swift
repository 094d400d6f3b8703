public import Diagnostics
import Platform

/// A message to a web address, sent once.
public enum Webhook {
  private final class Nothing: BodyConsumer {
    func begin(_ response: HTTPResponse) -> Bool { true }
    func consume(_ bytes: UnsafeRawBufferPointer) -> Bool { true }
  }

  /// Posts JSON. Proxies and certificates are those of downloads.
  /// - Parameter seconds: how long it may take in all.
  /// - Throws: `webhook-failed`, whose text has neither user, password nor query of the address.
  public static func post(_ json: [UInt8], to url: String, within seconds: Double) throws(Diagnostic) {
    let shown = WebAddress.origin(url) ?? "the address"
    guard WebAddress.origin(url) != nil else {
      throw Diagnostic(
        code: "webhook-failed", "a webhook needs an address that begins with http:// or https://",
        remedy: "give the address as the service shows it")
    }
    let deadline = SystemClock.monotonic() + seconds
    var request = HTTPRequest(url: url, headers: ["Content-Type: application/json", "Expect:"], body: .bytes(json))
    request.method = "POST"
    let whole = Int(max(1, min(seconds, 3600)))
    let session = HTTPSession(timeouts: HTTPTimeouts(connect: whole, stall: whole))
    do throws(HTTPFailure) {
      let response = try session.perform(request, consumer: Nothing()) { SystemClock.monotonic() > deadline }
      guard (200..<300).contains(response.status) else {
        throw HTTPFailure.transport("it answers \(response.status)", isTransient: false)
      }
    } catch {
      let problem =
        switch error {
        case .transport(let text, _), .redirect(let text): text
        case .cancelled: "no answer within \(whole) s"
        case .stopped: "the answer broke off"
        }
      throw Diagnostic(code: "webhook-failed", "cannot notify \(shown): \(problem)")
    }
  }
}
