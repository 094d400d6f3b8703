import Diagnostics
import JSON
import PipelineEngine
import Platform
import RunHistory

private let remove = Flag("remove", "d", help: "Remove instead of adding.")
private let dryRun = Flag("dry-run", "n", help: "Print what deleting would free; delete nothing.")
private let namedRun = Positional(
  "RUN", .run, help: "The identifier of a run or a part of it, an alias, latest, previous, or a recipe's name.")

extension Command {
  static let runsTag = Command(
    "tag", .look, abstract: "Add tags to a run, or remove them", options: [remove.spec, CommonOptions.json.spec],
    positionals: [namedRun, Positional("TAG", .text, .many, help: "Words such as baseline; any run may have them.")],
    examples: [.init("runs tag latest baseline", "then: lorapipe runs --tag baseline")]
  ) { invocation in
    let tags = Array(invocation.positionals.dropFirst())
    guard !tags.isEmpty else { throw UsageError("missing TAG", path: invocation.path) }
    return try change(invocation, invocation.positionals[0]) { labels in
      if invocation[remove] { labels.tags.removeAll(where: tags.contains) } else { labels.tags += tags }
    }
  }

  static let runsAlias = Command(
    "alias", .look, abstract: "Give a run a name that stands for it, such as production",
    discussion: """
      An alias belongs to one run at a time: given to another run, it moves there. It can be used wherever a run is named. \
      A run with an alias is not deleted.
      """,
    options: [remove.spec, CommonOptions.json.spec],
    positionals: [
      Positional("RUN", .run, .optional, help: "The run; not needed with --remove."),
      Positional("ALIAS", .text, .optional, help: "The name."),
    ],
    examples: [
      .init("runs alias latest production", "the newest run is production now"),
      .init("runs alias --remove production", "no run is"),
    ]
  ) { invocation in
    let words = invocation.positionals
    if invocation[remove] {
      guard let alias = words.last else { throw UsageError("missing ALIAS", path: invocation.path) }
      return try change(invocation, alias) { $0.aliases.removeAll { $0 == alias } }
    }
    guard words.count == 2 else {
      throw UsageError("missing \(words.isEmpty ? "RUN" : "ALIAS")", path: invocation.path)
    }
    return try change(invocation, words[0]) { $0.aliases.append(words[1]) }
  }

  static let runsNote = Command(
    "note", .look, abstract: "Write a note to a run", options: [remove.spec, CommonOptions.json.spec],
    positionals: [namedRun, Positional("TEXT", .text, .optional, help: "The note; it replaces the one before.")],
    examples: [.init("runs note latest 'rank 16, half the rate'", "shown by runs and show")]
  ) { invocation in
    let text = invocation.positionals.dropFirst().first
    guard invocation[remove] != (text != nil) else {
      throw UsageError(text == nil ? "missing TEXT" : "--remove takes no text", path: invocation.path)
    }
    return try change(invocation, invocation.positionals[0]) { $0.note = text }
  }

  private static func change(
    _ invocation: Invocation, _ name: String, _ body: (inout RunLabels) -> Void
  ) throws -> ExitStatus {
    let records = try RunRecords.open()
    let (run, labels, losers) = try RunRecords.named { () throws(Diagnostic) in
      let run = try records.database.run(name).id
      let (labels, losers) = try records.database.changeLabels(of: run, in: records.runs, body)
      return (run, labels, losers)
    }
    let console = invocation.console
    if invocation.wantsJSON {
      var object = labels.json.objectValue ?? JSONObject()
      object["run"] = .string(run)
      console.print(JSONValue.object(object).text())
      return .done
    }
    for loser in losers { console.print(say("\(loser) no longer has the alias")) }
    let names = labels.aliases.map { "=" + $0 } + labels.tags.map { "#" + $0 }
    let words = names + (labels.note.map { [Console.visible($0)] } ?? [])
    console.print(run + "  " + (words.isEmpty ? say("no labels") : words.joined(separator: " ")))
    return .done
  }

  static let runsDelete = Command(
    "delete", .look, abstract: "Delete runs: their folders and records",
    discussion: """
      The artifacts of a run stay in the store until 'lorapipe cache gc' finds that no run needs them. A link in runs/latest \
      that leads to one of them moves to the newest run that is left. A run that is still running, or that has an alias, is \
      not deleted.
      """,
    options: [dryRun.spec, CommonOptions.json.spec],
    positionals: [namedRun, Positional("RUN", .run, .many, help: "More runs.")],
    examples: [.init("runs delete -n grace~5 grace~6", "prints what that would free")]
  ) { invocation in
    let records = try RunRecords.open()
    let runs = try RunRecords.named { () throws(Diagnostic) in
      var runs: [String] = []
      for name in invocation.positionals {
        let run = try records.database.run(name).id
        if !runs.contains(run) { runs.append(run) }
      }
      return runs
    }
    var freed: [RunDeletion] = []
    var renewed: [String: String?] = [:]
    for run in runs {
      let deletion = try records.database.deletion(of: run, in: records.runs)
      if !invocation[dryRun] {
        let links = try RunRecords.named { () throws(Diagnostic) in
          try records.database.delete(run, in: records.runs)
        }
        // Of several deletions, the last says where a link leads.
        for link in links { renewed.updateValue(link.run, forKey: link.stage) }
      }
      freed.append(deletion)
      if invocation.wantsJSON { continue }
      let folder = Quantity.bytes(deletion.bytes)
      var line =
        invocation[dryRun] ? say("\(run) would free \(folder)") : say("deleted \(run), which freed \(folder)")
      if !deletion.artifacts.isEmpty {
        let artifacts = Quantity.plural(deletion.artifacts.count, "artifact")
        line +=
          Language.semicolon
          + say("cache gc can free \(artifacts) of it alone, \(Quantity.bytes(deletion.artifactBytes))")
      }
      invocation.console.print(line)
    }
    if !invocation.wantsJSON {
      sayWhereLinksLead(renewed, invocation.console)
    } else {
      invocation.console.print(
        JSONValue.array(
          freed.map { deletion in
            [
              "run": .string(deletion.run), "bytes": .integer(Int64(clamping: deletion.bytes)),
              "artifacts": .array(deletion.artifacts.map { .string($0.hex) }),
              "artifact_bytes": .integer(Int64(clamping: deletion.artifactBytes)),
              "deleted": .bool(!invocation[dryRun]),
            ]
          }
        ).text(.pretty))
    }
    return .done
  }

  private static func sayWhereLinksLead(_ renewed: [String: String?], _ console: Console) {
    let runs = Set(renewed.values.compactMap(\.self)).sorted()
    for run in runs {
      let stages = renewed.filter { $0.value == run }.map(\.key).sorted().listed()
      console.print(say("runs/latest now leads to the run \(run): \(stages)"))
    }
    let gone = renewed.filter { $0.value == nil }.map(\.key).sorted()
    if !gone.isEmpty { console.print(say("no run is left that made \(gone.listed()): removed from runs/latest")) }
  }
}
