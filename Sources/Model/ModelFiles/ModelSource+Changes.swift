import Diagnostics

extension ModelSource {
  /// The base as an adapter changes it, and the adapter without those changes: both together compute what the base and
  /// the adapter do. Without changes these are what was given.
  ///
  /// Weights that an adapter holds whole stay in its file. A table of tokens with changed rows or a low-rank update is
  /// made anew in f32: vocabulary × hidden × 4 bytes.
  /// - Throws: `Diagnostic` (`adapter-mismatch`, `unsupported-adapter`) when the changes do not fit the base.
  public func applying(_ adapter: Adapter) throws -> (base: ModelSource, adapter: Adapter) {
    let changes = adapter.changes
    guard !changes.isEmpty else { return (self, adapter) }
    var plain = adapter
    plain.changes = BaseChanges()
    var configuration = configuration
    var tensors = tensors
    var changed: Set<String> = []
    let shapes = Dictionary(uniqueKeysWithValues: configuration.expectedTensors.map { ($0.name, $0.shape) })
    let tables = Set(BaseChanges.Table.allCases.map(\.weight))
    for (name, tensor) in changes.weights where !tables.contains(name) {
      guard let shape = shapes[name], tensor.shape == shape else {
        throw mismatch(
          shapes[name].map { "its '\(name)' has the shape \(tensor.shape), the base's \($0)" }
            ?? "it has a '\(name)', which the base does not have")
      }
      tensors[name] = tensor.named(name)
      changed.insert(name)
    }
    let (embedding, head) = try changedTables(changes)
    guard embedding.rowCount == head.rowCount else {
      throw mismatch("its embedding has \(embedding.rowCount) tokens and its output head \(head.rowCount)")
    }
    if embedding.rowCount != configuration.vocabularySize {
      guard container == .folder else {
        throw Diagnostic(
          code: "unsupported-adapter",
          "the adapter's vocabulary has \(embedding.rowCount) tokens and that of the GGUF base \(configuration.vocabularySize)",
          remedy: "use the base's Hugging Face folder, whose tokenizer can be replaced by the adapter's")
      }
      configuration.vocabularySize = embedding.rowCount
    }
    let tied =
      configuration.tiesEmbeddings
      && (embedding.baseAddress == head.baseAddress || embedding.hasSameContent(as: head))
    for (table, view) in [(BaseChanges.Table.embedding, embedding), (.head, head)] {
      if table == .head, tied { continue }
      let known = table == .head && configuration.tiesEmbeddings ? nil : tensors[table.weight]
      guard known?.baseAddress != view.baseAddress else { continue }
      tensors[table.weight] = view.named(table.weight)
      changed.insert(table.weight)
    }
    if tied { tensors[BaseChanges.Table.head.weight] = nil }
    configuration.tiesEmbeddings = tied
    let resized = configuration.vocabularySize != self.configuration.vocabularySize
    let source = try ModelSource(
      container: container, path: path, configuration: configuration, gguf: gguf,
      huggingFaceConfiguration: huggingFaceConfiguration, tensors: tensors, storedNames: storedNames,
      carriedTensors: carriedTensors, changed: changed, tokenizerFolder: resized ? adapter.folder : nil)
    return (source, plain)
  }

  /// The embedding and the output head, `[vocabulary, hidden]`.
  private func changedTables(_ changes: BaseChanges) throws -> (TensorView, TensorView) {
    typealias Table = BaseChanges.Table
    let tied = configuration.tiesEmbeddings
    var tables: [Table: TensorView] = [.embedding: try tensor(Table.embedding.weight), .head: try outputHead()]
    for (table, other) in [(Table.embedding, Table.head), (.head, .embedding)] {
      guard let weight = changes.weights[table.weight] else { continue }
      guard weight.shape.count == 2, weight.shape[1] == configuration.hiddenSize else {
        throw mismatch("its '\(table.name)' has the shape \(weight.shape), the base's rows \(configuration.hiddenSize)")
      }
      tables[table] = weight
      // The base's own weight, which a tied model has once.
      if tied, !changes.copies.contains(table.weight), changes.weights[other.weight] == nil { tables[other] = weight }
    }
    var rows = changes.tokenRows
    if tied, rows[.head] == nil { rows[.head] = rows[.embedding] }
    var done: [(from: TensorView, rows: UnsafeRawPointer, to: TensorView)] = []
    for table in Table.allCases {
      guard var view = tables[table] else { continue }
      if let change = rows[table] {
        // What a tied model has once is made once.
        let key = change.rows.baseAddress
        if let known = done.first(where: { $0.from.baseAddress == view.baseAddress && $0.rows == key }) {
          view = known.to
        } else {
          let made = try changedTable(view, table, change, nil)
          done.append((view, key, made))
          view = made
        }
      }
      if let update = changes.updates[table] { view = try changedTable(view, table, nil, update) }
      tables[table] = view
    }
    guard let embedding = tables[.embedding], let head = tables[.head] else { throw mismatch("it has no embedding") }
    return (embedding, head)
  }

  private func changedTable(
    _ base: TensorView, _ table: BaseChanges.Table, _ change: BaseChanges.TokenRows?, _ update: LowRankUpdate?
  ) throws -> TensorView {
    let (count, columns) = (base.rowCount, base.columnCount)
    if let change {
      guard change.rows.columnCount == columns, change.tokens.allSatisfy({ $0 >= 0 && $0 < count }) else {
        throw mismatch(
          "its rows for tokens of '\(table.name)' are not of a table of \(count) tokens with \(columns) numbers each")
      }
    }
    if let update {
      guard update.columnCount == columns, update.b.count == update.rank * count else {
        throw mismatch(
          "its update of '\(table.name)' is not of a table of \(count) tokens with \(columns) numbers each")
      }
    }
    var places: [Int: Int] = [:]
    for (place, token) in (change?.tokens ?? []).enumerated() { places[token] = place }
    var scratch = [Float](repeating: 0, count: columns)
    let memory = try ReadOnlyMemory(count: count * columns * 4) { bytes in
      let values = bytes.bindMemory(to: Float.self)
      try scratch.withUnsafeMutableBufferPointer { scratch in
        for row in 0..<count {
          let target = UnsafeMutableBufferPointer(rebasing: values[row * columns..<(row + 1) * columns])
          if let change, let place = places[row] {
            try change.rows.readRow(place, into: target)
          } else {
            try base.readRow(row, into: target)
          }
          update?.apply(row: row, to: target, change: scratch)
        }
      }
    }
    guard
      let made = TensorView(name: table.weight, shape: [count, columns], dtype: .f32, memory: memory, offset: 0)
    else { throw mismatch("its '\(table.name)' is too large") }
    return made
  }

  private func mismatch(_ message: String) -> Diagnostic {
    Diagnostic(
      code: "adapter-mismatch", "the adapter belongs to another base: \(message)",
      remedy: "use the base the adapter was trained on")
  }
}

extension TensorView {
  fileprivate func named(_ name: String) -> TensorView {
    var view = self
    view.name = name
    return view
  }
}
