import Diagnostics
import JSON
import PipelineEngine
import Platform
import Recipes
import Transfer

/// Models and datasets named by where they come from: `modelscope:Qwen/Qwen3-0.6B`, a hub's page, a package.
struct PulledModel {
  var path: String
  /// The link to it, as it can be typed here.
  var link: String
  var name: String

  /// The source that a word of a command line is; `nil` for a path, a stage or a run.
  /// - Throws: exit status 2 for the bare name of a repository, which both hubs may have.
  static func source(_ text: String) throws -> FetchSource? {
    if LocalText.exists(text) { return nil }
    let meant = FetchSource.meant(by: text)
    // Who copies the address of a mirror often cannot reach the hub itself. A variable that is set has the last word.
    if let mirror = FetchSource.mirror(ofPage: text), Environment.value("HF_ENDPOINT") == nil {
      Environment.set("HF_ENDPOINT", to: mirror)
    }
    if meant.count == 1 { return meant[0] }
    if meant.count > 1 {
      let sources = meant.map(\.canonical).joined(separator: " or ")
      let isDataset = meant.allSatisfy { if case .repository(_, .dataset, _) = $0 { true } else { false } }
      throw CommandFailure(
        cause: Diagnostic(
          code: "no-model", "there is no file '\(text)'",
          remedy: isDataset ? "for a dataset of a hub write \(sources)" : "for a model of a hub write \(sources)"),
        status: .usage)
    }
    switch try? FetchSource(parsing: text) {
    case .repository?, .url?, .wheel?: return try FetchSource(parsing: text)
    case .file?, nil: return nil
    }
  }

  /// Brings it, or finds that it is here.
  /// - Parameter include: only files whose path matches one of these.
  static func get(
    _ source: FetchSource, revision: String? = nil, include: [String] = [], _ invocation: Invocation
  ) async throws -> PulledModel {
    let workspace = try SmallRun.workspace()
    let name = stageName(source)
    var members = ["kind: fetch", "source: \(JSONValue.string(source.canonical).text())"]
    if let revision { members.append("revision: \(JSONValue.string(revision).text())") }
    if !include.isEmpty { members.append("include: \(JSONValue.array(include.map { .string($0) }).text())") }
    let done = try await SmallRun.run(
      "pull", stages: "  \(name): { \(members.joined(separator: ", ")) }\n", in: workspace, invocation)
    guard let path = done.last?.path else { throw SmallRunFailure() }
    return PulledModel(path: path, link: workspace.display(workspace.newest(name, isOfCommand: true)), name: name)
  }

  /// A repository's own name, as a stage may be called.
  private static func stageName(_ source: FetchSource) -> String {
    let full: String =
      switch source {
      case .repository(_, _, let id): id
      case .wheel(let name, _): name
      case .url(let url), .file(let url): url
      }
    let last = full.split(separator: "/").last.map(String.init) ?? "model"
    let word = String(last.prefix(60).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    return word.first?.isLetter == true ? word : "model-" + word
  }
}
