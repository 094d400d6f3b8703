import Glibc
import JSON
import Testing

@testable import LorapipeCLI

/// A training that is looked at while it runs.
@Suite(.serialized) struct LiveRunTests {
  private static let recipe = """
    name: live
    seed: 7
    stages:
      base:   { kind: fetch, source: "file:../base" }
      mixed:  { kind: mix, domain: [./rows.jsonl], validation: 0.05 }
      tokens: { kind: tokenize, model: base, data: mixed, max_length: 256 }
      train:
        kind: sft
        model: base
        data: tokens
        lora: { rank: 4, alpha: 8 }
        learning_rate: 1e-2
        batch_size: 4
        gradient_accumulation: 4
        epochs: 20
        eval_every: 10
        save_every: 10
        pack_tokens: 128

    """

  private func workspace() throws -> Program {
    let program = try Program()
    try TinyModel.write(to: program.folder + "/base")
    program.write("recipes/live.yaml", Self.recipe)
    program.write("recipes/rows.jsonl", TinyWorkspace.sums(1...1600))
    return program
  }

  /// The points that readers can have are those that came until a second before the kill, or later.
  @Test func aTrainingKilledOutrightShowsItsPointsUpToTheLastSecond() throws {
    let program = try workspace()
    defer { program.remove() }
    program.shell(
      """
      mkfifo pipe
      $LP run --json --tensorboard boards > pipe 2> run.log & p=$!
      n=0 watched=
      while read -r line; do
        echo "$line" >> events
        case $line in *'"series":"loss"'*) n=$((n+1));; esac
        # Others look while this one reads on: a reader that waits would hold the run up.
        [ $n -lt 25 ] || [ -n "$watched" ] || { watched=1; {
          until $LP logs train > logs.out; grep -q 'checkpoint of step 10' logs.out; do sleep 0.2; done
          until $LP status > status.try; grep 'loss ' status.try | grep -q 'ETA \\|measuring'; do sleep 0.2; done
          mv status.try status.out; $LP status --json > status.json; $LP show -s train > show.out
          touch looked; } & }
        [ $n -lt 60 ] || [ ! -e looked ] || break
      done < pipe
      date +%s.%N > killed.at
      kill -9 $p $(cat /proc/$p/task/*/children); wait $p 2>/dev/null; true
      """)
    // While it ran, from other processes.
    let status = Files.read(program.folder + "/status.out")
    #expect(status.contains("steps") && status.contains("loss ") && status.contains("memory "), "\(status)")
    #expect(status.contains("ETA ") || status.contains("measuring validation"), "\(status)")
    let live = (try? JSONValue(parsing: Files.read(program.folder + "/status.json")))?["running"]?.arrayValue?.first
    let progress = live?["progress"]?.arrayValue?.first
    #expect(progress?["stage"]?.stringValue == "train" && progress?["total"]?.intValue ?? 0 > 1000, "\(status)")
    #expect((progress?["values"]?["loss"]?.doubleValue ?? 0) > 0 && (progress?["memory"]?.intValue ?? 0) > 1_000_000)
    let shown = Files.read(program.folder + "/show.out")
    #expect(shown.contains("┤") && shown.contains("lowest") && shown.contains("learning_rate"), "\(shown)")
    let log = Files.read(program.folder + "/logs.out")
    #expect(log.contains("  step 1/") && log.contains("lr 0 (warm-up 1/"), "\(log)")
    #expect(log.contains("validation after step 10: loss") && log.contains("wrote the checkpoint of step 10"), "\(log)")

    // After it was killed.
    let killed = Double(Files.read(program.folder + "/killed.at").filter { !$0.isWhitespace }) ?? 0
    var due = 0
    for line in Files.read(program.folder + "/events").split(separator: "\n") {
      guard let event = try? JSONValue(parsing: String(line)), event["series"]?.stringValue == "loss",
        let step = event["step"]?.intValue, let time = event["time"]?.doubleValue, time < killed - 1
      else { continue }
      due = max(due, step)
    }
    let train = program.run("show -s train --json").json
    let curve = train?["curves"]?["loss"]?.arrayValue?.compactMap { $0.arrayValue?.first?.intValue } ?? []
    #expect(curve == Array(1...max(1, curve.count)) && curve.count >= max(due, 1), "\(curve.count) of \(due)")
    #expect(train?["state"]?.stringValue == "interrupted")
    #expect(program.run("status").output.contains("nothing is running"))
    #expect(program.run("logs train").output.contains("  step \(max(due, 1))/"))

    // The event files, torn or not, hold whole frames up to the last second too.
    let boards = Files.read(program.folder + "/.none") + program.boards()
    #expect(boards.contains("/train/events.out.tfevents."), "\(boards)")

    // Continued, the curve is whole.
    program.write("recipes/live.yaml", Self.recipe.replacing("epochs: 20", with: "epochs: 20"))
    let stopped = program.shell("timeout -s INT 6 $LP run > again.log 2>&1; true")
    #expect(stopped == 0)
    let again = program.run("show latest -s train --json").json
    let whole = again?["curves"]?["loss"]?.arrayValue?.compactMap { $0.arrayValue?.first?.intValue } ?? []
    #expect(whole.first == 1 && whole == whole.sorted() && Set(whole).count == whole.count, "\(whole.count)")
  }

