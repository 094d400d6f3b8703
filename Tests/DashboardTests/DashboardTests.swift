import Diagnostics
import Glibc
import HTTPService
import JSON
import PipelineEngine
import Platform
import Reports
import RunHistory
import Stages
import Synchronization
import TestSupport
import Testing

@testable import Dashboard

@Suite struct DashboardTests {
  /// What was asked of the program, in order.
  private final class Asked: Sendable {
    let list = Mutex<[[String]]>([])
  }

  private func make(_ folder: TemporaryFolder, _ asked: Asked = Asked()) throws -> Dashboard {
    let runs = try RunsDirectory(at: folder.path + "/runs")
    let archive = RunArchive(
      runs: runs, database: try RunDatabase.open(runs.path + "/runs.db"), catalog: StageCatalog(BuiltinStages.all))
    return Dashboard(
      archive, workspace: folder.path,
      program: DashboardProgram(
        start: { arguments in asked.list.withLock { $0.append(arguments) } },
        chat: { run, _ in "http://127.0.0.1:1/\(run)" },
        ask: { arguments in
          asked.list.withLock { $0.append(arguments) }
          return ["asked": true]
        },
        change: { arguments in
          asked.list.withLock { $0.append(["change"] + arguments) }
          return ["changed": true]
        }), token: "secret", version: "0"
    ) { Words($0) }
  }

  private func post(
    _ path: String, _ body: JSONValue, token: String? = "secret", headers: [String: String] = [:]
  ) -> HTTPRequest {
    HTTPRequest(
      method: "POST", path: path, headers: headers.merging(token.map { [Dashboard.tokenHeader: $0] } ?? [:]) { $1 },
      body: body.bytes())
  }

