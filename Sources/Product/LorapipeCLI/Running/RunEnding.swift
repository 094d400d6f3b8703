import Diagnostics
import JSON
import PipelineEngine
import Recipes
import Reports
import RunHistory
import Stages
import Verdicts

/// The end of a run: where things are, what was learned, and what to type next, exactly as it can be typed.
struct RunEnding {
  var summary: RunSummary
  var workspace: Workspace
  var console: Console
  /// The command that runs the recipe again as its file is then.
  var again: RunAgain
  /// The command that runs the stages which were not selected too; `nil` when all were.
  var rest: String?
  /// Whether a command such as `merge` wrote the recipe.
  var isOfCommand = false

  /// The end of one run, or of the runs of a matrix: a line each, and how to compare them.
  static func print(
    _ done: [(label: String, summary: RunSummary)], of recipes: LoadedRecipes, workspace: Workspace, console: Console,
    again: RunAgain, rest: String? = nil
  ) {
    guard let last = done.last?.summary else { return }
    if recipes.recipes.count == 1 || last.status != .succeeded {
      RunEnding(summary: last, workspace: workspace, console: console, again: again, rest: rest).print()
      return
    }
    for (label, summary) in done {
      console.write(console.styled(label, .bold) + "  ")
      RunEnding(summary: summary, workspace: workspace, console: console, again: again).printStatus()
    }
    console.print(say("next:"))
    console.print("  lorapipe runs --group \(ShellWord.quoted(recipes.group ?? recipes.recipes[0].name))")
    if let first = done.first?.summary, done.count > 1 {
      console.print("  lorapipe diff --only-changed \(first.id) \(last.id)")
    }
  }

  func print() {
    printStatus()
    let done = done
    var poor: [StageVerdict] = []
    if summary.status == .succeeded {
      printAnswers(of: done)
      if let verdicts {
        verdicts.print(console)
        poor = verdicts.poor
      }
    }
    printPlaces(of: done)
    printNext(after: done, poor: poor)
  }

  private func printStatus() {
    let built = summary.stages.count { $0.state == .built }
    let cached = summary.stages.count { $0.state == .cached || $0.state == .referenced }
    let time = Quantity.duration(summary.seconds)
    switch summary.status {
    case .succeeded:
      let counts =
        built > 0
        ? say("\(Quantity.plural(built, "stage")) run, \(cached) cached")
        : cached == 1 ? say("the stage is cached") : say("all \(cached) stages cached")
      console.print(
        say("\(console.styled(say("done"), .green)) in \(time): \(counts)  \(console.styled(summary.id, .dim))"))
    case .failed:
      let failed = summary.stages.filter { $0.state == .failed }.map(\.stage)
      console.print(
        say(
          "\(console.styled(say("failed"), .red)) after \(time): \(failed.listed())  \(console.styled(summary.id, .dim))"
        ))
    case .interrupted, .running:
      console.print(
        say("\(console.styled(say("interrupted"), .yellow)) after \(time)  \(console.styled(summary.id, .dim))"))
    }
  }

  /// Base and tuned answers to a few probes, side by side.
  private func printAnswers(of done: [Done]) {
    for (stage, kind) in done.reversed() where kind.output == .report {
      guard let report = stage.path.flatMap({ try? EvaluationReport.read(folder: $0) }) else { continue }
      console.write(AnswerTable(report: report).text(console, limit: 8))
      return
    }
  }

  /// What the stages came to, in words. A run whose records cannot be read has none: the recorder has said so already.
  /// A run of no stage with verdicts opens no database.
  private var verdicts: RunVerdicts? {
    let isJudged = summary.stages.contains {
      $0.state.isDone && Lorapipe.catalog.stage($0.kind) is any JudgedStage.Type
    }
    guard isJudged, let records = try? RunRecords.open(), let detail = try? records.database.detail(summary.id)
    else { return nil }
    return try? RunVerdicts(detail, records.database)
  }

  private typealias Done = (stage: StageResult, kind: StageKind)

  /// The stages that ended well and have something to name at the end: a product, a report or tokens.
  private var done: [Done] {
    let catalog = Lorapipe.catalog
    var done: [Done] = []
    for index in summary.stages.indices where summary.stages[index].state.isDone {
      guard let kind = catalog.kind(summary.stages[index].kind),
        kind.product != nil || kind.output == .report || kind.output == .tokens
      else { continue }
      done.append((summary.stages[index], kind))
    }
    return done
  }

  private func printPlaces(of done: [Done]) {
    for (stage, kind) in done {
      guard let product = kind.product, stage.path != nil else { continue }
      console.print("  \(DisplayWidth.pad(say(Wording(template: product.name)), 8)) \(latest(stage.stage))")
    }
  }

  /// What one types next with the product that is nearest to use: of several, the last.
  private func nextWithProduct(of done: [Done]) -> [String] {
    let products = done.filter { $0.kind.product?.next.isEmpty == false && $0.stage.path != nil }
    let nearest = ArtifactKind.forUse.lazy.compactMap { output in products.last { $0.kind.output == output } }.first
    guard let (stage, kind) = nearest ?? products.last, let product = kind.product else { return [] }
    return product.next.map { line in
      Lorapipe.typed + " "
        + line.split(separator: " ").map { $0 == "{}" ? ShellWord.quoted(latest(stage.stage)) : String($0) }
        .joined(separator: " ")
    }
  }