  /// No built-in stage leaves an empty log.
  @Test func everyStageOfTheWholePathHasALog() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --tensorboard boards").status == 0)
    for stage in ["persona", "mixed", "tokens", "train", "eval", "merged", "serve"] {
      let log = program.run("logs \(stage)").output
      #expect(log.contains("  done: "), "\(stage): \(log)")
    }
    let boards = program.boards()
    #expect(boards.contains("boards/whole ") && boards.contains("/eval/events.out.tfevents."), "\(boards)")
    // Written afterward, the same folders.
    #expect(program.run("show --tensorboard later").status == 0)
    let later = program.boards("later").replacing("later/", with: "boards/")
    #expect(Set(later.split(separator: "\n")) == Set(boards.split(separator: "\n")), "\(later)\n\(boards)")
    // A run with nothing to do writes none, and names what does.
    let cached = program.run("run --tensorboard other")
    let line = cached.output.split(separator: "\n").last.map(String.init) ?? ""
    #expect(cached.output.contains("cached stages write no event files: train"), "\(cached.output)")
    #expect(line.contains("lorapipe show ") && line.hasSuffix("--tensorboard other"), "\(line)")
    #expect(program.boards("other").isEmpty)
    let words = line.split(separator: " ").drop { $0 != "show" }.joined(separator: " ")
    #expect(program.run(words).status == 0 && program.boards("other").contains("/train/events.out.tfevents."))
  }

  /// The curves of one training lie in one folder, however often it was stopped.
  @Test func aContinuedRunContinuesItsEventFiles() throws {
    let program = try workspace()
    defer { program.remove() }
    /// Runs the program until so many event files of the training are there, and stops it as Ctrl-C does.
    func stop(_ command: String, at count: Int, log: String) {
      program.shell(
        """
        $LP \(command) > \(log) 2>&1 & p=$!
        for i in $(seq 600); do [ "$(ls boards/*/train 2> /dev/null | wc -l)" -ge \(count) ] && break; sleep 0.1; done
        kill -INT $p; wait $p; true
        """)
    }
    stop("run --tensorboard boards", at: 1, log: "first.log")
    let before = program.boards().split(separator: "\n").map(String.init).sorted()
    #expect(before.contains { $0.contains("/train/") }, "\(before)")
    stop("resume", at: 2, log: "again.log")
    let log = Files.read(program.folder + "/again.log")
    #expect(log.contains("continuing the event files in "), "\(log)")
    let after = program.boards().split(separator: "\n").map(String.init)
    #expect(Set(after).isSuperset(of: before) && after.count(where: { $0.contains("/train/") }) == 2, "\(after)")
    let folders = Set(after.map { $0.split(separator: "/").prefix(2).joined(separator: "/") })
    #expect(folders.count == 1, "\(folders)")
    #expect(!log.contains("cached stages write no event files"), "\(log)")
  }
}

extension Program {
  /// The event files below a folder.
  fileprivate func boards(_ folder: String = "boards") -> String {
    shell("find \(folder) -type f > boards.list")
    return Files.read(self.folder + "/boards.list")
  }
}
