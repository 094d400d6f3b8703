import JSON
import Testing

@testable import HTTPService

@Suite struct HTTPAccessTests {
  private func status(
    _ access: HTTPAccess, _ headers: [String: String] = [:], path: String = "/v1/models", method: String = "GET"
  ) -> Int {
    access.answer(to: HTTPRequest(method: method, path: path, headers: headers))?.status ?? 200
  }

  @Test func keysOpenTheDoorAndOpenPathsNeedNone() {
    let access = HTTPAccess(key: "secret", openPaths: ["/health"])
    func status(_ header: String?) -> Int { self.status(access, header.map { ["authorization": $0] } ?? [:]) }
    #expect(status("Bearer secret") == 200 && status("bearer secret") == 200)
    for wrong in [
      nil, "", "secret", "Bearer ", "Bearer secre", "Bearer secrets", "Bearer secretsecret", "Bearer Secret",
    ] {
      #expect(status(wrong) == 401)
    }
    #expect(self.status(access, path: "/health") == 200)
    #expect(!HTTPAccess.equalInConstantTime([], []))
  }

  @Test func otherSitesAndReboundNamesAreRefused() {
    func status(_ headers: [String: String], loopback: Bool = true) -> Int {
      self.status(HTTPAccess(isLoopback: loopback), headers)
    }
    #expect(status(["host": "localhost:8000"]) == 200 && status(["host": "127.0.0.1:8000"]) == 200)
    #expect(status(["host": "[::1]:8000"]) == 200)
    #expect(status(["host": "evil.example"]) == 403 && status(["host": "127.evil.example:8000"]) == 403)
    #expect(status(["host": "evil.example"], loopback: false) == 200)
    #expect(status(["host": "localhost:8000", "origin": "http://localhost:8000"]) == 200)
    #expect(status(["host": "localhost:8000", "origin": "http://evil.example"]) == 403)
    #expect(status(["host": "localhost:8000", "origin": "null"]) == 403)
  }

  @Test func namesAndSitesAreAllowedOneByOne() {
    let access = HTTPAccess(key: "k", hosts: ["DSW-gateway.example:443"], origins: ["https://app.example"])
    let key = ["authorization": "Bearer k"]
    func status(_ headers: [String: String]) -> Int { self.status(access, headers.merging(key) { a, _ in a }) }
    #expect(status(["host": "dsw-gateway.example"]) == 200)
    #expect(status(["host": "other.example"]) == 403)
    #expect(status(["host": "localhost:8000", "origin": "https://app.example"]) == 200)
    #expect(status(["host": "localhost:8000", "origin": "https://app.example.evil"]) == 403)
    let allowed = HTTPRequest(
      method: "GET", path: "/v1/models", headers: ["host": "localhost:8000", "origin": "https://app.example"])
    #expect(access.headers(for: allowed)["Access-Control-Allow-Origin"] == "https://app.example")
    let own = HTTPRequest(
      method: "GET", path: "/", headers: ["host": "localhost:8000", "origin": "http://localhost:8000"])
    #expect(access.headers(for: own).isEmpty)
    #expect(self.status(HTTPAccess(origins: ["*"]), ["host": "localhost", "origin": "https://any.example"]) == 200)
  }

  /// A browser asks with OPTIONS, without the key, before a page's request goes to another site.
  @Test func browsersMayAskBeforehand() throws {
    let access = HTTPAccess(key: "k", origins: ["https://app.example"])
    func ask(_ origin: String) -> HTTPResponse? {
      access.answer(
        to: HTTPRequest(
          method: "OPTIONS", path: "/v1/chat/completions",
          headers: [
            "host": "localhost:8000", "origin": origin, "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,x-stainless-lang",
          ]))
    }
    let yes = try #require(ask("https://app.example"))
    #expect(yes.status == 204 && yes.headers["Access-Control-Allow-Origin"] == "https://app.example")
    #expect(yes.headers["Access-Control-Allow-Headers"] == "authorization,x-stainless-lang")
    #expect(ask("https://evil.example")?.status == 403)
  }

  @Test func aPersonInABrowserReadsWhatToType() throws {
    let access = HTTPAccess()
    func answer(_ headers: [String: String]) throws -> HTTPResponse {
      try #require(access.answer(to: HTTPRequest(method: "GET", path: "/", headers: headers)))
    }
    let page = try answer(["host": "gateway.example:80", "accept": "text/html,*/*"])
    let text = String(decoding: page.body, as: UTF8.self)
    #expect(page.status == 403 && page.contentType.hasPrefix("text/html"))
    #expect(text.contains("<code>--allow-host gateway.example</code>") && text.contains("lang=\"zh\""))
    // A browser that names a language is answered in that one.
    for (language, title, other) in [("zh-CN,zh;q=0.9,en;q=0.8", "已拒绝", "Refused"), ("en-US", "Refused", "已拒绝")] {
      let page = try answer(["host": "gateway.example", "accept": "text/html", "accept-language": language])
      let text = String(decoding: page.body, as: UTF8.self)
      #expect(text.contains(title) && !text.contains(other) && text.contains("--allow-host gateway.example"))
    }
    let json = try answer(["host": "gateway.example"])
    let message = try JSONValue(parsing: json.body)["error"]?["message"]?.stringValue
    #expect(message?.contains("start the service with --allow-host gateway.example") == true)
    // A name is shown and never becomes markup or another command.
    let odd = try answer(["host": "<script>alert(1)</script>;rm -rf$(x)`y`", "accept": "text/html"])
    let shown = String(decoding: odd.body, as: UTF8.self)
    #expect(!shown.contains("<script") && !shown.contains("$(") && !shown.contains("`y`"))
  }
}
