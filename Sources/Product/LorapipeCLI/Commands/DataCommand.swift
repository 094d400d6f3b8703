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
private let form = Option<String>(
  "as", nil, "FORM", .choice(RowConversion.Form.allCases.map(\.rawValue)),
  help: "Write rows with their own columns (the default), or the messages that each row is read as.")
private let onBadRow = Option<String>(
  "on-bad-row", nil, "WHAT", .choice(BadRowPolicy.allCases.map(\.rawValue)),
  help: "What to do with a row that cannot be read: stop (error), or leave it out and count it (drop).")
private let split = Option<String>(
  "split", nil, "SPLIT", .choice(DatasetSelection.Split.allCases.map(\.rawValue)),
  help: "Of a mix, only the rows of this side.")
private let output = Option<String>(
  "output", "o", "FILE", .file, help: "Write the rows to FILE instead of standard output.")
private let probes = Option<String>(
  "probes", nil, "FILE", .file, repeats: true,
  help: "A file with the questions of an evaluation, one per row. Reports which of them are also learned.")
private let maxLength = Option<Int>(
  "max-length", nil, "N", .integer(16...1_048_576),
  help: "With --model: the longest row in tokens, as tokenize has it (2048 by default).")
private let all = Flag("all", "a", help: "Also list the checks that passed and, of a folder, rows and remedies.")
private let path = Positional(
  "PATH", .fileOrStage, help: "A jsonl, json, csv, tsv or parquet file, a folder of them, or a stage that made data.")

private let paths = Positional(
  "PATH", .fileOrStage, .many,
  help: "Jsonl, json, csv, tsv or parquet files, folders of them, or a stage that made data.")

extension Command {
  static let data = Command(
    "data", .inspect, abstract: "Inspect datasets", subcommands: [.dataInspect, .dataLint, .dataConvert])

  private static let dataInspect = Command(
    "inspect", .inspect, abstract: "Count rows, shapes, languages and lengths",
    options: [rows.spec, include.spec, RowOptions.columns.spec, RowOptions.encoding.spec, CommonOptions.json.spec],
    positionals: [path],
    examples: [
      .init("data inspect rows.jsonl -n 3", "statistics, and three rows as conversations"),
      .init("data inspect mixed", "what the stage 'mixed' selected in the newest run"),
    ]
  ) { invocation in
    let dataset = try ChosenDataset(invocation, include: invocation.all(include))
    let report = try dataset.report()
    let samples = try dataset.samples(invocation[rows] ?? 0)
    // Rows of which none can be read are no rows.
    let status: ExitStatus = report.rows > 0 && report.badRows == report.rows ? .failed : .done
    if invocation.wantsJSON {
      var json = report.json.objectValue ?? JSONObject()
      if invocation[rows] != nil { json["samples"] = .array(samples.map(\.json)) }
      invocation.console.print(JSONValue.object(json).text(.pretty))
      return status
    }
    invocation.console.write(DatasetText(report: report).text(invocation.console))
    for sample in samples { invocation.console.write("\n" + sample.text(invocation.console)) }
    return status
  }

  private static let dataLint = Command(
    "lint", .inspect, abstract: "Check the quality of rows; exit status 1 if there is an error",
    discussion: """
      Files of test questions (rows with ask and expect) are checked as such. In a folder, questions that rows to learn from \
      ask as well are found.
      """,
    options: [
      all.spec, include.spec, RowOptions.columns.spec, RowOptions.encoding.spec, model.spec, maxLength.spec,
      probes.spec,
      CommonOptions.json.spec,
    ], positionals: [paths],
    examples: [
      .init("data lint rows.csv --columns 问题=query --columns 答案=response", "rows with headers of their own"),
      .init("data lint data/", "a folder: a line per file, and what needs a look"),
      .init("data lint data/ --all", "the same with every check, its rows and what to do"),
    ]
  ) { invocation in
    guard invocation[maxLength] == nil || invocation[model] != nil else {
      throw UsageError("--max-length goes with --model: rows have no tokens without one", path: invocation.path)
    }
    let check = try invocation[model].map { name in
      let choice = try ModelChoice.named(name)
      let encoder = try ConversationEncoder.open(
        ModelSource.open(choice.modelPath), context: choice.chat ?? ChatContext())
      return RowCheck.check(encoder, maxLength: invocation[maxLength] ?? 2048)
    }
    let questions = try invocation.all(probes).flatMap { try RowCheck.questions($0) }
    guard !invocation.positionals.isEmpty else { throw UsageError("missing PATH", path: invocation.path) }
    let datasets = try invocation.positionals.map { name in
      var one = invocation
      one.positionals = [name]
      return try ChosenDataset(one, include: invocation.all(include), eachFile: true)
    }
    let dataset = try ChosenDataset.joined(datasets, named: invocation.positionals, path: invocation.path)
    var lint = DataLint(check: check, probes: questions, showsAll: invocation[all], invocation: invocation)
    return try lint.run(dataset)
  }

