import Diagnostics

/// What an adapter changes in its base beside the low-rank updates of the blocks' linear layers: whole weights
/// (`modules_to_save`, or the embedding and the head of a model whose vocabulary was resized), rows of single tokens
/// (`trainable_token_indices`), and low-rank updates of the embedding and the output head.
///
/// `ModelSource.applying` makes the changed base of them; where it is computed with, nothing else is needed.
public struct BaseChanges: Sendable {
  /// The matrices with a row for each token, by the path of their module.
  public enum Table: String, Sendable, Hashable, CaseIterable {
    case embedding = "model.embed_tokens"
    case head = "lm_head"

    public var weight: String { rawValue + ".weight" }

    /// What an adapter's configuration calls it.
    public var name: String { self == .embedding ? "embed_tokens" : rawValue }

    /// Its path in the model's class.
    public func path(in model: ModelConfiguration) -> String {
      self == .embedding ? model.modulePrefix + name : rawValue
    }
  }

  /// Rows that take the place of those of single tokens.
  struct TokenRows: Sendable {
    var tokens: [Int]
    /// `[tokens.count, hidden]`
    var rows: TensorView
  }

  /// Whole weights by canonical name.
  var weights: [String: TensorView] = [:]
  /// Those of `weights` that peft keeps beside the base's: a head that is tied to a copied embedding stays as it was.
  var copies: Set<String> = []
  var tokenRows: [Table: TokenRows] = [:]
  var updates: [Table: LowRankUpdate] = [:]
  /// Everything as the adapter's file has it, for writing.
  public internal(set) var tensors: [TensorView] = []

  public init() {}

  public var isEmpty: Bool { tensors.isEmpty }

  /// The modules that are changed, as messages name them.
  var modules: [String] {
    Set(weights.keys.map { String($0.split(separator: ".").dropLast().joined(separator: ".")) })
      .union(tokenRows.keys.map(\.rawValue)).union(updates.keys.map(\.rawValue)).sorted()
  }

  /// Why something that needs a plain adapter does not take one with changes.
  func refusal(_ what: String) -> Diagnostic {
    Diagnostic(
      code: "unsupported-adapter",
      "the adapter has weights of its own for \(modules.prefix(3).joined(separator: ", ")), which \(what)",
      remedy: "merge the adapter into its base first")
  }
}

/// Gathers the tensors of an adapter's file that change the base.
struct BaseChangesReader {
  private let configuration: AdapterConfiguration
  private var changes = BaseChanges()
  private var rows: [BaseChanges.Table: TensorView] = [:]
  private var factors: [BaseChanges.Table: [String: TensorView]] = [:]

  init(_ configuration: AdapterConfiguration) { self.configuration = configuration }

  /// Takes a tensor.
  /// - Returns: `false` for one that has no known meaning.
  mutating func take(_ tensor: TensorView) -> Bool {
    guard let name = Self.canonical(tensor.name) else { return false }
    guard sort(name, tensor) else { return false }
    changes.tensors.append(tensor)
    return true
  }

  private mutating func sort(_ name: String, _ tensor: TensorView) -> Bool {
    for table in BaseChanges.Table.allCases where name.hasPrefix(table.rawValue + ".") {
      let rest = String(name.dropFirst(table.rawValue.count + 1))
      switch rest {
      case "token_adapter.trainable_tokens_delta": rows[table] = tensor
      case "lora_embedding_A" where table == .embedding, "lora_embedding_B" where table == .embedding,
        "lora_A.weight" where table == .head, "lora_B.weight" where table == .head,
        "lora_magnitude_vector" where table == .head:
        factors[table, default: [:]][rest] = tensor
      // The base's own, which is saved beside a low-rank update or after a resize.
      case "base_layer.weight": changes.weights[table.weight] = tensor
      case "weight":
        changes.weights[table.weight] = tensor
        if configuration.saves(table.rawValue) { changes.copies.insert(table.weight) }
      default: return false
      }
      return true
    }
    for suffix in [".weight", ".bias"] where name.hasSuffix(suffix) {
      guard configuration.saves(String(name.dropLast(suffix.count))) else { return false }
      changes.weights[name] = tensor
      changes.copies.insert(name)
      return true
    }
    return false
  }

