import Diagnostics
import JSON
import PipelineEngine
import Platform
import Reports
import RunHistory

private let output = Option<String>(
  "output", "o", "FILE", .file, help: "The file to write (default: report.html); an older one is replaced.")
private let pdf = Flag("pdf", help: "Write a PDF too, with Chromium, where it is installed.")

extension Command {
  static let report = Command(
    "report", .look, abstract: "Write a report of a run, or a comparison of several, as one HTML file",
    discussion: """
      The file needs no network and no script. It starts with the verdict, then shows what changed and why, stages, \
      curves, answers, data, parameters, environment, lineage and the command that runs it again. --lang chooses its \
      language.
      """,
    options: [output.spec, pdf.spec, CommonOptions.json.spec],
    positionals: [
      Positional(
        "RUN", .run, .many,
        help: """
          The identifier of a run or a part of it, latest, previous, latest~2, or a recipe's name for its newest run \
          (default: the newest). Several are compared.
          """)
    ],
    examples: [
      .init("report", "writes report.html about the newest run"),
      .init(
        "report grace~1 grace -o change.html --lang zh", "compares the last two runs of the recipe grace, in Chinese"),
    ]
  ) { invocation in
    let records = try RunRecords.open()
    let archive = RunArchive(runs: records.runs, database: records.database, catalog: Lorapipe.catalog)
    let path = invocation[output] ?? "report.html"
    let words = Words.current
    let names = invocation.positionals.isEmpty ? ["latest"] : invocation.positionals
    let html = try RunRecords.named { () throws(Diagnostic) -> [UInt8] in
      if names.count == 1 {
        var facts = try archive.facts(names[0], limit: 600)
        facts.adapters = archive.adapters(facts.detail)
        return RunReport(facts, words: words).html
      }
      let comparison = try archive.comparison(names, limit: 600)
      var verdicts: [[StageVerdict]] = []
      for detail in comparison.details { verdicts.append(try archive.verdicts(detail)) }
      return ComparisonReport(comparison, verdicts: verdicts, catalog: archive.catalog, words: words).html
    }
    try FileSystem.replace(path, with: html)
    var written = [(path, html.count)]
    if invocation[pdf] {
      let target = path.hasSuffix(".html") ? path.dropLast(5) + ".pdf" : path + ".pdf"
      written.append((target, try HeadlessBrowser.print(path, to: target)))
    }
    if invocation.wantsJSON {
      invocation.console.print(
        JSONValue.object(JSONObject([("written", .array(written.map { .string($0.0) }))])).text())
    } else {
      for (path, size) in written {
        invocation.console.print(say("wrote \(path), \(Quantity.bytes(UInt64(size)))"))
      }
    }
    return .done
  }
}

extension Words {
  /// The words of this process's language; texts of other modules are looked up in the catalog.
  static var current: Words { of(LorapipeCLI.Language.current == .chinese ? .chinese : .english) }

  static func of(_ language: Words.Language) -> Words {
    Words(language) { language == .chinese ? Catalog.chinese.rendering(of: $0) : $0 }
  }
}