  @Test(arguments: [
    "/api/stop", "/api/resume", "/api/check", "/api/save", "/api/start", "/api/chat", "/api/label", "/api/delete",
  ])
  func whatChangesSomethingTakesTheToken(_ path: String) throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let asked = Asked()
    let dashboard = try make(folder, asked)
    let body: JSONValue = ["run": "latest", "text": "name: x", "name": "x", "recipe": "x.yaml"]
    for token in [nil, "", "secre", "secrets", "Secret"] {
      #expect(dashboard.response(post(path, body, token: token)).status == 403)
    }
    #expect(dashboard.response(HTTPRequest(method: "GET", path: path)).status == 405)
    #expect(dashboard.response(post(path, body)).status != 403)
    #expect(asked.list.withLock(\.count) <= 1)
  }

  /// Over a socket: the server hands the token's header on.
  @Test func theTokenPassesTheServer() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let server = try HTTPServer.start(try make(folder), port: 0)
    defer { server.stop(drainSeconds: 1) }
    let body: JSONValue = ["recipe": "none.yaml"]
    #expect(LoopbackClient.ask("/api/start", port: server.port, body: body)?.status == 403)
    let answer = LoopbackClient.ask(
      "/api/start", port: server.port, body: body, headers: [Dashboard.tokenHeader: "secret"])
    #expect(answer?.status == 404)
  }

  /// The token can be read only where the address is this machine's own: a page of another site is refused before.
  @Test func aForeignPageCannotReadTheToken() {
    let access = HTTPAccess(openPaths: Dashboard.openPaths)
    func status(_ headers: [String: String]) -> Int {
      access.answer(to: HTTPRequest(method: "GET", path: "/api/session", headers: headers))?.status ?? 200
    }
    #expect(status(["host": "127.0.0.1:8765"]) == 200)
    #expect(status(["host": "127.0.0.1:8765", "origin": "https://evil.example"]) == 403)
    #expect(status(["host": "evil.example"]) == 403)
    let page = access.answer(
      to: HTTPRequest(method: "GET", path: "/", headers: ["host": "evil.example", "accept": "text/html"]))
    let text = String(decoding: page?.body ?? [], as: UTF8.self)
    #expect(text.contains("--allow-host evil.example") && text.contains("启动"))
    // A browser asks first whether a page of another site may send a header of its own.
    let preflight = HTTPRequest(
      method: "OPTIONS", path: "/api/start",
      headers: [
        "host": "127.0.0.1:8765", "origin": "https://evil.example", "access-control-request-method": "POST",
        "access-control-request-headers": Dashboard.tokenHeader,
      ])
    #expect(access.answer(to: preflight)?.status == 403)
  }

  @Test func everyFileComesUnderAPolicyThatRunsOnlyItsOwnScripts() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let dashboard = try make(folder)
    for name in DashboardFiles.names {
      let answer = dashboard.response(HTTPRequest(method: "GET", path: "/page/" + name))
      #expect(answer.status == 200 && !answer.body.isEmpty, "\(name)")
      let policy = answer.headers["Content-Security-Policy"] ?? ""
      #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"))
      #expect(!policy.contains("unsafe") && !policy.contains("http"))
    }
    #expect(dashboard.response(HTTPRequest(method: "GET", path: "/page/../runs.db")).status == 404)
    #expect(dashboard.response(HTTPRequest(method: "GET", path: "/page/none.js")).status == 404)
    let index = String(decoding: dashboard.response(HTTPRequest(method: "GET", path: "/")).body, as: UTF8.self)
    #expect(
      !index.contains("http:") && !index.contains("https:") && !index.contains("onclick") && !index.contains("<style"))
    let library = dashboard.response(HTTPRequest(method: "GET", path: "/page/dygraph.js")).body
    #expect(String(decoding: library.prefix(200), as: UTF8.self).contains("dygraphs"))
  }

  /// Texts of users and models reach the page as text nodes only.
  @Test func noScriptOfThePageWritesHTML() {
    for name in DashboardFiles.names where name.hasSuffix(".js") && name != "dygraph.js" {
      let script = String(decoding: DashboardFiles.response(name)?.body ?? [], as: UTF8.self)
      for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"] {
        #expect(!script.contains(way), "\(name) uses \(way)")
      }
    }
  }

  @Test func recipesAreReadCheckedAndSavedAsTheyAre() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let asked = Asked()
    let dashboard = try make(folder, asked)
    let text = "name: <b>x</b>\n# 注释\n"
    #expect(dashboard.response(post("/api/save", ["name": "one", "text": .string(text)])).status == 200)
    #expect(String(decoding: try FileSystem.read(folder.path + "/recipes/one.yaml"), as: UTF8.self) == text)
    #expect(dashboard.response(post("/api/save", ["name": "one.yaml", "text": "other"])).status == 409)
    let replaced = post("/api/save", ["name": "one.yaml", "text": "other", "replace": true])
    #expect(dashboard.response(replaced).status == 200)
    for name in ["../evil", "a/b", ".hidden", "a b;rm", String(repeating: "x", count: 500)] {
      #expect(dashboard.response(post("/api/save", ["name": .string(name), "text": "x"])).status == 400, "\(name)")
    }
    #expect(dashboard.response(HTTPRequest(method: "GET", path: "/api/recipe", query: ["name": "../x"])).status == 404)
    let read = dashboard.response(HTTPRequest(method: "GET", path: "/api/recipe", query: ["name": "one.yaml"]))
    #expect(try JSONValue(parsing: read.body)["text"] == "other")
    #expect(dashboard.response(post("/api/check", ["text": "name: draft"])).status == 200)
    #expect(dashboard.response(post("/api/start", ["recipe": "none.yaml"])).status == 404)
    #expect(dashboard.response(post("/api/start", ["recipe": "one.yaml"])).status == 200)
    let commands = asked.list.withLock { $0 }
    #expect(commands.first?.first == "plan" && commands.last == ["run", "recipes/one.yaml", "--lang", "en"])
    #expect(try FileSystem.names(in: folder.path + "/recipes") == ["one.yaml"])
  }

  @Test(arguments: ["/api/run", "/api/live", "/api/curve", "/api/log", "/api/rows", "/api/compare", "/api/answers"])
  func whatIsNotThereIsSaid(_ path: String) throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let dashboard = try make(folder)
    let without = dashboard.response(HTTPRequest(method: "GET", path: path))
    #expect(without.status == 400)
    let hostile = "<script>alert(1)</script>"
    let answer = dashboard.response(
      HTTPRequest(method: "GET", path: path, query: ["run": hostile, "runs": hostile, "stage": hostile]))
    #expect(answer.status == 404 && answer.contentType == "application/json")
    #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
    #expect(answer.headers["Cache-Control"] == "no-store")
  }

  @Test func curvesOfSeveralRunsAreAskedForAtOnce() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let dashboard = try make(folder)
    let missing = dashboard.response(HTTPRequest(method: "GET", path: "/api/curve", query: ["runs": "a,b"]))
    #expect(missing.status == 404)
    let many = (0..<51).map { "r\($0)" }.joined(separator: ",")
    #expect(dashboard.response(HTTPRequest(method: "GET", path: "/api/curve", query: ["runs": many])).status == 400)
  }

  @Test func aNewWorkspaceHasAnEmptyTable() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let dashboard = try make(folder)
    let answer = dashboard.response(HTTPRequest(method: "GET", path: "/api/runs"))
    #expect(try JSONValue(parsing: answer.body) == ["columns": [], "runs": []])
    #expect(dashboard.response(HTTPRequest(method: "GET", path: "/api/nothing")).status == 404)
    let schema = dashboard.response(HTTPRequest(method: "GET", path: "/api/schema", query: ["lang": "zh"]))
    #expect(schema.status == 200 && schema.body.count > 1000)
  }
}
