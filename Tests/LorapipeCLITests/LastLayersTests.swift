import Glibc
import JSON
import Testing

/// `lora.layers: { last: 1 }` on a model of two layers, through the whole path, by the built program.
@Suite(.serialized) struct LastLayersTests {
  private static let last = "-S 'train.lora.layers={ last: 1 }'"

  private func artifact(_ program: Program) -> String? { program.stage("train")?["artifact"]?.stringValue }

  @Test func theLayerBelowIsComputedOnceAndChangesNoByte() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let first = program.run("run \(Self.last)")
    #expect(first.status == 0, "\(first.error)")
    #expect(!first.error.contains("were computed before"), "\(first.error)")
    let adapter = try #require(artifact(program))
    let configuration = try JSONValue(
      parsing: Files.read(program.folder + "/runs/latest/train/adapter_config.json"))
    #expect(configuration["layers_to_transform"] == [1])
    #expect((program.metric("merged", "verify.rms") ?? 1) < 1e-3)
    // Nothing but the time differs, so the key is the same; computed in every epoch, the bytes are too.
    #expect(program.run("run \(Self.last) -S train.cache_frozen=false --until train").output.contains("cached"))
    let computed = program.run("run \(Self.last) -S train.cache_frozen=false -f train")
    #expect(computed.status == 0, "\(computed.error)")
    #expect(artifact(program) == adapter)
    // Another rank, rate and seed find what the first run stored.
    let other = program.run("run \(Self.last) -S train.lora.rank=8 -S train.learning_rate=2e-3 --until train")
    #expect(
      other.status == 0 && other.error.contains("of the frozen layers' output were computed before"), "\(other.error)")
    #expect(artifact(program) != adapter)
    let seeded = program.run("run \(Self.last) -S seed=8 --until train")
    #expect(seeded.status == 0 && seeded.error.contains("were computed before"), "\(seeded.error)")
  }

  /// The stored output only saves work: it goes with the next collection, and the adapter stays.
  @Test func collectionRemovesTheOutputAndKeepsTheAdapter() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run \(Self.last) --until train").status == 0)
    let adapter = try #require(artifact(program))
    let collected = program.run("cache gc")
    #expect(collected.status == 0, "\(collected.error)")
    #expect(program.run("run \(Self.last) --until train").output.contains("cached"))
    let again = program.run("run \(Self.last) -f train")
    #expect(again.status == 0 && !again.error.contains("were computed before"), "\(again.error)")
    #expect(artifact(program) == adapter)
  }

  @Test func thePlanSaysWhatIsComputedOnce() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --until tokens").status == 0)
    let plan = program.run("plan \(Self.last)")
    #expect(plan.status == 0 && plan.output.contains("layers that go forward once"), "\(plan.output)\(plan.error)")
    #expect(!program.run("plan").output.contains("layers that go forward once"))
    #expect(!program.run("plan \(Self.last) -S train.cache_frozen=false").output.contains("go forward once"))
  }

  @Test func moreLayersThanThereAreIsRefusedBeforeAnythingRuns() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --until tokens").status == 0)
    let refused = program.run("run -S 'train.lora.layers={ last: 3 }'")
    #expect(refused.status == 2 && refused.error.contains("the base has 2"), "\(refused.error)")
    let word = program.run("plan -S train.lora.num_layers=1")
    #expect(word.status == 2 && word.error.contains("'layers'"), "\(word.error)")
  }

  /// A run that is killed while it computes the pieces leaves none by halves: the next one makes the same adapter.
  @Test func killedAnywhereItEndsWithTheSameBytes() throws {
    let whole = try TinyWorkspace.make()
    defer { whole.remove() }
    #expect(whole.run("run \(Self.last) --until train").status == 0)
    let adapter = try #require(artifact(whole))
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --until tokens").status == 0)
    for hundredths in [2, 5, 10, 20] {
      program.shell(
        """
        $LP run \(Self.last) --until train > killed.log 2>&1 & p=$!
        sleep 0.\(hundredths < 10 ? "0" : "")\(hundredths)
        kill -9 $p $(cat /proc/$p/task/*/children 2>/dev/null) 2>/dev/null; wait $p 2>/dev/null; true
        """)
    }
    let resumed = program.run("run \(Self.last) --until train")
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(artifact(program) == adapter)
  }
}
