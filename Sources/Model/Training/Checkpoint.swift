import Diagnostics
import Glibc
import JSON
import ModelFiles
import Platform
import Tensors

/// A training stopped between two packs: everything the rest of it depends on.
struct TrainingState {
  /// Updates done.
  var step = 0
  /// Packs of the window after them that are already in `accumulated`.
  var packsReduced = 0
  var windowLoss = 0.0
  var lastEvaluated = 0
  var bestLoss: Double?
  var bestStep: Int?
  var evaluationsWithoutBetter = 0
  var stoppedEarly = false
  /// Loss of the last update.
  var lastLoss: Double?

  let parameters: FloatBuffer
  let firstMoment: FloatBuffer
  let secondMoment: FloatBuffer
  /// By row of the training data: the mean loss of its labeled tokens when it was last seen, in nats; negative where it
  /// has not been seen yet.
  let rowLosses: FloatBuffer
  /// The sum of the packs' gradients; only meaningful when `packsReduced` is not 0.
  var accumulated: FloatBuffer?

  init(parameters: FloatBuffer, rowCount: Int) {
    self.parameters = parameters
    rowLosses = FloatBuffer(count: rowCount)
    rowLosses.values.update(repeating: -1)
    firstMoment = FloatBuffer(count: parameters.count)
    secondMoment = FloatBuffer(count: parameters.count)
  }
}

/// Checkpoints of one training in one folder. Each is one safetensors file, written beside its place, synced, and
/// renamed into it, so that a reader finds it whole or not at all.
struct CheckpointFolder {
  let path: String
  /// What the training is of; a checkpoint of another one is refused.
  let fingerprint: String

  /// Whether a checkpoint that cannot be continued is removed. Set it where only this training writes into the folder: such
  /// a checkpoint then came from a damaged disk, a wrong cache or another version of the program.
  let removesUnusable: Bool

  private static let prefix = "checkpoint-"
  private static let suffix = ".safetensors"
  fileprivate static let best = "best.safetensors"

  init(path: String, fingerprint: String, removesUnusable: Bool = false) throws {
    self.path = path
    self.fingerprint = fingerprint
    self.removesUnusable = removesUnusable
    try FileSystem.makeDirectory(path)
  }

  private func failure(_ what: String, _ path: String) -> Diagnostic {
    Diagnostic(
      code: errno == ENOSPC ? "disk-full" : "cannot-write-file", "\(what): \(String(cString: strerror(errno)))",
      location: SourceLocation(file: path))
  }

  /// Checkpoint files, newest last.
  private func files() -> [(name: String, step: Int, packs: Int)] { Self.files(in: path) }

