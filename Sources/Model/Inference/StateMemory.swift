/// The states of recurrent layers, handed out one place at a time: a place per running sequence, and places for states that
/// later requests may start from.
///
/// A place is f32, for each recurrent layer in turn `DeltaDescription.stateCount` floats: what a sequence hands from its
/// tokens so far to the next one.
struct StateMemory {
  /// `nil` for models without recurrent layers.
  private let slab: Slab?
  /// Floats of one place.
  let stride: Int
  private var free: [Int32]

  /// No place at all.
  init() {
    slab = nil
    stride = 0
    free = []
  }

  /// - Throws: `Diagnostic` (`out-of-memory`).
  init(stride: Int, capacity: Int) throws {
    slab = try Slab(byteCount: capacity * stride * 4)
    self.stride = stride
    free = (0..<Int32(capacity)).reversed()
  }

  var freeCount: Int { free.count }
  mutating func take() -> Int32? { free.popLast() }
  mutating func give(_ place: Int32) { free.append(place) }

  func floats(_ place: Int32) -> UnsafeMutablePointer<Float>? { slab.map { $0.floats + Int(place) * stride } }

  func copy(_ place: Int32, to other: Int32) {
    guard place != other, let source = floats(place), let target = floats(other) else { return }
    target.update(from: source, count: stride)
  }
}