  private static let dataConvert = Command(
    "convert", .inspect, abstract: "Write rows of any format as JSON lines",
    options: [
      output.spec, form.spec, RowOptions.columns.spec, RowOptions.encoding.spec, include.spec, onBadRow.spec,
      split.spec,
      CommonOptions.json.spec,
    ], positionals: [path],
    examples: [
      .init("data convert rows.csv --encoding gb18030 -o rows.jsonl", "a table that Excel wrote, in UTF-8"),
      .init("data convert mixed --split train -o train.jsonl", "the rows that the stage 'mixed' chose"),
    ]
  ) { invocation in
    // `-` is the standard output, as for other programs.
    let written = invocation[output].flatMap { $0 == "-" ? nil : $0 }
    if let path = written, let ending = otherFormat(path) {
      throw CommandFailure(
        cause: Diagnostic(
          code: "not-written", "'\(path)' ends in .\(ending), and only JSON lines are written",
          remedy: "give the file a name that ends in .jsonl"), status: .usage)
    }
    let policy = invocation[onBadRow].flatMap(BadRowPolicy.init(rawValue:)) ?? .error
    let form = invocation[form].flatMap(RowConversion.Form.init(rawValue:))
    let dataset = try ChosenDataset(invocation, include: invocation.all(include))
    let file = try written.map { try JSONLinesFile(path: $0) }
    let tally = try dataset.convert(
      form, onBadRow: policy, split: invocation[split].flatMap(DatasetSelection.Split.init(rawValue:)), invocation
    ) { row in
      if let file { try file.append(row) } else { invocation.console.print(JSONValue.object(row).text()) }
    }
    try file?.finish()
    if !tally.warnings.isEmpty {
      invocation.console.writeError(ErrorText.render(tally.warnings, color: invocation.console.errorHasColor))
    }
    if !tally.otherNames.isEmpty {
      let names = tally.otherNames.map { $0.old.terminalSafe }.joined(separator: Language.comma)
      let renames = tally.otherNames.map { "--columns " + ShellWord.quoted("\($0.old)=\($0.new)") }
        .joined(separator: " ").terminalSafe
      invocation.console.printError(
        say("the columns keep their names: \(names); add \(renames) for English ones, or --as messages"))
    }
    if let path = written, invocation.wantsJSON {
      let json: JSONValue = [
        "output": .string(path), "rows": .integer(Int64(tally.rows)), "bad_rows": .integer(Int64(tally.badRows)),
      ]
      invocation.console.print(json.text(.pretty))
    } else if let path = written {
      let left = tally.badRows > 0 ? say(", \(tally.badRows) bad rows left out") : ""
      invocation.console.print(say("\(tally.rows) rows in \(path.terminalSafe)") + left)
    }
    return .done
  }
}

extension Command {
  /// The ending of a file that promises another format than JSON lines; `nil` for other names.
  fileprivate static func otherFormat(_ path: String) -> String? {
    let name = FileSystem.name(of: path).lowercased()
    let promises = UnreadFile(fileName: name) != nil || DatasetFormat(fileName: name).map { $0 != .jsonl } == true
    // What is read compressed is not written so.
    let others = [".gz", ".zst", ".xz", ".bz2", ".yaml", ".gguf"]
    guard promises || others.contains(where: { name.hasSuffix($0) }) else { return nil }
    return name.split(separator: ".").last.map(String.init)
  }
}

/// The dataset a command line names: files, or what a stage of the newest runs made.
enum ChosenDataset {
  case files(DatasetFiles)
  /// Rows that a mix chose, with where its sources lie by digest.
  case mix(DatasetSelection, path: (Digest) throws -> String)

  /// - Throws: exit status 2 when there is nothing of that name.
  /// - Parameter eachFile: whether every file of a folder is taken, because each is looked at by itself.
  fileprivate init(_ invocation: Invocation, include: [String], eachFile: Bool = false) throws {
    let name = invocation.positionals.first ?? "."
    let reading = try RowOptions.reading(invocation, alsoRecipe: true)
    self = try CommandFailure.asUsage {
      let path = LocalText.exists(name) ? name : Self.stage(name) ?? name
      // A name without a folder and an ending is a stage's.
      if !LocalText.exists(path), !name.contains("/"), !name.contains("."),
        let near = Workspace.nearest(from: LocalText.currentFolder())?.similarStage(to: name)
      {
        throw Diagnostic(code: "no-dataset", "there is no file or stage '\(name)'", remedy: "did you mean '\(near)'?")
      }
      if LocalText.exists(path + "/" + TokensArtifact.fileName) {
        throw Diagnostic(
          code: "tokens-as-rows", "'\(name)' holds tokens, not rows",
          remedy: "look at them with: lorapipe tokens show \(ShellWord.quoted(name))")
      }
      guard DatasetSelection.isSelection(path) else {
        return .files(
          try DatasetFiles(path: path, include: include, reading: reading, takesEach: eachFile))
      }
      guard include.isEmpty, reading.isUsual else {
        throw UsageError(
          "'\(name)' is a mix: --include, --columns and --encoding have no meaning there", path: invocation.path)
      }
      let selection = try DatasetSelection(folder: path)
      // A mix names its sources by digest, and lies in the store that knows them.
      let folder = FileSystem.resolved(path) ?? path
      let root = try Workspace.nearest(from: folder) ?? Workspace.current()
      let store = try root.openRuns().store
      return .mix(selection) { try store.artifactPath(digest: $0) }
    }
  }

