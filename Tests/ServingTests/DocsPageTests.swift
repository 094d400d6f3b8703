import HTTPService
import JSON
import Testing

@testable import Serving

@Suite struct DocsPageTests {
  private static let chinese = ServiceLanguages(usual: .english) { $0 == Route.question ? "你是谁？" : "【\($0)】" }

  private func page(_ headers: [String: String]) throws -> String {
    var state = RouterTests.state
    state.languages = Self.chinese
    let response = try #require(RouterTests.response(RouterTests.ask("GET", "/docs", headers: headers, state: state)))
    #expect(response.status == 200)
    return String(decoding: response.body, as: UTF8.self)
  }

  @Test func thePageIsInTheLanguageThatIsAskedFor() throws {
    let english = try page(["host": "h:1"])
    #expect(english.contains("<html lang=\"en\">") && english.contains("http://h:1/v1") && !english.contains("【"))
    let chinese = try page(["host": "h:1", "accept-language": "zh-CN"])
    #expect(chinese.contains("<html lang=\"zh-CN\">"))
    for route in Route.all {
      #expect(english.contains(HTML.escaped(route.summary)))
      #expect(chinese.contains("【\(HTML.escaped(route.summary))】"))
    }
    #expect(chinese.contains("你是谁？") && !chinese.contains(Route.question))
  }

  /// Every example is a body that its route takes.
  @Test func noExampleHoldsAPlaceholder() {
    for route in Route.all {
      let command = route.command(address: "http://h", model: "m'1")
      #expect(!command.contains("MODEL") && !command.contains("QUESTION") && !command.contains("NAME"), "\(command)")
    }
    let chat = Route.all.first { $0.path == "/v1/chat/completions" }
    #expect(chat?.command(address: "http://h", model: "m'1").contains("m'\\''1") == true)
  }
}
