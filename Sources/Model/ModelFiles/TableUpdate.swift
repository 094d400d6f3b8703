import Diagnostics

/// A low-rank update of the embedding or the output head, W `[tokens, hidden]`, as two factors: W + scale · T H.
///
/// peft has them as A and B, of a table that it multiplies from the other side in an embedding:
///
///     table       A                       B
///     embedding   Tᵀ [rank, tokens]       Hᵀ [hidden, rank]     lora_embedding_A, lora_embedding_B
///     head        H [rank, hidden]        T [tokens, rank]      lora_A.weight, lora_B.weight
public struct TableUpdate: Sendable {
  public var table: BaseChanges.Table
  public var rank: Int
  public var scale: Double
  /// H, `[rank, hidden]`.
  public var hiddenFactor: [Float]
  /// T, `[tokens, rank]`.
  public var tokenFactor: [Float]

  public init(
    table: BaseChanges.Table, rank: Int, scale: Double, hiddenFactor: [Float], tokenFactor: [Float]
  ) {
    self.table = table
    self.rank = rank
    self.scale = scale
    self.hiddenFactor = hiddenFactor
    self.tokenFactor = tokenFactor
  }

  /// The tensors as peft names and lays them out.
  /// - Parameter path: of the table, as the adapter's file has it.
  /// - Throws: `Diagnostic` (`bad-adapter`) when the factors do not fit each other.
  fileprivate func tensors(_ path: String) throws -> [TensorView] {
    let (hidden, tokens) = (hiddenFactor.count / max(rank, 1), tokenFactor.count / max(rank, 1))
    guard rank > 0, hiddenFactor.count == rank * hidden, tokenFactor.count == tokens * rank else {
      throw Diagnostic(
        code: "bad-adapter", "\(path): \(hiddenFactor.count) and \(tokenFactor.count) values do not fit rank \(rank)")
    }
    let parts: [(name: String, shape: [Int], values: [Float])] =
      switch table {
      case .embedding:
        [
          ("lora_embedding_A", [rank, tokens], Self.transposed(tokenFactor, rows: tokens)),
          ("lora_embedding_B", [hidden, rank], Self.transposed(hiddenFactor, rows: rank)),
        ]
      case .head:
        [("lora_A.weight", [rank, hidden], hiddenFactor), ("lora_B.weight", [tokens, rank], tokenFactor)]
      }
    return try parts.map { part in
      let name = path + "." + part.name
      let memory = ReadOnlyMemory(count: part.values.count * 4) { target in
        part.values.withUnsafeBytes { target.copyMemory(from: $0) }
      }
      guard let view = TensorView(name: name, shape: part.shape, dtype: .f32, memory: memory, offset: 0) else {
        throw Diagnostic(code: "bad-adapter", "'\(name)' is too large")
      }
      return view
    }
  }

  static func transposed(_ values: [Float], rows: Int) -> [Float] {
    let columns = values.count / max(rows, 1)
    return [Float](unsafeUninitializedCapacity: values.count) { output, count in
      for row in 0..<rows {
        for column in 0..<columns { output[column * rows + row] = values[row * columns + column] }
      }
      count = values.count
    }
  }
}

extension BaseChanges {
  /// The changes of an adapter that was trained with updates of the embedding and the head.
  /// - Throws: `Diagnostic` (`bad-adapter`) when they do not fit the model.
  public init(_ updates: [TableUpdate], of model: ModelConfiguration) throws {
    self.init()
    for update in updates {
      guard update.hiddenFactor.count == update.rank * model.hiddenSize,
        update.tokenFactor.count == update.rank * model.vocabularySize
      else {
        throw Diagnostic(code: "bad-adapter", "the update of '\(update.table.name)' does not fit the model")
      }
      tensors += try update.tensors("base_model.model." + update.table.path(in: model))
      self.updates[update.table] = LowRankUpdate(
        a: update.hiddenFactor, b: update.tokenFactor, rank: update.rank, scale: Float(update.scale), magnitude: nil)
    }
  }

  /// Whether these are low-rank updates alone, without DoRA's magnitudes: what training works on.
  public var isTrainable: Bool {
    weights.isEmpty && tokenRows.isEmpty && updates.values.allSatisfy { $0.magnitude == nil }
  }

  /// The same changes with other factors of the low-rank updates, such as those of a lower rank.
  /// - Throws: `Diagnostic` (`bad-adapter`) when the factors do not fit each other.
  public func replacing(_ updates: [TableUpdate]) throws -> BaseChanges {
    var result = self
    for update in updates {
      let mark = "." + (update.table == .embedding ? "lora_embedding_A" : "lora_A.weight")
      let isOwn = { (tensor: TensorView) in tensor.name.contains(update.table.name + ".lora_") }
      guard let old = tensors.first(where: { isOwn($0) && $0.name.hasSuffix(mark) }) else { continue }
      result.tensors.removeAll(where: isOwn)
      result.tensors += try update.tensors(String(old.name.dropLast(mark.count)))
      result.updates[update.table] = LowRankUpdate(
        a: update.hiddenFactor, b: update.tokenFactor, rank: update.rank, scale: Float(update.scale), magnitude: nil)
    }
    return result
  }

  /// The low-rank updates, embedding first.
  public var tableUpdates: [TableUpdate] {
    Table.allCases.compactMap { table in
      updates[table].map {
        TableUpdate(
          table: table, rank: $0.rank, scale: Double($0.scale), hiddenFactor: $0.a, tokenFactor: $0.b)
      }
    }
  }
}

extension ModelSource {
  /// An adapter without the copies of this model's own weights that peft saves beside a low-rank update of the embedding.
  /// Weights that differ stay.
  public func withoutCopies(_ adapter: Adapter) -> Adapter {
    var result = adapter
    for (name, tensor) in adapter.changes.weights where !adapter.changes.copies.contains(name) {
      let own = name == BaseChanges.Table.head.weight ? try? outputHead() : try? self.tensor(name)
      guard let own, own.hasSameContent(as: tensor) else { continue }
      result.changes.weights[name] = nil
      result.changes.tensors.removeAll { $0.memory === tensor.memory && $0.offset == tensor.offset }
    }
    return result
  }
}