  fileprivate static func files(in path: String) -> [(name: String, step: Int, packs: Int)] {
    var found: [(name: String, step: Int, packs: Int)] = []
    for name in (try? FileSystem.names(in: path)) ?? [] {
      guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix) else { continue }
      let parts = name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count).split(separator: "-")
      guard let step = parts.first.flatMap({ Int($0) }) else { continue }
      found.append((name, step, parts.count > 1 ? Int(parts[1]) ?? 0 : 0))
    }
    return found.sorted { ($0.step, $0.packs) < ($1.step, $1.packs) }
  }

  /// Writes a checkpoint and removes all but the newest `keep`.
  func save(_ state: TrainingState, keep: Int) throws -> String {
    var digits = String(state.step)
    digits = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    let name = Self.prefix + digits + (state.packsReduced > 0 ? "-\(state.packsReduced)" : "") + Self.suffix
    var tensors: [(String, FloatBuffer)] = [
      ("parameters", state.parameters), ("first_moment", state.firstMoment), ("second_moment", state.secondMoment),
      ("row_losses", state.rowLosses),
    ]
    if state.packsReduced > 0, let accumulated = state.accumulated { tensors.append(("accumulated", accumulated)) }
    try write(name, tensors, state)
    for old in files().dropLast(max(keep, 1)) { unlink(path + "/" + old.name) }
    return path + "/" + name
  }

  /// Keeps the parameters of the best evaluation.
  func saveBest(_ state: TrainingState) throws {
    try write(Self.best, [("parameters", state.parameters)], state)
  }

  private func write(_ name: String, _ tensors: [(String, FloatBuffer)], _ state: TrainingState) throws {
    let place = path + "/" + name
    let temporary = place + ".tmp"
    let text = state.json.text()
    // A half that a killed training left may be another person's, in a folder of their group: removed, not overwritten.
    unlink(temporary)
    let writer = try SafetensorsWriter(
      temporary, tensors: tensors.map { TensorSpecification(name: $0.0, shape: [$0.1.count], dtype: .f32) },
      metadata: [
        ("checksum", Self.checksum(tensors.map(\.1), text)), ("fingerprint", fingerprint),
        ("format", "lorapipe-checkpoint-1"), ("state", text),
      ])
    for (_, buffer) in tensors { try writer.append(UnsafeRawBufferPointer(buffer.values)) }
    try writer.finish()
    try FileSystem.syncFile(temporary)
    guard rename(temporary, place) == 0 else { throw failure("cannot move the checkpoint into place", place) }
    try FileSystem.syncDirectory(path)
  }

  /// Tells a checkpoint the disk has damaged: training on from one would give another adapter under the same key.
  private static func checksum(_ buffers: [FloatBuffer], _ state: String) -> String {
    var hash = FNV1a()
    hash.add(state.utf8)
    for buffer in buffers {
      hash.add(UInt64(buffer.count))
      for value in buffer.values { hash.add(UInt64(value.bitPattern)) }
    }
    return String(hash.value, radix: 16)
  }

  /// The newest readable checkpoint, or `nil` when there is none.
  /// - Parameters:
  ///   - needsBest: whether the training ends with the parameters of the best evaluation. A checkpoint after such an
  ///     evaluation is of use only together with them.
  ///   - report: called for each checkpoint that is passed over. An older checkpoint, or the start, gives the same bytes and
  ///     takes longer.
  /// - Throws: `Diagnostic` (`checkpoint-mismatch`) for a checkpoint of another training, unless such are removed.
  func newest(
    parameterCount: Int, rowCount: Int, needsBest: Bool = false, report: (TrainingEvent) -> Void = { _ in }
  ) throws -> TrainingState? {
    for file in files().reversed() {
      let fault: CheckpointFault
      do {
        if let state = try load(file.name, parameterCount: parameterCount, rowCount: rowCount) {
          guard needsBest, state.bestStep != nil, removesUnusable,
            (try? best(into: FloatBuffer(count: parameterCount))) == nil
          else { return state }
          fault = .withoutBest
        } else {
          fault = .damaged
        }
      } catch {
        guard removesUnusable else { throw error }
        fault = .ofAnotherTraining
      }
      let place = path + "/" + file.name
      report(.unusableCheckpoint(path: place, fault, isRemoved: removesUnusable && unlink(place) == 0))
    }
    return nil
  }

  /// - Returns: `nil` for a damaged checkpoint.
  /// - Throws: `Diagnostic` (`checkpoint-mismatch`) for a checkpoint of another training, and nothing else.
  private func load(_ name: String, parameterCount: Int, rowCount: Int) throws -> TrainingState? {
    guard let file = try? SafetensorsFile(path + "/" + name), let text = metadata("state", file),
      let json = try? JSONValue(parsing: text)
    else { return nil }
    guard metadata("fingerprint", file) == fingerprint else {
      throw Diagnostic(
        code: "checkpoint-mismatch", "the checkpoint belongs to another training",
        remedy: "remove it, or give another folder", location: SourceLocation(file: path + "/" + name))
    }
    var state = TrainingState(parameters: FloatBuffer(count: parameterCount), rowCount: rowCount)
    guard state.read(json) else { return nil }
    func fill(_ tensor: String, _ buffer: FloatBuffer) -> Bool {
      guard let view = file.tensor(tensor), view.elementCount == buffer.count, let values = try? view.floats() else {
        return false
      }
      for index in values.indices { buffer.pointer[index] = values[index] }
      return true
    }
    guard fill("parameters", state.parameters), fill("first_moment", state.firstMoment),
      fill("second_moment", state.secondMoment), fill("row_losses", state.rowLosses)
    else { return nil }
    if state.packsReduced > 0 {
      guard let view = file.tensor("accumulated") else { return nil }
      let buffer = FloatBuffer(count: view.elementCount)
      guard fill("accumulated", buffer) else { return nil }
      state.accumulated = buffer
    }
    let buffers =
      [state.parameters, state.firstMoment, state.secondMoment, state.rowLosses]
      + (state.accumulated.map { [$0] } ?? [])
    return metadata("checksum", file) == Self.checksum(buffers, text) ? state : nil
  }

  /// The parameters `saveBest` kept.
  /// - Throws: `Diagnostic` when they are gone or damaged.
  func best(into parameters: FloatBuffer) throws {
    let file = try SafetensorsFile(path + "/" + Self.best)
    guard metadata("fingerprint", file) == fingerprint, let view = file.tensor("parameters"),
      view.elementCount == parameters.count
    else {
      throw Diagnostic(
        code: "checkpoint-mismatch", "the best checkpoint belongs to another training",
        remedy: "remove the folder and train again", location: SourceLocation(file: path + "/" + Self.best))
    }
    let values = try view.floats()
    for index in values.indices { parameters.pointer[index] = values[index] }
    guard metadata("checksum", file) == Self.checksum([parameters], metadata("state", file) ?? "") else {
      throw Diagnostic(
        code: "checkpoint-damaged", "the best checkpoint is not as it was written",
        remedy: "remove the folder and train again; look after the disk",
        location: SourceLocation(file: path + "/" + Self.best))
    }
  }

  private func metadata(_ key: String, _ file: SafetensorsFile) -> String? {
    file.metadata.first { $0.key == key }?.value
  }
}

