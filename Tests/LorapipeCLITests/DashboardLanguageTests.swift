import Glibc
import HTTPService
import JSON
import Testing

@testable import LorapipeCLI

/// `ui` speaks Chinese where it is asked to: when it does not start, and in every error of its page.
@Suite(.serialized) struct DashboardLanguageTests {
  private func workspace() throws -> Program {
    let program = try Program()
    program.write(
      "recipes/grace.yaml",
      "stages:\n  mixed: { kind: mix, domain: [./rows.jsonl], validation: 0 }\n"
        + "  note: { kind: command, shell: 'echo x > {output}/x' }\n")
    program.write("recipes/rows.jsonl", "{\"query\": \"Who?\", \"response\": \"Pip.\"}\n")
    #expect(program.run("run").status == 0)
    return program
  }

  private static func isChinese(_ text: String) -> Bool {
    text.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
      && text.split(separator: "\n").allSatisfy { ChineseOutputTests.english(in: String($0)).isEmpty }
  }

  /// A dashboard that answers on a port of its own, until `body` returns.
  private func serving(
    _ program: Program, _ options: String, _ body: (_ port: Int, _ token: String) throws -> Void
  ) throws {
    program.shell(
      "$LP ui \(options) --port 0 --json > ui.out 2> ui.err & echo $! > ui.pid\n"
        + Program.waiting(for: "address", in: "ui.out"))
    defer { program.shell("kill -INT $(cat ui.pid)") }
    let address = try JSONValue(parsing: Files.read(program.folder + "/ui.out"))["address"]?.stringValue ?? ""
    let port = try #require(Int(address.split(separator: ":").last ?? ""))
    let session = try #require(LoopbackClient.ask("/api/session", port: port))
    try body(port, try JSONValue(parsing: session.body)["token"]?.stringValue ?? "")
  }

  private static let looks: [String] = [
    "/api/nothing", "/api/stop", "/api/run", "/api/run?run=nope", "/api/run?run=graec", "/api/run?run=mixed",
    "/api/live?run=nope", "/api/log?run=latest&stage=nope", "/api/log?run=latest", "/api/recipe?name=nope.yaml",
    "/api/curve?runs=" + (1...51).map { "r\($0)" }.joined(separator: ","), "/api/rows?run=latest&finding=nope",
    "/api/tokens?run=latest", "/api/near?run=latest", "/api/compare?runs=nope",
  ]

  private static let actions: [(String, JSONValue)] = [
    ("/api/runs", ["run": "latest"]), ("/api/stop", ["run": "latest"]), ("/api/stop", ["run": "nope"]),
    ("/api/check", ["text": ""]), ("/api/check", ["text": "stages:\n  a: { kind: mxi }\n"]),
    ("/api/save", ["name": "a b", "text": "x"]), ("/api/save", ["name": "grace", "text": "x"]),
    ("/api/start", ["recipe": "nope.yaml"]), ("/api/start", ["recipe": "broken.yaml"]),
    ("/api/resume", ["run": "latest~5"]), ("/api/chat", ["run": "latest"]),
    ("/api/label", ["run": "latest", "kind": "nope"]), ("/api/label", ["run": "latest", "kind": "tag", "text": "-x"]),
    ("/api/label", ["run": "latest", "kind": "tag", "text": "a b/c"]),
    ("/api/delete", ["runs": []]), ("/api/delete", ["runs": ["nope"]]),
  ]

  @Test func everyErrorOfThePageIsChinese() throws {
    let program = try workspace()
    defer { program.remove() }
    program.write("recipes/broken.yaml", "stages:\n  a: { kind: mxi }\n")
    try serving(program, "--lang zh") { port, token in
      var count = 0
      func check(_ name: String, _ answer: (status: Int, body: [UInt8])?) throws {
        let answer = try #require(answer, "\(name)")
        guard answer.status >= 400 else { return }
        count += 1
        let message = try JSONValue(parsing: answer.body)["error"]?["message"]?.stringValue ?? ""
        #expect(Self.isChinese(message), "\(name): \(message)")
      }
      for path in Self.looks { try check(path, LoopbackClient.ask(path, port: port)) }
      for (path, body) in Self.actions {
        try check(
          "\(path) \(body.text())",
          LoopbackClient.ask(path, port: port, body: body, headers: ["X-Lorapipe-Token": token], seconds: 60))
      }
      try check("no token", LoopbackClient.ask("/api/start", port: port, body: ["recipe": "grace.yaml"]))
      try check("elsewhere", LoopbackClient.ask("/api/runs", port: port, headers: ["Origin": "https://evil.example"]))
      #expect(count >= Self.looks.count + Self.actions.count - 2)
    }
  }

  /// The page's own choice counts more than the browser's header, and that more than how the dashboard was started; a
  /// command that the dashboard starts for the page speaks its language too.
  @Test(arguments: [
    ("--lang zh", "", "", true), ("--lang zh", "", "en-US", false), ("--lang zh", "?lang=en", "zh-CN", false),
    ("--lang en", "", "", false), ("--lang en", "", "zh-CN,zh;q=0.9", true), ("--lang en", "?lang=zh", "en", true),
  ])
  func thePagesLanguageIsSpoken(_ options: String, _ query: String, _ header: String, _ isChinese: Bool) throws {
    let program = try workspace()
    defer { program.remove() }
    try serving(program, options) { port, token in
      let headers = header.isEmpty ? [:] : ["Accept-Language": header]
      let asked: [(String, JSONValue?)] = [
        ("/api/nothing", nil), ("/api/recipe", nil), ("/api/stop", ["run": "nope"]),
        ("/api/check", ["text": "stages:\n  a: { kind: mxi }\n"]),
      ]
      for (path, body) in asked {
        let answer = try #require(
          LoopbackClient.ask(
            path + query, port: port, body: body, headers: headers.merging(["X-Lorapipe-Token": token]) { $1 },
            seconds: 60))
        let message = try JSONValue(parsing: answer.body)["error"]?["message"]?.stringValue ?? ""
        #expect(answer.status >= 400 && !message.isEmpty, "\(path): \(message)")
        #expect(Self.isChinese(message) == isChinese, "\(path): \(message)")
      }
    }
  }

  /// What keeps it from starting.
  @Test(arguments: [
    "ui --host no.such.host.invalid", "ui --host 203.0.113.7", "ui --port 99999", "ui --port x", "ui --host ''",
    "ui extra", "ui --prot 1", "-C nowhere ui", "-C / ui",
  ])
  func aStartThatFailsSaysSoInChinese(_ line: String) throws {
    let program = try workspace()
    defer { program.remove() }
    for language in ["--lang zh \(line)", "\(line) --lang zh"] {
      let result = program.run("\(language) < /dev/null")
      #expect(result.status != 0 && Self.isChinese(result.error), "\(result.error)")
      #expect(!result.error.contains("error:") && !result.error.contains("help:"), "\(result.error)")
    }
  }

  @Test func aPortThatIsTakenIsSaidInChinese() throws {
    let program = try workspace()
    defer { program.remove() }
    try serving(program, "") { port, _ in
      let result = program.run("ui --port \(port) --lang zh")
      #expect(result.status != 0 && Self.isChinese(result.error) && result.error.contains("--port"), "\(result.error)")
    }
  }
}
