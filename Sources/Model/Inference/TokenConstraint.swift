/// Limits which token may come next in one reply, for replies that must be JSON for example.
///
/// A value: each reply has its own. One thread at a time uses it.
public protocol TokenConstraint: Sendable {
  /// Whether the reply is whole and no token may follow.
  var isFinished: Bool { get }
  mutating func allows(_ token: Int32) -> Bool
  /// Sets the logits of all tokens that may not come next to minus infinity.
  mutating func mask(_ logits: UnsafeMutableBufferPointer<Float>)
  /// Takes in the token that was chosen.
  mutating func advance(_ token: Int32)
}
