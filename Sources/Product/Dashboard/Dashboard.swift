import Diagnostics
public import HTTPService
import JSON
import PipelineEngine
import Platform
public import Reports
import RunHistory

/// The dashboard of a workspace behind an `HTTPServer`: a page, and the values it shows as JSON.
///
/// Everything that changes something takes the token, which only a page of this very address can read (`/api/session`):
/// another site's page can neither read the answer nor set the header.
public final class Dashboard: HTTPHandler {
  let archive: RunArchive
  /// The folder that holds `recipes/` and `runs/`.
  let workspace: String
  let program: DashboardProgram
  let words: @Sendable (Words.Language) -> Words
  public let languages: ServiceLanguages
  let token: String
  let version: String
  let curveCache = CurveCache()
  let tableCache = RunTableCache()

  static let tokenHeader = "x-lorapipe-token"

  /// - Parameters:
  ///   - languages: of its errors.
  ///   - words: the words of a language, with the texts of other modules.
  ///   - token: what a request must bring to start or stop something; not to be guessed.
  public init(
    _ archive: RunArchive, workspace: String, program: DashboardProgram, token: String, version: String,
    languages: ServiceLanguages = .english, words: @escaping @Sendable (Words.Language) -> Words
  ) {
    self.archive = archive
    self.workspace = workspace
    self.program = program
    self.token = token
    self.version = version
    self.languages = languages
    self.words = words
  }

  /// Paths that need no key: what a browser loads before anybody can type one.
  public static var openPaths: Set<String> { Set(DashboardFiles.names.map { "/page/" + $0 } + ["/", "/health"]) }

  /// The license of dygraphs, which is part of the program: authors, and the terms that go with every copy.
  public static var chartLicense: String { String(decoding: DashboardFiles.chartLicense, as: UTF8.self) }

  public func handle(_ request: HTTPRequest, _ sink: any ResponseSink) {
    if let file = file(request) {
      sink.respond(file)
      return
    }
    // Reading a large workspace takes a while, and others ask meanwhile.
    Thread.detached { sink.respond(self.response(request)) }
  }

  private func file(_ request: HTTPRequest) -> HTTPResponse? {
    let name =
      request.path == "/" ? "index.html" : request.path.hasPrefix("/page/") ? String(request.path.dropFirst(6)) : nil
    guard let name, request.method == "GET" || request.method == "HEAD" else { return nil }
    return DashboardFiles.response(name)
  }

  /// The answer to a request, which is a pure function of it and of the workspace.
  func response(_ request: HTTPRequest) -> HTTPResponse {
    if let file = file(request) { return file }
    var answer = answer(request)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
  }

  private func answer(_ request: HTTPRequest) -> HTTPResponse {
    do {
      return try route(request)
    } catch let error as APIError {
      return error.response
    } catch let error as Diagnostic {
      return failure([error], request)
    } catch let error as DiagnosticList {
      return failure(error.diagnostics, request)
    } catch {
      return APIError(status: 500, type: "server_error", "the server failed").response
    }
  }

  private func failure(_ diagnostics: [Diagnostic], _ request: HTTPRequest) -> HTTPResponse {
    let words = words(language(request))
    let missing: Set<String> = ["run-not-found", "run-ambiguous", "unknown-stage"]
    let status = diagnostics.contains { missing.contains($0.code) } ? 404 : 400
    let texts = diagnostics.map { diagnostic in
      let place = diagnostic.location?.line.map { "\($0): " } ?? ""
      return place + words.reworded(diagnostic.message)
        + (diagnostic.remedy.map { " – " + words.reworded($0) } ?? "")
    }
    return .json(
      ["error": ["message": .string(texts.joined(separator: "\n")), "code": .string(diagnostics.first?.code ?? "")]],
      status: status)
  }

  func language(_ request: HTTPRequest) -> Words.Language {
    Words.Language(rawValue: languages.language(for: request).rawValue) ?? .english
  }

  /// The options with which a command that is started for a request says in its language what is wrong.
  func spoken(_ request: HTTPRequest) -> [String] { ["--lang", language(request).rawValue] }

  private func route(_ request: HTTPRequest) throws -> HTTPResponse {
    if let action = Self.actions[request.path] {
      guard request.method == "POST" else { throw Self.method("POST") }
      // In constant time, as keys are compared.
      guard HTTPAccess.isEqual(request.headers[Self.tokenHeader] ?? "", token) else {
        throw APIError(
          status: 403, type: "permission_error", "this needs the token of the dashboard's own page; reload the page",
          code: "token_missing")
      }
      return .json(try action(self)(request))
    }
    guard request.method == "GET" || request.method == "HEAD" else { throw Self.method("GET") }
    guard let look = Self.looks[request.path] else {
      throw APIError(status: 404, "there is no such route", code: "not_found")
    }
    return .json(try look(self)(request))
  }

  private static func method(_ name: String) -> APIError {
    APIError(status: 405, "this route takes \(name)", code: "method_not_allowed")
  }

  private typealias Handler = @Sendable (Dashboard) -> @Sendable (HTTPRequest) throws -> JSONValue

  private static let looks: [String: Handler] = [
    "/health": { _ in { _ in ["status": "healthy"] } },
    "/api/session": Dashboard.session, "/api/runs": Dashboard.runTable, "/api/run": Dashboard.run,
    "/api/live": Dashboard.live, "/api/curve": Dashboard.curve, "/api/log": Dashboard.log,
    "/api/compare": Dashboard.compare, "/api/answers": Dashboard.answers, "/api/rows": Dashboard.rows,
    "/api/near": Dashboard.near, "/api/machine": Dashboard.machine, "/api/tokens": Dashboard.tokens,
    "/api/adapter": Dashboard.adapter,
    "/api/recipes": Dashboard.recipes, "/api/recipe": Dashboard.recipe, "/api/schema": Dashboard.schema,
  ]

  private static let actions: [String: Handler] = [
    "/api/stop": Dashboard.stop, "/api/resume": Dashboard.resume, "/api/check": Dashboard.check,
    "/api/save": Dashboard.save, "/api/start": Dashboard.start, "/api/chat": Dashboard.chat,
    "/api/label": Dashboard.label, "/api/delete": Dashboard.delete,
  ]

  // MARK: - What requests say

  func text(_ request: HTTPRequest, _ name: String) throws(APIError) -> String {
    guard let value = request.query[name], !value.isEmpty else { throw APIError.invalid("'\(name)' is missing", name) }
    return value
  }

  func number(_ request: HTTPRequest, _ name: String, _ range: ClosedRange<Int>, default standard: Int) -> Int {
    min(max(request.query[name].flatMap { Int($0) } ?? standard, range.lowerBound), range.upperBound)
  }

  /// Names of runs, separated by commas; at most so many as can be told apart.
  func runNames(_ request: HTTPRequest) throws(APIError) -> [String] {
    let names = try text(request, "runs").split(separator: ",").map(String.init)
    guard names.count <= 50 else { throw APIError.invalid("at most 50 runs are compared at once", "runs") }
    return names
  }

  private func session(_ request: HTTPRequest) throws -> JSONValue {
    [
      "token": .string(token), "version": .string(version), "workspace": .string(workspace),
      "library": "dygraphs (MIT), https://dygraphs.com",
    ]
  }
}
