import Diagnostics
import Glibc
import Testing

@testable import Transfer

@Suite struct WebhookTests {
  @Test func aMessageIsPostedAsJSON() throws {
    let server = try FakeServer { _ in .text("ok") }
    try Webhook.post(Array("{}".utf8), to: server.url + "/hook?key=1", within: 10)
    let request = try #require(server.requests.first)
    #expect(request.method == "POST" && request.target == "/hook?key=1")
    #expect(request.headers["content-type"] == "application/json" && request.body == Array("{}".utf8))
  }

  /// What failed is said without what is secret in the address.
  @Test func aRefusalNamesTheHostAlone() throws {
    let server = try FakeServer { _ in .text("no", status: 403) }
    #expect {
      try Webhook.post([], to: server.url + "/secret?key=secret", within: 10)
    } throws: {
      let error = $0 as? Diagnostic
      return error?.code == "webhook-failed" && error?.message.contains("it answers 403") == true
        && error?.message.contains("secret") == false
    }
    #expect(throws: Diagnostic.self) { try Webhook.post([], to: "ftp://example.com", within: 1) }
  }

  @Test func aServerThatNeverAnswersIsLeft() throws {
    let server = try FakeServer { _ in
      sleep(4)
      return .text("late")
    }
    let started = time(nil)
    #expect(throws: Diagnostic.self) { try Webhook.post([], to: server.url, within: 1) }
    #expect(time(nil) - started < 4)
  }
}
