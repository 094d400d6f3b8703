import Diagnostics
import Glibc
import Models
import Platform
import Synchronization
import Tensors

/// The file of a piece: the rows' states one after the other, `[tokens, hidden]` each, f32 in the machine's byte order.
enum FrozenFile {
  static let name = "states.f32"

  static func write(_ states: FloatBuffer, _ piece: FrozenPiece, to folder: String) throws {
    let path = folder + "/" + name
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemFailure("write", path: path) }
    defer { close(descriptor) }
    try FileSystem.writeAll(descriptor, UnsafeRawBufferPointer(states.values), path: path)
  }
}

/// What enters the first adapted layer, of rows whose frozen layers were computed before: the pieces that are there.
public struct FrozenStates: Sendable {
  /// Where a row's states lie.
  struct Place: Sendable {
    var path: String
    /// The first token in the file.
    var start: Int
    var tokens: Int
  }

  public let layer: Int
  private let hidden: Int
  private var places: [Digest: Place] = [:]

  /// - Parameter pieces: with the folders they were written to; at least one.
  /// - Throws: `Diagnostic` (`lost-frozen-states`) for a file that is not as it was written.
  public init(_ pieces: [(piece: FrozenPiece, folder: String)]) throws {
    layer = pieces.first?.piece.layer ?? 0
    hidden = pieces.first?.piece.hidden ?? 0
    for (piece, folder) in pieces {
      let path = folder + "/" + FrozenFile.name
      guard let stamp = FileStamp.of(path), stamp.size == piece.byteCount else { throw Self.lost(path) }
      for (row, start) in zip(piece.rows, piece.starts) {
        places[row.digest] = Place(path: path, start: start, tokens: row.tokens.count)
      }
    }
  }

  /// - Throws: `Diagnostic` (`lost-frozen-states`) for a row that no piece holds.
  func reader(_ rows: [TrainingRow]) throws -> FrozenReader {
    FrozenReader(
      hidden: hidden,
      places: try rows.map { row in
        guard let place = places[FrozenRow(row).digest] else { throw Self.lost(nil) }
        return place
      })
  }

  static func lost(_ path: String?) -> Diagnostic {
    Diagnostic(
      code: "lost-frozen-states", "the stored output of the frozen layers cannot be read",
      remedy: "run again: what is missing is computed again; cache_frozen: false stores nothing",
      location: path.map { SourceLocation(file: $0) })
  }
}

/// Reads the states of rows by their index in the data. Files are read and not mapped: mapped pages would count as this
/// process's memory.
final class FrozenReader: Sendable {
  private let hidden: Int
  private let places: [FrozenStates.Place]
  private let found = Mutex<Diagnostic?>(nil)

  init(hidden: Int, places: [FrozenStates.Place]) {
    self.hidden = hidden
    self.places = places
  }

  /// Why something could not be read.
  var failure: Diagnostic? { found.withLock { $0 } }

  /// What a pass takes the states by.
  var input: LayerInput {
    { sequence, rows in self.read(sequence, into: rows) }
  }

  private func read(_ sequence: PackSequence, into rows: MutableFloatPointer) -> Bool {
    let place = places[sequence.row]
    let first = sequence.prefixLength
    let bytes = 4 * hidden * sequence.tokens.count
    guard first + sequence.tokens.count <= place.tokens, let file = ReadableFile(place.path),
      let states = file.bytes(at: 4 * hidden * (place.start + first), count: bytes)
    else {
      found.withLock { $0 = FrozenStates.lost(place.path) }
      return false
    }
    states.withUnsafeBytes { UnsafeMutableRawPointer(rows).copyMemory(from: $0, count: bytes) }
    return true
  }
}

extension UnsafeMutableRawPointer {
  fileprivate func copyMemory(from source: UnsafeRawBufferPointer, count: Int) {
    if let address = source.baseAddress { copyMemory(from: address, byteCount: count) }
  }
}

/// The packs of a piece on workers, each of which writes the states of its rows to their place.
///
/// `@unchecked Sendable`: all but the buffer is constant; each row's part of the buffer is written by the worker that has the
/// row.
final class FrozenWork: @unchecked Sendable {
  private let layer: Int
  private let hidden: Int
  private let packs: [SequencePack]
  private let keys: PrefixKeys?
  private let prefixStates: FloatPointer?
  private let starts: [Int]
  let states: FloatBuffer

  init(
    layer: Int, hidden: Int, packs: [SequencePack], keys: PrefixKeys?, prefixStates: FloatPointer?, starts: [Int],
    states: FloatBuffer
  ) {
    self.layer = layer
    self.hidden = hidden
    self.packs = packs
    self.keys = keys
    self.prefixStates = prefixStates
    self.starts = starts
    self.states = states
  }

  /// - Returns: false when cancelled.
  func run(_ engines: EnginePool, _ isCancelled: @escaping @Sendable () -> Bool) -> Bool {
    let next = Atomic(0)
    let stopped = Atomic(false)
    runWorkers(engines.count) { worker in
      let engine = engines[worker]
      engine.isCancelled = isCancelled
      while !stopped.load(ordering: .relaxed) {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < self.packs.count else { return }
        guard let found = engine.inputs(of: self.layer, self.packs[index], prefix: self.keys) else {
          return stopped.store(true, ordering: .relaxed)
        }
        self.store(found, self.packs[index])
      }
    }
    return !stopped.load(ordering: .relaxed)
  }

  private func store(_ found: FloatPointer, _ pack: SequencePack) {
    var from = found
    for sequence in pack.sequences {
      var target = states.pointer + starts[sequence.row] * hidden
      if let prefixStates {
        for range in sequence.prefix {
          target.update(from: prefixStates + range.lowerBound * hidden, count: range.count * hidden)
          target += range.count * hidden
        }
      }
      target.update(from: from, count: sequence.tokens.count * hidden)
      from += sequence.tokens.count * hidden
    }
  }
}
