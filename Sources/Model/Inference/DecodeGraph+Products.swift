import CKernels
import ModelFiles

extension DecodeGraph {
  /// Rows of a batch that one adapter applies to.
  typealias AdapterRun = (adapter: InferenceAdapter, rows: Range<Int>)

  /// What a product reads: the rows themselves, and prepared.
  struct Input {
    let rows: UnsafePointer<Float>
    let stride: Int
    let prepared: PreparedInput
  }

  func adapterRuns(_ sequences: [StepSequence]) -> [AdapterRun] {
    var runs: [AdapterRun] = []
    for sequence in sequences {
      guard let adapter = sequence.adapter else { continue }
      let end = sequence.first + sequence.count
      if let last = runs.last, last.adapter === adapter, last.rows.upperBound == sequence.first {
        runs[runs.count - 1].rows = last.rows.lowerBound..<end
      } else {
        runs.append((adapter, sequence.first..<end))
      }
    }
    return runs
  }

  /// Rows of the residual stream, normed and prepared for a product. Of a large batch each member prepares a part, and a
  /// barrier follows.
  /// - Parameter own: the weights of an adapter that has others.
  func normed(
    _ weight: [Float], _ rows: Range<Int>, for matrix: PackedMatrix, runs: [AdapterRun],
    own: (InferenceAdapter) -> [Float]?, member: Int
  ) -> Input {
    let c = model.configuration
    let others = Self.norms(own, runs)
    return weight.withUnsafeBufferPointer { weight in
      func norm(_ part: Range<Int>, into target: UnsafeMutablePointer<Float>) {
        for row in part {
          let (from, to) = (x + (rows.lowerBound + row) * hiddenStride, target + row * hiddenStride)
          Self.withNorm(weight, others, row: rows.lowerBound + row) {
            kernels.rmsnorm(from, $0, c.hiddenSize, Float(c.normEpsilon), to)
          }
        }
      }
      if rows.count <= Self.smallBatch {
        let scratch = members[member]
        norm(0..<rows.count, into: scratch.normed)
        prepare(scratch.normed, hiddenStride, 0..<rows.count, for: matrix, into: scratch.own)
        return Input(rows: scratch.normed, stride: hiddenStride, prepared: scratch.own)
      }
      let mine = share(rows.count, member, unit: kernels.panel_rows)
      norm(mine, into: h)
      prepare(h, hiddenStride, mine, for: matrix, into: shared)
      team.barrier()
      return Input(rows: h, stride: hiddenStride, prepared: shared)
    }
  }

  /// Adds the normed rows of `branch` to the residual stream: the end of a half that a norm follows. A barrier comes
  /// before and after.
  func addNormed(
    _ weight: [Float], rows: Int, runs: [AdapterRun], own: (InferenceAdapter) -> [Float]?, member: Int
  ) {
    let c = model.configuration
    let others = Self.norms(own, runs)
    weight.withUnsafeBufferPointer { weight in
      for row in share(rows, member) {
        let (from, to) = (branch + row * hiddenStride, x + row * hiddenStride)
        Self.withNorm(weight, others, row: row) {
          kernels.rmsnorm(from, $0, c.hiddenSize, Float(c.normEpsilon), from)
        }
        for column in 0..<c.hiddenSize { to[column] += from[column] }
      }
    }
  }

  /// Rows whose norm has weights of an adapter's own.
  private static func norms(
    _ own: (InferenceAdapter) -> [Float]?, _ runs: [AdapterRun]
  ) -> [(rows: Range<Int>, weight: [Float])] {
    runs.compactMap { run in own(run.adapter).map { (run.rows, $0) } }
  }

