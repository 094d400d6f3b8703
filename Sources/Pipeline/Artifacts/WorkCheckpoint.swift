/// A whole checkpoint in the work folder of an unfinished stage.
public struct WorkCheckpoint: Sendable, Hashable {
  /// How far the stage was.
  public struct Position: Sendable, Hashable, Comparable {
    public var step: Int
    /// How much of the following step is done; only its order counts.
    public var part: Int

    public init(step: Int, part: Int = 0) {
      self.step = step
      self.part = part
    }

    public static func < (left: Position, right: Position) -> Bool {
      (left.step, left.part) < (right.step, right.part)
    }
  }

  public var position: Position
  /// Paths below the work folder. The file without which the others are no checkpoint comes last.
  public var files: [String]
  /// Whether a stage that continues from it ends with the same bytes as one that was never interrupted.
  public var isReproducible: Bool

  public init(position: Position, files: [String], isReproducible: Bool = true) {
    self.position = position
    self.files = files
    self.isReproducible = isReproducible
  }
}
