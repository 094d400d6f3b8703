import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Platform
import RunHistory

private let dryRun = Flag(
  "dry-run", "n", help: "Print what would be removed and what it cost to compute; remove nothing.")
private let keep = Option<Int>(
  "keep", nil, "N", .integer(0...1_000_000), help: "Keep the artifacts of the newest N runs (default 20).")
private let note = Option<String>("note", nil, "TEXT", help: "The reason, for later readers.")
private let remove = Flag("remove", "d", help: "Remove the pin.")

extension Command {
  static let cache = Command(
    "cache", .inspect, abstract: "Manage the store of artifacts and its remote caches",
    subcommands: [
      .cacheList, .cacheVerify, .cacheCollect, .cachePin, .cachePush, .cachePull, .cacheStatus, .cacheKey,
    ])

  static func openStore() throws -> (Workspace, RunsDirectory) {
    let workspace = try Workspace.current()
    return (workspace, try workspace.openRuns())
  }

  private static let cacheList = Command(
    "ls", .inspect, abstract: "List the artifacts in the store", options: [CommonOptions.json.spec]
  ) { invocation in
    let (_, runs) = try openStore()
    let store = runs.store
    let pins = try Set(store.pins().map(\.digest))
    var makers: [Digest: (kind: String, seconds: Double)] = [:]
    for key in try store.actionKeys() {
      guard let record = store.actionRecord(key) else { continue }
      makers[record.artifact] = (record.kind, record.cost.seconds)
    }
    let artifacts = try store.artifacts().sorted { $0.bytes > $1.bytes }
    if invocation.wantsJSON {
      invocation.console.print(
        JSONValue.array(
          artifacts.map { artifact in
            [
              "digest": .string(artifact.digest.hex), "kind": .string(makers[artifact.digest]?.kind ?? ""),
              "bytes": .integer(artifact.bytes), "files": .integer(Int64(artifact.fileCount)),
              "seconds": makers[artifact.digest].map { .number($0.seconds) } ?? .null,
              "pinned": .bool(pins.contains(artifact.digest)),
            ]
          }
        ).text(.pretty))
      return .done
    }
    var table = Table([
      (say("artifact"), .left), (say("made by"), .left), (say("size"), .right), (say("files"), .right),
      (say("took"), .right),
    ])
    for artifact in artifacts {
      let maker = makers[artifact.digest]
      table.add(
        artifact.digest.short + (pins.contains(artifact.digest) ? " pinned" : ""), maker?.kind ?? "?",
        Quantity.bytes(UInt64(clamping: artifact.bytes)), Quantity.count(artifact.fileCount),
        maker.map { Quantity.duration($0.seconds) } ?? "")
    }
    invocation.console.write(table.text(invocation.console))
    let total = artifacts.reduce(0) { $0 &+ $1.bytes }
    invocation.console.print(
      Quantity.plural(artifacts.count, "artifact") + Language.comma + Quantity.bytes(UInt64(clamping: total)))
    return .done
  }

  private static let cacheVerify = Command(
    "verify", .inspect, abstract: "Hash every file again; move damaged artifacts to quarantine",
    discussion: "What is damaged goes to the store's quarantine folder and is made again when it is next needed.",
    options: [CommonOptions.json.spec]
  ) { invocation in
    let (_, runs) = try openStore()
    // Only a terminal is kept company while it waits.
    let display =
      invocation.console.errorIsTerminal ? LiveDisplay(console: invocation.console, names: ["verify"]) : nil
    display?.start("verify")
    let report = try runs.store.verify { bytes in
      display?.update("verify", completed: Double(bytes), total: nil, unit: "bytes", detail: nil)
    }
    display?.finish()
    if invocation.wantsJSON {
      func list(_ digests: [some CustomStringConvertible]) -> JSONValue {
        .array(digests.map { .string($0.description) })
      }
      invocation.console.print(
        JSONValue.object(
          JSONObject([
            ("clean", .bool(report.isClean)), ("actions", .integer(Int64(report.actions))),
            ("artifacts", .integer(Int64(report.artifacts))), ("bytes", .integer(report.bytes)),
            ("damaged_actions", list(report.damagedActions)), ("damaged_artifacts", list(report.damagedArtifacts)),
            ("missing_artifacts", list(report.missingArtifacts)),
          ])
        ).text(.pretty))
      return report.isClean ? .done : .failed
    }
    let console = invocation.console
    console.print(
      say(
        "\(Quantity.plural(report.artifacts, "artifact")) and \(Quantity.plural(report.actions, "action")), \(Quantity.bytes(UInt64(clamping: report.bytes)))"
      )
    )
    for digest in report.damagedArtifacts { console.print(say("damaged artifact \(digest), set aside")) }
    for key in report.damagedActions { console.print(say("damaged record \(key), set aside")) }
    for key in report.missingArtifacts { console.print(say("the artifact of action \(key) is missing")) }
    console.print(
      report.isClean
        ? console.styled(say("everything is as recorded"), .green)
        : say("what is missing is made again by 'lorapipe run'"))
    return report.isClean ? .done : .failed
  }

