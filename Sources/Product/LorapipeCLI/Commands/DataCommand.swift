import Artifacts
import Conversations
import Datasets
import Diagnostics
import JSON
import ModelFiles
import PipelineEngine
import Platform
import Stages
import Tokenization

private let include = Option<String>(
  "include", nil, "PATTERN", repeats: true, help: "Only files of the folder whose path matches.")
private let rows = Option<Int>(
  "rows", "n", "N", .integer(0...1_000_000), help: "Print N rows as conversations.")
private let model = Option<String>(
  "model", "m", "MODEL", .fileOrStage,
  help: "Also check that every message reaches this model through its chat template.")
private let path = Positional(
  "PATH", .fileOrStage, help: "A jsonl, json, csv or tsv file, a folder of them, or a stage that made data.")

extension Command {
  static let data = Command(
    "data", .inspect, abstract: "Inspect datasets", subcommands: [.dataInspect, .dataLint])

  private static let dataInspect = Command(
    "inspect", .inspect, abstract: "Count rows, shapes, languages and lengths",
    options: [rows.spec, include.spec, CommonOptions.json.spec], positionals: [path],
    examples: [
      .init("data inspect rows.jsonl -n 3", "statistics, and three rows as conversations"),
      .init("data inspect mixed", "what the stage 'mixed' selected in the newest run"),
    ]
  ) { invocation in
    let dataset = try ChosenDataset(invocation, include: invocation.all(include))
    let report = try dataset.report()
    let samples = try dataset.samples(invocation[rows] ?? 0)
    if invocation.wantsJSON {
      var json = report.json.objectValue ?? JSONObject()
      if invocation[rows] != nil { json["samples"] = .array(samples.map(\.json)) }
      invocation.console.print(JSONValue.object(json).text(.pretty))
      return .done
    }
    invocation.console.write(DatasetText(report: report).text(invocation.console))
    for sample in samples { invocation.console.write("\n" + sample.text(invocation.console)) }
    return .done
  }

  private static let dataLint = Command(
    "lint", .inspect, abstract: "Check the quality of rows; exit status 1 if there is an error",
    options: [include.spec, model.spec, CommonOptions.json.spec], positionals: [path]
  ) { invocation in
    let check = try invocation[model].map { name in
      let choice = try ModelChoice.named(name)
      let encoder = try ConversationEncoder.open(
        ModelSource.open(choice.modelPath), context: choice.chat ?? ChatContext())
      return { (conversation: Conversation) in _ = try encoder.encode(conversation) }
    }
    let report = try ChosenDataset(invocation, include: invocation.all(include)).report(check)
    if invocation.wantsJSON {
      invocation.console.print((report.json["findings"] ?? .array([])).text(.pretty))
    } else {
      invocation.console.write(DatasetText(report: report).findings(invocation.console))
    }
    return report.hasErrors ? .failed : .done
  }
}

/// The dataset a command line names: files, or what a stage of the newest runs made.
private enum ChosenDataset {
  case files(DatasetFiles)
  /// Rows that a mix chose, with where its sources lie by digest.
  case mix(DatasetSelection, path: (String) throws -> String)

  /// - Throws: exit status 2 when there is nothing of that name.
  init(_ invocation: Invocation, include: [String]) throws {
    let name = invocation.positionals.first ?? "."
    self = try CommandFailure.asUsage {
      let path = LocalText.exists(name) ? name : Self.stage(name) ?? name
      if LocalText.exists(path + "/" + TokensArtifact.fileName) {
        throw Diagnostic(
          code: "tokens-as-rows", "'\(name)' holds tokens, not rows",
          remedy: "look at them with: lorapipe tokens show \(ShellWord.quoted(name))")
      }
      guard DatasetSelection.isSelection(path) else { return .files(try DatasetFiles(path: path, include: include)) }
      guard include.isEmpty else {
        throw UsageError("'\(name)' is a mix: --include has no meaning there", path: invocation.path)
      }
      let selection = try DatasetSelection(folder: path)
      // A mix names its sources by digest, and lies in the store that knows them.
      let folder = FileSystem.resolved(path) ?? path
      let root = try Workspace.nearest(from: folder) ?? Workspace.current()
      let store = try root.openRuns().store
      return .mix(selection) { try store.artifactPath(digest: $0) }
    }
  }

  private static func stage(_ name: String) -> String? {
    guard let workspace = Workspace.nearest(from: LocalText.currentFolder()) else { return nil }
    let link = workspace.runs + "/latest/" + fileName(for: name)
    return LocalText.exists(link) ? link : nil
  }

  func report(_ check: ((Conversation) throws -> Void)? = nil) throws -> DatasetReport {
    switch self {
    case .files(let files): try DatasetReport(files, check: check)
    case .mix(let selection, let path): try DatasetReport(selection, path: path, check: check)
    }
  }

  /// The first rows that can be read; of a mix, of the rows to learn from.
  func samples(_ count: Int) throws -> [SampleRow] {
    guard count > 0 else { return [] }
    switch self {
    case .files(let files):
      var samples: [SampleRow] = []
      try DatasetSource(files: files, onBadRow: .drop).forEach { row in
        let place = files.files.count == 1 ? "row \(row.row)" : "\(row.file):\(row.row)"
        samples.append(SampleRow(place: place, shape: row.shape.rawValue, conversation: row.conversation))
        return samples.count < count
      }
      return samples
    case .mix(let selection, let path):
      return try selection.rows(.train, limit: count, path: path).map { row in
        SampleRow(
          place:
            "\(row.provenance.source) (\(row.provenance.role.rawValue)), \(row.provenance.file):\(row.provenance.row)",
          shape: nil, conversation: row.conversation)
      }
    }
  }
}

/// A row as the conversation it is read as.
private struct SampleRow {
  var place: String
  var shape: String?
  var conversation: Conversation

  var json: JSONValue {
    var object = JSONObject([("place", .string(place))])
    if let shape { object["shape"] = .string(shape) }
    object["messages"] = .array(conversation.messages.map(\.json))
    if !conversation.tools.isEmpty { object["tools"] = .array(conversation.tools) }
    return .object(object)
  }

  func text(_ console: Console) -> String {
    var text = console.styled(place.terminalSafe + (shape.map { ", \($0)" } ?? ""), .bold) + "\n"
    for message in conversation.messages {
      let lines = Console.visible(message.text, keepsNewlines: true).split(
        separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() {
        let name = index == 0 ? message.role.terminalSafe : ""
        text += "  \(console.styled(DisplayWidth.pad(name, 9), .dim)) \(line)\n"
      }
      for (name, value) in message.json.objectValue ?? JSONObject() where name != "role" && name != "content" {
        let member = DisplayWidth.fit("\(name): \(value.text())".terminalSafe, 160)
        text += "  \(DisplayWidth.pad("", 9)) \(console.styled(member, .dim))\n"
      }
    }
    return text
  }
}
