import Diagnostics
import Synchronization

extension ModelSource {
  /// A weight in canonical order.
  ///
  /// Whole rows and whole blocks move as they are. Where the columns of two heads share a block of a quantized matrix, as
  /// with 128 columns to a head and 256 to a block, the copy is widened to f32: the same numbers.
  /// - Parameter name: such as `model.layers.0.self_attn.q_proj.weight`.
  /// - Throws: `Diagnostic` (`missing-tensor`, `bad-tensor-value`).
  public func tensor(_ name: String) throws -> TensorView {
    let stored = try storedTensor(name)
    let layout = layout(of: name)
    guard
      layout.headDimension != nil || layout.rows != nil || layout.columns != nil
        || layout.values == .negativeExponential
    else { return stored }
    return try reordered.withLock { cache in
      if let known = cache[name] { return known }
      let view =
        layout.values == .negativeExponential || !layout.movesWholeBlocks(of: stored.dtype)
        ? try widened(stored, name) : canonicalOrder(stored, layout)
      cache[name] = view
      return view
    }
  }

  /// A matrix whose columns may stay in the order of its file, and that order where it is another one.
  ///
  /// Whoever reads it lays out its input in that order. Nothing is copied, also when blocks are shared between heads.
  /// - Throws: `Diagnostic` (`missing-tensor`).
  public func inFileOrder(_ name: String) throws -> (matrix: TensorView, columns: ValueHeadOrder?) {
    let layout = layout(of: name)
    guard layout.headDimension == nil, layout.rows == nil, let columns = layout.columns else {
      return (try tensor(name), nil)
    }
    return (try storedTensor(name), columns)
  }

  /// A weight as its file has it.
  /// - Throws: `Diagnostic` (`missing-tensor`).
  func storedTensor(_ name: String) throws -> TensorView {
    guard let stored = tensors[name] else {
      throw Diagnostic(
        code: "missing-tensor", "tensor '\(name)' is missing", location: SourceLocation(file: path))
    }
    return stored
  }

  /// How the stored tensor differs from the canonical one. What an adapter brings is canonical.
  func layout(of name: String) -> GGUFLayout {
    gguf == nil || changed.contains(name) ? .canonical : GGUFLayout(name, configuration)
  }

  /// Copies rows, and pieces of them, to their places; a vector counts as one element per row where its rows are ordered
  /// by neighbors.
  private func canonicalOrder(_ stored: TensorView, _ layout: GGUFLayout) -> TensorView {
    let rows = layout.columns == nil ? stored.elementCount / max(rowElements(stored), 1) : stored.rowCount
    let rowBytes = rows == 0 ? 0 : stored.byteCount / rows
    let memory = ReadOnlyMemory(count: stored.byteCount) { buffer in
      for row in 0..<rows {
        let source =
          layout.headDimension.map { RowPermutation.ggufRow(canonical: row, headDimension: $0) }
          ?? layout.rows?.fileIndex(canonical: row) ?? row
        let from = UnsafeRawBufferPointer(rebasing: stored.bytes[source * rowBytes..<(source + 1) * rowBytes])
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer[row * rowBytes..<(row + 1) * rowBytes])
        guard let columns = layout.columns else {
          target.copyMemory(from: from)
          continue
        }
        let piece = rowBytes / columns.valueHeadCount
        for head in 0..<columns.valueHeadCount {
          let place = columns.fileIndex(canonical: head * columns.width) / columns.width
          UnsafeMutableRawBufferPointer(rebasing: target[head * piece..<(head + 1) * piece])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: from[place * piece..<(place + 1) * piece]))
        }
      }
    }
    return TensorView(name: stored.name, shape: stored.shape, dtype: stored.dtype, memory: memory, offset: 0) ?? stored
  }

  private func rowElements(_ stored: TensorView) -> Int { stored.shape.count == 1 ? 1 : stored.columnCount }

  /// The canonical values in f32.
  private func widened(_ stored: TensorView, _ name: String) throws -> TensorView {
    let memory = try ReadOnlyMemory(count: stored.elementCount * 4) { bytes in
      try readRows(name, 0..<stored.rowCount, into: bytes.bindMemory(to: Float.self))
    }
    return TensorView(name: stored.name, shape: stored.shape, dtype: .f32, memory: memory, offset: 0) ?? stored
  }
}

extension GGUFLayout {
  /// Whether no block of a row has columns of two heads that lie apart.
  func movesWholeBlocks(of dtype: TensorDType) -> Bool {
    columns.map { $0.width % dtype.blockElementCount == 0 } ?? true
  }
}
