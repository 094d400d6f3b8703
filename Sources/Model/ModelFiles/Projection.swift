/// What the engine does with the output of a projection, or of a part of one.
///
/// The roles are closed, since each has its place in the arithmetic; which projections a layer has, how they are named
/// and which roles share one matrix is open.
public enum ProjectionRole: Sendable, Hashable, CaseIterable {
  case query, key, value
  /// Of a gated delta net: queries, keys and values; the output's gate; the rate and the decay of each head.
  case deltaInput, deltaGate, deltaRate, deltaDecay
  case output
  case gate, up
  case down

  public var group: ProjectionGroup {
    switch self {
    case .query, .key, .value, .deltaInput, .deltaGate, .deltaRate, .deltaDecay: .mixerInput
    case .output: .mixerOutput
    case .gate, .up: .mlpInput
    case .down: .mlpInner
    }
  }
}

/// Which activations a projection reads, in the order of computation. Projections of one group read the same ones, so
/// that their adapters' A matrices are stacked and multiplied together.
public enum ProjectionGroup: Int, Sendable, Hashable, CaseIterable {
  /// The normed residual stream before the mixer.
  case mixerInput
  /// The mixer's output.
  case mixerOutput
  /// The normed residual stream before the MLP.
  case mlpInput
  /// The activated gate times up.
  case mlpInner
}

/// A linear layer of a decoder layer, as the model's files and its adapters name it.
public struct Projection: Sendable, Hashable {
  /// Rows of the projection's output that have one role.
  public struct Part: Sendable, Hashable {
    public var role: ProjectionRole
    /// Output rows.
    public var width: Int

    public init(_ role: ProjectionRole, _ width: Int) {
      self.role = role
      self.width = width
    }
  }

  /// The module's path inside a layer, such as `self_attn.q_proj`.
  public var module: String
  /// Columns of the weight.
  public var inputs: Int
  /// One part, or those of a fused projection, one below the other. All belong to one group.
  public var parts: [Part]
  public var hasBias: Bool

  public init(_ module: String, inputs: Int, parts: [Part], hasBias: Bool = false) {
    self.module = module
    self.inputs = inputs
    self.parts = parts
    self.hasBias = hasBias
  }

  /// A projection with one role.
  public init(_ module: String, _ role: ProjectionRole, inputs: Int, outputs: Int, hasBias: Bool = false) {
    self.init(module, inputs: inputs, parts: [Part(role, outputs)], hasBias: hasBias)
  }

  /// Rows of the weight.
  public var outputs: Int { parts.reduce(0) { $0 + $1.width } }

  /// The last component of the path: what adapters name their targets by.
  public var name: String { String(module.split(separator: ".").last ?? "") }

  public var group: ProjectionGroup { parts.first?.role.group ?? .mixerInput }

  /// The rows that have a role.
  public func rows(of role: ProjectionRole) -> Range<Int>? {
    var first = 0
    for part in parts {
      if part.role == role { return first..<first + part.width }
      first += part.width
    }
    return nil
  }

  /// Whether a module name as peft writes it, a whole path or the end of one, means this projection.
  public func isNamed(_ target: String) -> Bool { module == target || module.hasSuffix("." + target) }
}