  /// The norm's weights for a row: the base's, or its adapter's own.
  private static func withNorm(
    _ weight: UnsafeBufferPointer<Float>, _ others: [(rows: Range<Int>, weight: [Float])], row: Int,
    _ body: (UnsafePointer<Float>?) -> Void
  ) {
    guard let other = others.first(where: { $0.rows.contains(row) }) else { return body(weight.baseAddress) }
    other.weight.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  /// Rows prepared for a product, as `normed` does it.
  func prepared(
    _ input: UnsafePointer<Float>, _ stride: Int, rows: Int, for matrix: PackedMatrix, member: Int
  ) -> Input {
    if rows <= Self.smallBatch {
      prepare(input, stride, 0..<rows, for: matrix, into: members[member].own)
      return Input(rows: input, stride: stride, prepared: members[member].own)
    }
    prepare(input, stride, share(rows, member, unit: kernels.panel_rows), for: matrix, into: shared)
    team.barrier()
    return Input(rows: input, stride: stride, prepared: shared)
  }

  /// - Parameter rows: begin at a multiple of the kernels' panel.
  private func prepare(
    _ input: UnsafePointer<Float>, _ stride: Int, _ rows: Range<Int>, for matrix: PackedMatrix,
    into target: PreparedInput
  ) {
    guard !rows.isEmpty else { return }
    let columns = matrix.columnCount
    if matrix.reads(.plain, activations) {
      kernels.prepare_plain(
        input + rows.lowerBound * stride, stride, rows.count, columns, target.plain + rows.lowerBound * columns)
    }
    if matrix.reads(.quantized, activations) {
      kernels.prepare_quantized(
        input + rows.lowerBound * stride, stride, rows.count, columns,
        target.quantized + rows.lowerBound * lp_prepared_row_bytes(1, columns) / 4)
    }
    if matrix.reads(.bytes, activations) {
      kernels.prepare_bytes(
        input + rows.lowerBound * stride, stride, rows.count, columns,
        target.bytes + rows.lowerBound * lp_prepared_row_bytes(1, columns) / 4)
    }
  }

  /// `output (+)= W·input + s·B(A·input)` for this member's groups.
  func product(
    _ matrix: PackedMatrix, _ input: Input, rows: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
    accumulate: Bool = false, runs: [AdapterRun] = [],
    adapter: (InferenceAdapter) -> InferenceAdapter.Product? = { _ in nil }, member: Int
  ) {
    let mine = share(matrix.groupCount, member, unit: 2)
    guard !mine.isEmpty else { return }
    let scratch = members[member]
    for segment in matrix.segments {
      let from = max(mine.lowerBound - segment.firstGroup, 0)
      let to = min(mine.upperBound - segment.firstGroup, segment.groupCount)
      guard from < to else { continue }
      var weights = segment.weights(columns: matrix.columnCount)
      let form = segment.form(activations)
      let (prepared, into) = (input.prepared[form], output + segment.firstGroup * 16)
      if form == .bytes {
        kernels.matmul_bytes(
          &weights, from, to, prepared, rows, into, outputStride, accumulate ? 1 : 0, scratch.panel)
      } else {
        kernels.matmul(&weights, from, to, prepared, rows, into, outputStride, accumulate ? 1 : 0, scratch.panel)
      }
    }
    for run in runs {
      guard let low = adapter(run.adapter) else { continue }
      applyAdapter(
        low, input: input.rows + run.rows.lowerBound * input.stride, inputStride: input.stride, rows: run.rows.count,
        output: output + run.rows.lowerBound * outputStride, outputStride: outputStride, groups: mine, scratch: scratch)
    }
  }

  /// `x += W·input + s·B(A·input)` for this member's groups, where the adapters of some runs are DoRA. Their rows are
  /// multiplied before they are added, so they are made in `branch` first; those of the others get the same bits as
  /// without such company.
  func productAdded(
    _ matrix: PackedMatrix, _ input: Input, rows: Int, runs: [AdapterRun],
    adapter: (InferenceAdapter) -> InferenceAdapter.Product?, member: Int
  ) {
    let mine = share(matrix.groupCount, member, unit: 2)
    guard !mine.isEmpty else { return }
    product(matrix, input, rows: rows, output: branch, outputStride: hiddenStride, member: member)
    func apply(_ product: InferenceAdapter.Product, _ rows: Range<Int>, to output: UnsafeMutablePointer<Float>) {
      applyAdapter(
        product, input: input.rows + rows.lowerBound * input.stride, inputStride: input.stride, rows: rows.count,
        output: output + rows.lowerBound * hiddenStride, outputStride: hiddenStride, groups: mine,
        scratch: members[member])
    }
    var plain: [(InferenceAdapter.Product, Range<Int>)] = []
    for run in runs {
      guard let product = adapter(run.adapter) else { continue }
      if product.rowScales.isEmpty { plain.append((product, run.rows)) } else { apply(product, run.rows, to: branch) }
    }
    for row in 0..<rows {
      let (from, to) = (branch + row * hiddenStride, x + row * hiddenStride)
      for column in mine.lowerBound * 16..<mine.upperBound * 16 { to[column] += from[column] }
    }
    for (product, rows) in plain { apply(product, rows, to: x) }
  }

  /// Every member computes all of A x, which is small, and its own rows of B.
  private func applyAdapter(
    _ product: InferenceAdapter.Product, input: UnsafePointer<Float>, inputStride: Int, rows: Int,
    output: UnsafeMutablePointer<Float>, outputStride: Int, groups: Range<Int>, scratch: MemberScratch
  ) {
    kernels.prepare_plain(input, inputStride, rows, product.a.columnCount, scratch.adapterInput)
    for segment in product.a.segments {
      var weights = segment.weights(columns: product.a.columnCount)
      kernels.matmul(
        &weights, 0, segment.groupCount, scratch.adapterInput, rows, scratch.low + segment.firstGroup * 16, lowWidth, 0,
        scratch.panel)
    }
    for part in product.parts {
      guard let b = part.b.segments.first else { continue }
      if let scale = part.scale {
        for row in 0..<rows {
          let at = scratch.low + row * lowWidth + part.inputOffset
          for index in 0..<part.b.columnCount { at[index] *= scale }
        }
      }
      kernels.prepare_plain(
        scratch.low + part.inputOffset, lowWidth, rows, part.b.columnCount, scratch.adapterInput)
      var weights = b.weights(columns: part.b.columnCount)
      if part.groupStride == 1 {
        let from = max(groups.lowerBound - part.firstGroup, 0)
        let to = min(groups.upperBound - part.firstGroup, b.groupCount)
        guard from < to else { continue }
        kernels.matmul(
          &weights, from, to, scratch.adapterInput, rows, output + part.firstGroup * 16, outputStride, 1, scratch.panel)
      } else {
        for group in 0..<b.groupCount {
          let to = part.firstGroup + group * part.groupStride
          guard groups.contains(to) else { continue }
          kernels.matmul(
            &weights, group, group + 1, scratch.adapterInput, rows, output + (to - group) * 16, outputStride, 1,
            scratch.panel)
        }
      }
    }
    let scales = product.rowScales
    guard !scales.isEmpty else { return }
    let columns = min(groups.lowerBound * 16, scales.count)..<min(groups.upperBound * 16, scales.count)
    scales.withUnsafeBufferPointer { scales in
      for row in 0..<rows {
        let at = output + row * outputStride
        for column in columns { at[column] *= scales[column] }
      }
    }
  }
}
