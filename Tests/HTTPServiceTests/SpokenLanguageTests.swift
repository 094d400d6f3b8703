import JSON
import Testing

@testable import HTTPService

/// A client is answered in the language it asks for; what programs read stays as it is.
@Suite struct SpokenLanguageTests {
  @Test(arguments: [
    ("zh-CN,zh;q=0.9,en;q=0.8", SpokenLanguage.chinese), ("zh", .chinese), ("ZH-Hant", .chinese), ("en-US", .english),
    ("en, zh", .english), ("en;q=0.5, zh", .chinese), ("fr, zh;q=0.3, en;q=0.2", .chinese), ("*", nil), ("", nil),
    ("fr-FR, de", nil), ("zh;q=0", nil), ("zh;q=0, en;q=0.1", .english), ("zh;q=x", nil), (";;,,zh ; q=1", .chinese),
  ])
  func theHeaderIsReadByItsWeights(header: String, language: SpokenLanguage?) {
    #expect(SpokenLanguage(acceptLanguage: header) == language)
  }

  private final class Refusing: HTTPHandler {
    let languages: ServiceLanguages

    init(_ languages: ServiceLanguages) { self.languages = languages }

    func handle(_ request: HTTPRequest, _ sink: any ResponseSink) {
      guard request.path == "/stream" else {
        return sink.respond(APIError.invalid("no such thing", "thing", code: "nothing").response)
      }
      sink.begin(status: 200, contentType: "text/plain")
      sink.send(sink.worded(APIError.invalid("no such thing")).json.bytes())
      sink.end()
    }
  }

  private func error(_ language: String?, _ usual: SpokenLanguage, path: String = "/") throws -> JSONValue {
    let languages = ServiceLanguages(usual: usual) { "译：" + $0 }
    let server = try HTTPServer.start(Refusing(languages), port: 0)
    defer { server.stop(drainSeconds: 1) }
    let headers = language.map { ["Accept-Language": $0] } ?? [:]
    let answer = try #require(LoopbackClient.ask(path, port: server.port, headers: headers))
    return try #require(try JSONValue(parsing: answer.body)["error"])
  }

  @Test func anErrorIsWordedForWhoeverAsks() throws {
    let chinese = try error("zh-CN", .english)
    #expect(chinese["message"] == "译：no such thing")
    #expect(chinese["type"] == "invalid_request_error" && chinese["param"] == "thing" && chinese["code"] == "nothing")
    #expect(try error("en", .chinese)["message"] == "no such thing")
    #expect(try error(nil, .chinese)["message"] == "译：no such thing")
    #expect(try error(nil, .english)["message"] == "no such thing")
  }

  @Test func anErrorInAStreamIsWordedToo() throws {
    #expect(try error("zh", .english, path: "/stream")["message"] == "译：no such thing")
  }

  @Test func theServersOwnRefusalsAreWorded() throws {
    let languages = ServiceLanguages(usual: .chinese) { "译：" + $0 }
    let server = try HTTPServer.start(Refusing(languages), port: 0, access: HTTPAccess(key: "secret"))
    defer { server.stop(drainSeconds: 1) }
    let answer = try #require(LoopbackClient.ask("/", port: server.port))
    #expect(answer.status == 401)
    let message = try JSONValue(parsing: answer.body)["error"]?["message"]?.stringValue ?? ""
    #expect(message.hasPrefix("译："), "\(message)")
  }
}