/// The checkpoint files that a training left in a folder.
public enum CheckpointFiles {
  /// The newest checkpoint: its position and the names of its files, the checkpoint itself last. Whether it is readable is not
  /// looked at.
  public static func newest(in folder: String) -> (step: Int, packs: Int, names: [String])? {
    guard let file = CheckpointFolder.files(in: folder).last else { return nil }
    let best = FileSystem.exists(folder + "/" + CheckpointFolder.best) ? [CheckpointFolder.best] : []
    return (file.step, file.packs, best + [file.name])
  }
}

extension TrainingState {
  /// Doubles are written as their bits, so that nothing is lost on the way.
  var json: JSONValue {
    func bits(_ value: Double?) -> JSONValue { value.map { .string(String($0.bitPattern, radix: 16)) } ?? .null }
    return [
      "step": .integer(Int64(step)), "packs_reduced": .integer(Int64(packsReduced)), "window_loss": bits(windowLoss),
      "last_evaluated": .integer(Int64(lastEvaluated)), "best_loss": bits(bestLoss),
      "best_step": bestStep.map { .integer(Int64($0)) } ?? .null,
      "evaluations_without_better": .integer(Int64(evaluationsWithoutBetter)), "stopped_early": .bool(stoppedEarly),
      "last_loss": bits(lastLoss),
    ]
  }

  /// - Returns: `false` when a member is missing or out of range.
  mutating func read(_ json: JSONValue) -> Bool {
    func bits(_ key: String) -> Double? {
      json[key]?.stringValue.flatMap { UInt64($0, radix: 16) }.map { Double(bitPattern: $0) }
    }
    guard let step = json["step"]?.intValue, step >= 0, let packs = json["packs_reduced"]?.intValue, packs >= 0,
      let evaluated = json["last_evaluated"]?.intValue, let loss = bits("window_loss"),
      let without = json["evaluations_without_better"]?.intValue, let stopped = json["stopped_early"]?.boolValue
    else { return false }
    self.step = step
    packsReduced = packs
    windowLoss = loss
    lastEvaluated = evaluated
    bestLoss = bits("best_loss")
    bestStep = json["best_step"]?.intValue
    evaluationsWithoutBetter = without
    stoppedEarly = stopped
    lastLoss = bits("last_loss")
    return true
  }
}