  /// Several that are looked at together.
  /// - Throws: `UsageError` for a mix among others: it is looked at by itself.
  fileprivate static func joined(
    _ all: [ChosenDataset], named names: [String], path: [String]
  ) throws -> ChosenDataset {
    guard all.count > 1, case .files(var whole)? = all.first else {
      guard all.count == 1 else {
        throw UsageError("'\(names.first ?? "")' is a mix: name it alone", path: path)
      }
      return all[0]
    }
    for (one, name) in zip(all, names).dropFirst() {
      guard case .files(let files) = one else { throw UsageError("'\(name)' is a mix: name it alone", path: path) }
      // What a shell's pattern and a folder both name is looked at once.
      whole.files += files.files.filter { file in !whole.files.contains { $0.path == file.path } }
      whole.unread += files.unread
      whole.leftOut += files.leftOut
    }
    return .files(whole)
  }

  private static func stage(_ name: String) -> String? {
    Workspace.nearest(from: LocalText.currentFolder())?.link(to: name)
  }

  /// Each file of a folder by itself.
  var parts: [ChosenDataset] {
    guard case .files(let files) = self else { return [self] }
    return files.each.map { .files($0) }
  }

  /// The file, when it is one.
  var name: String? {
    guard case .files(let files) = self, files.files.count == 1 else { return nil }
    return files.files.first?.label
  }

  /// Gives `write` every row.
  func convert(
    _ form: RowConversion.Form?, onBadRow: BadRowPolicy, split: DatasetSelection.Split?, _ invocation: Invocation,
    _ write: (JSONObject) throws -> Void
  ) throws -> RowConversion.Tally {
    switch self {
    case .files(let files):
      guard split == nil else {
        throw UsageError("--split is for the rows of a mix", path: invocation.path)
      }
      return try RowConversion(DatasetSource(files: files, onBadRow: onBadRow), form: form ?? .rows).run(write)
    case .mix(let selection, let path):
      guard form != .rows else {
        throw UsageError("a mix holds conversations: leave out --as rows", path: invocation.path)
      }
      var tally = RowConversion.Tally()
      for side in DatasetSelection.Split.allCases where split == nil || split == side {
        for row in try selection.rows(side, path: path) {
          try write(RowConversion.messages(row.conversation))
          tally.rows += 1
        }
      }
      return tally
    }
  }

  /// - Parameter filled: names that recipes fill in the rows.
  func report(
    _ check: ((Conversation) throws -> RenderedRow?)? = nil, probes: [String] = [], filled: [String] = []
  ) throws -> DatasetReport {
    switch self {
    case .files(let files): try DatasetReport(files, probes: probes, filled: filled, check: check)
    case .mix(let selection, let path): try DatasetReport(selection, path: path, probes: probes, check: check)
    }
  }

  /// The first rows that can be read; of a mix, of the rows to learn from.
  fileprivate func samples(_ count: Int) throws -> [SampleRow] {
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

/// What `data lint` asks beside the rows.
private enum RowCheck {
  /// What a model's chat template makes of a row.
  static func check(_ encoder: ConversationEncoder, maxLength: Int) -> (Conversation) throws -> RenderedRow? {
    { conversation in
      guard case .row(let row) = try encoder.encode(conversation) else { return nil }
      let labels = row.labeled.reduce(0) { $0 + $1.count }
      let end = row.labeled.map(\.upperBound).max() ?? 0
      return RenderedRow(
        tokens: row.tokens.count, labels: labels, learnsEnd: end <= maxLength, isLong: row.tokens.count > maxLength)
    }
  }

  /// The questions of a file: columns `ask`, or those of a dataset.
  static func questions(_ path: String) throws -> [String] {
    let files = try CommandFailure.asUsage { try DatasetFiles(path: path) }
    var questions: [String] = []
    for file in files.files {
      let reader = try files.reader(file)
      while let record = try reader.next() {
        switch record {
        case .bad(_, let diagnostic): throw diagnostic
        case .row(let row):
          if let text = row.fields["ask"]?.stringValue ?? row.fields["query"]?.stringValue
            ?? row.fields["question"]?.stringValue
          {
            questions.append(text)
          } else if let mapped = try? Conversation.mapping(row.fields) {
            questions += mapped.conversation.messages.filter { $0.role == "user" }.map(\.text)
          } else {
            throw Diagnostic(
              code: "no-question", "row \(row.number): has no question to ask",
              remedy: "Use a column ask, query or question.",
              location: SourceLocation(file: file.label, line: row.line))
          }
        }
      }
    }
    return questions
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
    let place = self.place.hasPrefix("row ") ? say("row \(String(self.place.dropFirst(4)))") : self.place
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