  /// - Throws: `Diagnostic` (`bad-adapter`, `unsupported-adapter`) for parts that do not belong together.
  func finish(_ path: String) throws -> BaseChanges {
    func failure(_ message: String, _ code: String = "bad-adapter") -> Diagnostic {
      Diagnostic(code: code, message, location: SourceLocation(file: path))
    }
    var changes = changes
    for module in configuration.savedModules {
      let isThere = changes.weights.keys.contains {
        $0.split(separator: ".").dropLast().joined(separator: ".").hasSuffix(module)
      }
      guard isThere else {
        throw failure("'modules_to_save' names '\(module)', and the file holds no weight of such a module")
      }
    }
    for (name, tensor) in changes.weights where !tensor.dtype.isWeight || tensor.shape.contains(0) {
      throw failure("tensor '\(name)' holds no weights")
    }
    for (table, tensor) in rows {
      guard let tokens = configuration.tokens(of: table) else {
        throw failure("'trainable_token_indices' does not say which tokens the rows of '\(table.name)' are of")
      }
      guard tensor.dtype.isWeight, tensor.shape.count == 2, tensor.shape[0] == tokens.count else {
        throw failure("\(tokens.count) tokens of '\(table.name)' have the rows \(tensor.shape)")
      }
      changes.tokenRows[table] = BaseChanges.TokenRows(tokens: tokens, rows: tensor)
    }
    // Rows of a tied head are the embedding's.
    if configuration.tokens(of: .embedding) != nil, rows[.embedding] == nil {
      throw failure("the file holds no rows of the tokens in 'trainable_token_indices'")
    }
    for (table, found) in factors { changes.updates[table] = try update(table, found, failure) }
    for table in BaseChanges.Table.allCases where configuration.tableTargets.contains(table.name) {
      guard changes.updates[table] != nil else {
        throw failure(
          "'target_modules' names '\(table.name)', and the file holds no low-rank update of it", "bad-adapter")
      }
    }
    return changes
  }

  private func update(
    _ table: BaseChanges.Table, _ found: [String: TensorView], _ failure: (String, String) -> Diagnostic
  ) throws -> LowRankUpdate {
    let isEmbedding = table == .embedding
    guard let a = found[isEmbedding ? "lora_embedding_A" : "lora_A.weight"],
      let b = found[isEmbedding ? "lora_embedding_B" : "lora_B.weight"]
    else { throw failure("the low-rank update of '\(table.name)' lacks A or B", "bad-adapter") }
    let rank = configuration.rank(of: table.rawValue)
    guard a.shape.count == 2, b.shape.count == 2, a.shape[0] == rank, b.shape[1] == rank,
      !a.shape.contains(0), !b.shape.contains(0)
    else {
      throw failure("A \(a.shape) and B \(b.shape) of '\(table.name)' do not fit the rank \(rank)", "bad-adapter")
    }
    let magnitude = found["lora_magnitude_vector"]
    if configuration.usesDoRA, isEmbedding {
      throw failure("DoRA of the embedding is not supported", "unsupported-adapter")
    }
    guard (magnitude != nil) == configuration.usesDoRA, magnitude.map({ $0.shape == [b.shape[0]] }) ?? true else {
      throw failure("the magnitudes of '\(table.name)' do not fit its configuration", "bad-adapter")
    }
    var (left, right) = (try a.floats(), try b.floats())
    // An embedding's A has a column, not a row, for each token: E + s·(B A)ᵀ.
    if isEmbedding {
      (left, right) = (TableUpdate.transposed(right, rows: b.shape[0]), TableUpdate.transposed(left, rows: rank))
    }
    return LowRankUpdate(
      a: left, b: right, rank: rank, scale: Float(configuration.scale(of: table.rawValue)),
      magnitude: try magnitude?.floats())
  }

  /// The name in the base, as `ModelSource` has it.
  private static func canonical(_ name: String) -> String? {
    let wrapper = "base_model.model."
    guard name.hasPrefix(wrapper) else { return nil }
    let rest = name.dropFirst(wrapper.count)
    for prefix in ["model.language_model.", "language_model.model."] where rest.hasPrefix(prefix) {
      return "model." + rest.dropFirst(prefix.count)
    }
    if rest.hasPrefix("language_model.lm_head.") { return String(rest.dropFirst("language_model.".count)) }
    return String(rest)
  }
}