  private static let cacheCollect = Command(
    "gc", .inspect, abstract: "Remove artifacts that no kept run needs",
    discussion: "Pinned artifacts, and artifacts that a running run uses, are always kept.",
    options: [dryRun.spec, keep.spec, CommonOptions.json.spec]
  ) { invocation in
    let (workspace, runs) = try openStore()
    let keep = invocation[keep] ?? 20
    let report = try runs.store.collectGarbage(dryRun: invocation[dryRun]) {
      try runs.collectionRoots(ofNewest: keep)
    }
    if invocation.wantsJSON {
      invocation.console.print(json(report).text(.pretty))
    } else {
      print(report, invocation)
    }
    // A link to what was removed would name a model that nothing can open.
    if !invocation[dryRun], !report.artifacts.isEmpty, LocalText.exists(workspace.runs + "/runs.db") {
      let records = try RunRecords.open()
      try records.database.renew(in: records.runs)
    }
    return .done
  }

  private static func print(_ report: CollectionReport, _ invocation: Invocation) {
    let console = invocation.console
    let verb = invocation[dryRun] ? say("would remove") : say("removed")
    var table = Table([("", .left), (say("made by"), .left), (say("size"), .right), (say("took"), .right)])
    for item in report.artifacts {
      table.add(
        String(item.name.prefix(12)), item.kind, Quantity.bytes(UInt64(clamping: item.bytes)),
        item.seconds > 0 ? Quantity.duration(item.seconds) : "")
    }
    if !report.artifacts.isEmpty { console.write(table.text(console)) }
    let artifacts = Quantity.plural(report.artifacts.count, "artifact")
    let checkpoints = Quantity.plural(report.checkpoints.count, "checkpoint")
    let leftovers = Quantity.plural(report.temporary.count, "leftover")
    let freed = Quantity.bytes(UInt64(clamping: report.freedBytes))
    console.print(say("\(verb) \(artifacts), \(checkpoints) and \(leftovers): \(freed)"))
    if report.keptOfOthers > 0 {
      console.print(say("\(report.keptOfOthers) more belong to other users, who can remove them"))
    }
    if report.recomputeSeconds > 0 {
      console.print(say("making them again would take about \(Quantity.duration(report.recomputeSeconds))"))
    }
  }

  private static func json(_ report: CollectionReport) -> JSONValue {
    func list(_ items: [CollectionReport.Item]) -> JSONValue {
      .array(
        items.map {
          [
            "digest": .string($0.name), "kind": .string($0.kind), "bytes": .integer($0.bytes),
            "seconds": .number($0.seconds),
          ]
        })
    }
    return [
      "artifacts": list(report.artifacts), "actions": list(report.actions), "checkpoints": list(report.checkpoints),
      "temporary": list(report.temporary), "freed_bytes": .integer(report.freedBytes),
      "recompute_seconds": .number(report.recomputeSeconds), "kept_artifacts": .integer(Int64(report.keptArtifacts)),
      "kept_of_others": .integer(Int64(report.keptOfOthers)),
    ]
  }

  private static let cachePin = Command(
    "pin", .inspect, abstract: "Protect an artifact from garbage collection",
    options: [note.spec, remove.spec, CommonOptions.json.spec],
    positionals: [Positional("ARTIFACT", .stage, help: "The digest or the start of it, or the name of a stage.")]
  ) { invocation in
    let (workspace, runs) = try openStore()
    let name = invocation.positionals.first ?? ""
    let digest = try ArtifactName.digest(name, workspace, runs)
    guard !invocation[remove] || invocation[note] == nil else {
      throw UsageError("--note is for a pin that is set: leave it out with --remove", path: invocation.path)
    }
    let removed = invocation[remove] && runs.store.unpin(digest)
    if !invocation[remove] { try runs.store.pin(digest, note: invocation[note] ?? "") }
    if invocation.wantsJSON {
      let json = JSONObject([("artifact", .string(digest.hex)), ("pinned", .bool(!invocation[remove]))])
      invocation.console.print(JSONValue.object(json).text())
    } else {
      invocation.console.print(
        !invocation[remove]
          ? say("pinned \(digest)") : removed ? say("unpinned \(digest)") : say("it was not pinned"))
    }
    return removed || !invocation[remove] ? .done : .failed
  }
}