  /// - Parameter poor: the verdicts after which the model is not worth talking to yet.
  private func printNext(after done: [Done], poor: [StageVerdict]) {
    var lines: [String] = []
    var heading = say("next:")
    switch summary.status {
    case .failed:
      let isWritten = { (stage: StageResult) in stage.log.flatMap { LocalText.bytes($0, last: 1) }?.isEmpty == false }
      if let failed = summary.stages.first(where: { $0.state == .failed && isWritten($0) }) {
        lines.append("\(Lorapipe.typed) logs \(ShellWord.quoted(failed.stage))")
      }
      if Self.isWorthResuming(failed: summary.stages.filter { $0.state == .failed }.map { $0.diagnostics.map(\.code) })
      {
        lines.append(resume)
      } else {
        // The saved recipe would fail in the same way: what was fixed is read by a new run only.
        heading = say("next, when you have fixed what the error names:")
        lines.append("\(Lorapipe.typed) \(again.line)")
      }
    case .interrupted, .running: lines.append(resume)
    case .succeeded where !poor.isEmpty:
      let mended = again.without(poor)
      if mended.leftOut.isEmpty {
        for place in mended.places { console.print(say("\(place.parameter) is set in \(place.file)").terminalSafe) }
        heading = say("next, when you have changed what is advised above:")
      } else {
        let options = mended.leftOut.map { "--set " + ShellWord.quoted($0) }.joined(separator: " ")
        heading = say("next, without \(options.terminalSafe), or with a better value:")
      }
      lines += ["\(Lorapipe.typed) \(mended.line)", "\(Lorapipe.typed) show \(summary.id)"]
    case .succeeded:
      lines += nextWithProduct(of: done)
      if lines.isEmpty, let tokens = done.last(where: { $0.kind.output == .tokens }) {
        lines.append("\(Lorapipe.typed) tokens show \(ShellWord.quoted(tokens.stage.stage))")
      }
      if let rest, summary.stages.contains(where: { $0.state == .excluded }) {
        lines.append("\(Lorapipe.typed) \(rest)")
      }
      lines.append("\(Lorapipe.typed) show \(summary.id)")
    }
    guard !lines.isEmpty else { return }
    console.print(heading)
    for line in lines { console.print("  " + line) }
  }

  /// Failures that neither recipe nor data caused, after which the same run may go well.
  private static let outsideCauses: Set<String> = [
    "unreachable", "rate-limited", "bad-answer", "record-missing", "other-version", "stage-exited", "stage-crashed",
    "stage-killed", "disk-full", "read-only-file-system", "too-many-open-files", "input-output-error",
    "permission-denied", "system-error",
  ]

  /// - Parameter failed: of each failed stage, the codes of what it reported.
  static func isWorthResuming(failed: [[String]]) -> Bool {
    !failed.isEmpty && failed.allSatisfy { $0.contains(where: outsideCauses.contains) }
  }

  /// The link people use, as it can be typed here.
  private func latest(_ stage: String) -> String {
    workspace.display(workspace.newest(stage, isOfCommand: isOfCommand))
  }

  /// `resume` alone continues the newest run of a recipe.
  private var resume: String { "\(Lorapipe.typed) resume" + (isOfCommand ? " \(summary.id)" : "") }
}

/// Answers of base and tuned model to the same questions.
struct AnswerTable {
  var report: EvaluationReport

  func text(_ console: Console, limit: Int) -> String {
    let samples = report.samples.prefix(limit)
    guard !samples.isEmpty else { return "" }
    var text = "\n"
    for sample in samples {
      text += console.styled("  " + (sample.turns.last ?? "").terminalSafe, .bold) + "\n"
      for (label, answer, isRight) in [
        ("base", sample.base, sample.baseIsRight), ("tuned", sample.tuned, sample.tunedIsRight),
      ] {
        guard let answer else { continue }
        // That an answer leaves the name out does not make it right.
        let passed = sample.asksForSilence ? console.styled("·", .dim) : console.styled("✓", .green)
        let mark = isRight.map { $0 ? passed : console.styled("✗", .red) } ?? " "
        let name = DisplayWidth.pad(say(Wording(template: label)), 5)
        text += "    \(mark) \(console.styled(name, .dim))  \(DisplayWidth.fit(answer.terminalSafe, 88))\n"
      }
    }
    let left = report.samples.count - samples.count
    if left > 0 { text += "  " + say("and \(left) more questions: 'lorapipe report' shows all of them") + "\n" }
    for group in report.groups {
      var parts: [String] = []
      for asksForSilence in [false, true] {
        let tuned = report.score(group, tuned: true, askingForSilence: asksForSilence)
        let base = report.score(group, tuned: false, askingForSilence: asksForSilence)
        if tuned.asked > 0 {
          parts.append(
            asksForSilence
              ? say("tuned leaves its name out in \(tuned.right) of \(tuned.asked)")
              : say("tuned \(tuned.right) of \(tuned.asked) right"))
        }
        if base.asked > 0 { parts.append(say("base \(base.right) of \(base.asked)")) }
      }
      if !parts.isEmpty { text += "  \(group.terminalSafe): " + parts.joined(separator: Language.comma) + "\n" }
    }
    return text + "\n"
  }
}
