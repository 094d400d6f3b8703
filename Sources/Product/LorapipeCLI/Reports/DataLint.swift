import Conversations
import Datasets
import Diagnostics
import JSON
import Stages

/// What `data lint` finds, file by file: what needs a look, and a line for what is fine.
struct DataLint {
  /// What a model's chat template makes of a conversation.
  var check: ((Conversation) throws -> RenderedRow?)?
  /// Questions of an evaluation that no row should teach.
  var probes: [String]
  /// Whether every check is printed, and of a folder every row that is named.
  var showsAll: Bool
  let invocation: Invocation

  private var rows = 0
  private var counts: [DatasetReport.Finding.Level: Int] = [:]
  private var asked: [AskedQuestion] = []
  private var json: [JSONValue] = []
  private var names = NamesOfRecipes()

  private typealias Finding = DatasetReport.Finding

  init(
    check: ((Conversation) throws -> RenderedRow?)?, probes: [String], showsAll: Bool, invocation: Invocation
  ) {
    self.check = check
    self.probes = probes
    self.showsAll = showsAll
    self.invocation = invocation
  }

  private var console: Console { invocation.console }

  mutating func run(_ dataset: ChosenDataset) throws -> ExitStatus {
    let parts = dataset.parts
    if parts.count == 1 {
      let found = try examine(dataset)
      if invocation.wantsJSON { json += found.findings.map { $0.json() } } else { printWhole(found.findings) }
    } else {
      try runFolder(dataset, parts)
    }
    if invocation.wantsJSON {
      console.print(JSONValue.array(json).text(.pretty))
    } else {
      console.print(sum(files: parts.count))
    }
    return counts[.error, default: 0] > 0 ? .failed : .done
  }

  /// A look at one file, or at a mix.
  private mutating func examine(_ part: ChosenDataset) throws -> (rows: Int, findings: [Finding]) {
    let result: (rows: Int, findings: [Finding])
    if case .files(let files) = part, try TestQuestions.areIn(files) {
      let file = try ProbeFile(files)
      asked += file.asked
      result = (file.rows, file.findings)
    } else {
      var filled: [String] = []
      if case .files(let files) = part { for file in files.files { filled += names.filled(in: file.path) } }
      let report = try part.report(check, probes: probes, filled: filled)
      result = (report.rows, report.findings)
    }
    rows += result.rows
    count(result.findings)
    return result
  }

  private mutating func count(_ findings: [Finding]) {
    for finding in findings { counts[finding.level, default: 0] += 1 }
  }

  // MARK: A folder

  private mutating func runFolder(_ dataset: ChosenDataset, _ parts: [ChosenDataset]) throws {
    var learned = dataset
    let width = min(40, parts.compactMap(\.name).map { DisplayWidth.of($0.terminalSafe) }.max() ?? 0)
    for part in parts {
      let name = part.name ?? ""
      var rows: Int?
      let found: [Finding]
      var teaches = true
      do {
        let before = asked.count
        let result = try examine(part)
        (rows, found) = (result.rows, result.findings)
        teaches = asked.count == before
      } catch let error as Diagnostic {
        // One broken file of a folder does not hide what the others hold.
        found = [Finding(error)]
        count(found)
        teaches = false
      }
      if !teaches { learned.remove(name) }
      if invocation.wantsJSON {
        json += found.map { $0.json(file: name) }
      } else if showsAll {
        console.print(console.styled(name.terminalSafe, .bold))
        printWhole(found)
      } else {
        printShort(found, name: name, rows: rows, width: width)
      }
    }
    for file in dataset.unread where !invocation.wantsJSON {
      console.print("\(DisplayWidth.pad(file.name.terminalSafe, width))  " + say("not read: \(reworded(file.form))"))
    }
    guard case .files(let files) = learned, !files.files.isEmpty else { return }
    let across = try DatasetReport.findings(across: files, asked: asked)
    count(across)
    if invocation.wantsJSON {
      json += across.map { $0.json() }
    } else if files.files.count > 1 || !asked.isEmpty {
      console.print(console.styled(say("all files together"), .bold))
      printWhole(across)
    }
  }

  /// A file's line, its errors with what to do, and its warnings in a line each.
  private func printShort(_ findings: [Finding], name: String, rows: Int?, width: Int) {
    let count = rows.map { Quantity.plural($0, "row") } ?? ""
    let told = Self.told(Self.levels(findings))
    let worst = findings.map(\.level).max { Self.order($0) < Self.order($1) } ?? .pass
    let color: Console.Style =
      switch worst {
      case .error: .red
      case .warning: .yellow
      case .note: .cyan
      case .pass: .green
      }
    let state = told.isEmpty ? say("ok") : told.joined(separator: Language.comma)
    console.print(
      "\(DisplayWidth.pad(name.terminalSafe, width))  \(DisplayWidth.pad(count, 14))  \(console.styled(state, color))")
    for finding in findings where finding.level == .error || finding.level == .warning {
      var finding = finding
      finding.examples = Array(finding.examples.prefix(finding.level == .error ? 2 : 1))
      if finding.level == .warning { finding.remedy = nil }
      console.write(DatasetText.text([finding], console, indent: "  "))
    }
  }

  // MARK: Lines

  /// Findings in full; those that passed in one line, unless all are asked for.
  private func printWhole(_ findings: [Finding]) {
    guard !showsAll else { return console.write(DatasetText.text(findings, console)) }
    console.write(DatasetText.text(findings.filter { $0.level != .pass }, console))
    let passed = findings.count { $0.level == .pass }
    guard passed > 0 else { return }
    let mark = DisplayWidth.pad(say("ok"), 7)
    console.print(
      "\(console.styled(mark, .green))  " + say("\(Quantity.plural(passed, "check")) passed (--all lists them)"))
  }

  private func sum(files: Int) -> String {
    let told = Self.told(counts)
    let state = told.isEmpty ? say("no error, no warning") : told.joined(separator: Language.comma)
    let line = say("\(Quantity.plural(files, "file")), \(Quantity.plural(rows, "row")): \(state)")
    let isShort = files > 1 && !showsAll && !told.isEmpty
    return console.styled(line, .bold) + (isShort ? "\n" + say("--all shows every check, its rows and what to do") : "")
  }

  private static func levels(_ findings: [Finding]) -> [DatasetReport.Finding.Level: Int] {
    Dictionary(findings.map { ($0.level, 1) }, uniquingKeysWith: +)
  }

  /// `1 error`, `2 warnings`: what is to be looked at, the worst first.
  private static func told(_ counts: [DatasetReport.Finding.Level: Int]) -> [String] {
    [(DatasetReport.Finding.Level.error, "error"), (.warning, "warning"), (.note, "note")].compactMap { level, word in
      counts[level].map { Quantity.plural($0, word) }
    }
  }

  private static func order(_ level: DatasetReport.Finding.Level) -> Int {
    switch level {
    case .pass: 0
    case .note: 1
    case .warning: 2
    case .error: 3
    }
  }
}

extension ChosenDataset {
  /// Files that hold rows in a form that is not read.
  fileprivate var unread: [UnreadFile] {
    guard case .files(let files) = self else { return [] }
    return files.unread
  }

  fileprivate mutating func remove(_ name: String) {
    guard case .files(var files) = self else { return }
    files.files.removeAll { $0.label == name }
    self = .files(files)
  }
}
