import ModelFiles
import Platform
import Tensors

// A group is the projections that read one input x [rows, inputs]: query, key and value; gate and up; and so on. With
// W the frozen weight, A [rank, inputs] and B [outputs, rank] of the adapter, s its scale (Hu et al. 2021, arXiv
// 2106.09685, section 4.1):
//
//     forward    y  = x Wᵀ + s · (x Aᵀ) Bᵀ
//     backward   gx = gy W + s · (gy B) A        gA = s · (gy B)ᵀ x        gB = s · gyᵀ (x Aᵀ)
//
// The group's members stand side by side, so that A enters once for all of them:
//
//     x [rows, inputs] ──▶ A of all members, stacked ──▶ inner [rows, r₁ + r₂ + r₃]
//                                                         │ r₁ columns ──▶ B₁ᵀ ──▶ + y₁
//                                                         │ r₂ columns ──▶ B₂ᵀ ──▶ + y₂
//                                                         └ r₃ columns ──▶ B₃ᵀ ──▶ + y₃
//
// `inner` is kept from forward for gB. B is stored transposed, [rank, outputs], because every product reads it so.
// The low-rank part is an extension of the product by W: the same register tile adds s · inner Bᵀ after the last inner
// step of x Wᵀ, so y is stored once.
//
// DoRA (Liu et al. 2024) multiplies each column of that sum u by c = m / ‖W + s·B·A‖ of its row, and takes the length as
// a constant (section 4.3). So with gu = c ∘ gy in place of gy all is as above, and gm = Σ gy ∘ u / ‖W + s·B·A‖ over the
// rows of x. `RowScales` holds both factors; u is kept from forward.

/// A role of a group and where its output, or its output's gradient, lies.
struct Linear {
  var role: ProjectionRole
  var values: MutableFloatPointer
  var width: Int

  init(_ role: ProjectionRole, _ values: MutableFloatPointer, _ width: Int) {
    self.role = role
    self.values = values
    self.width = width
  }
}

extension PassEngine {
  /// Which tokens the rows of an operand belong to.
  enum Places {
    case tokens, predictors
  }

  /// A member of a group with its weight: that of a projection, or some rows of a fused projection that several roles share.
  /// The roles of a fused projection also share its low-rank pair: they have A in common, and each has its own columns of Bᵀ.
  private struct Source {
    var member: Linear
    var projection: Int
    var rows: Range<Int>
    var weight: MatrixView
    var bias: ArraySlice<Float>?
    var pair: AdapterLayout.Pair?
    /// The first column of the pair in the group's A·x.
    var column: Int
    /// Whether a member before it has the same pair.
    var repeatsPair: Bool
    /// Where the member's columns of Bᵀ begin in a buffer of the layout.
    var offsetB: Int { (pair?.offsetB ?? 0) + rows.lowerBound }
  }

  private func sources(_ layer: Int, _ members: [Linear]) -> [Source] {
    let weights = model.layers[layer]
    let description = configuration.layers[layer]
    var columns: [Int: Int] = [:]
    var rank = 0
    return members.compactMap { member in
      guard let (index, rows) = description.place(of: member.role) else { return nil }
      let pair = layout.pair(layer, index)
      let known = columns[index]
      let column = known ?? rank
      if known == nil, let pair {
        columns[index] = rank
        rank += pair.rank
      }
      let whole = weights.weights[index]
      return Source(
        member: member, projection: index, rows: rows, weight: rows.count == whole.rows ? whole : whole.rows(rows),
        bias: weights.biases[index].map { $0[rows] }, pair: pair, column: column, repeatsPair: known != nil)
    }
  }

  private func view(of pairs: [AdapterLayout.Pair], _ parameters: FloatPointer) -> MatrixView {
    // The A of neighboring members lie one after the other in the layout, so they are one matrix.
    MatrixView(
      floats: parameters + pairs[0].offsetA, rows: pairs.reduce(0) { $0 + $1.rank }, columns: pairs[0].inputs)
  }

  /// `values = x Wᵀ (+ bias) + scale · (x Aᵀ) Bᵀ` for each member of a group that reads `x [rows, inputs]`.
  /// - Parameters:
  ///   - inner: receives x Aᵀ of all members, `[rows, Σ rank]`, for backward.
  ///   - accumulate: adds to `values`.
  func linear(
    _ layer: Int, _ members: [Linear], _ x: FloatPointer, rows: Int, inner: MutableFloatPointer, places: Places,
    accumulate: Bool = false
  ) {
    guard rows > 0 else { return }
    let sources = sources(layer, members)
    let inputs = sources[0].weight.columns
    let packed = at(regions.packed)
    let scratch = at(regions.product)
    let pairs = parameters == nil ? [] : sources.compactMap { $0.repeatsPair ? nil : $0.pair }
    let rank = pairs.reduce(0) { $0 + $1.rank }

    if let parameters, !pairs.isEmpty, dropout.probability > 0 {
      var column = 0
      for pair in pairs {
        dropInputs(x, pair, rows: rows, places: places)
        kernels.packRows(at(regions.dropped), rows: rows, inner: inputs, stride: inputs, into: packed)
        kernels.productTransposed(
          rows: rows, packed: packed, view(of: [pair], parameters), into: inner + column, stride: rank, scratch: scratch
        )
        column += pair.rank
      }
    }
    kernels.packRows(x, rows: rows, inner: inputs, stride: inputs, into: packed)
    if let parameters, !pairs.isEmpty, dropout.probability == 0 {
      kernels.productTransposed(
        rows: rows, packed: packed, view(of: pairs, parameters), into: inner, stride: rank, scratch: scratch)
    }
    for source in sources {
      let member = source.member
      var added: ProductExtension?
      if let parameters, let pair = source.pair {
        kernels.packRows(
          inner + source.column, rows: rows, inner: pair.rank, stride: rank, scale: pair.scale,
          into: at(regions.packedInner))
        added = ProductExtension(
          packed: at(regions.packedInner), right: parameters + source.offsetB, inner: pair.rank, stride: pair.outputs)
      }
      let unscaled = rowScales == nil ? nil : unscaled(layer, source)
      kernels.productTransposed(
        parts: capacity.threads, rows: rows, packed: packed, source.weight, extension: added,
        into: unscaled ?? member.values, stride: member.width, accumulate: accumulate && unscaled == nil,
        scratch: scratch)
      if let unscaled, let scales = scales(source) {
        scaleColumns(unscaled, rows: rows, by: scales.factor, into: member.values, accumulate: accumulate)
      }
      source.bias?.withUnsafeBufferPointer { bias in
        guard let bias = bias.baseAddress else { return }
        kernels.addBias(rows: rows, count: member.width, bias, to: member.values, stride: member.width)
      }
    }
  }

  /// Gradients of a group: adds to the adapter's, and gives `gx = Σ gy W + (scale · gy B) A`.
  /// - Parameters:
  ///   - members: each with the gradient of its output.
  ///   - x: the group's input, as in forward.
  ///   - inner: x Aᵀ as forward left it.
  ///   - gradient: laid out as the parameters.
  ///   - gx: `[rows, inputs]`, overwritten; `nil`: not needed.
  func linearBackward(
    _ layer: Int, _ members: [Linear], _ x: FloatPointer, rows: Int, inner: FloatPointer, places: Places,
    gradient: MutableFloatPointer, into gx: MutableFloatPointer?
  ) {
    guard rows > 0 else { return }
    let sources = sources(layer, members)
    let inputs = sources[0].weight.columns
    let packed = at(regions.packed)
    let packedInner = at(regions.packedInner)
    let scratch = at(regions.product)
    let pairs = sources.compactMap { $0.repeatsPair ? nil : $0.pair }
    let rank = pairs.reduce(0) { $0 + $1.rank }
    let innerGradient = at(regions.inner)
    for (index, source) in sources.enumerated() {
      var member = source.member
      if rowScales != nil, let scales = scales(source), let unscaled = unscaled(layer, source) {
        addMagnitudeGradient(
          source, rows: rows, unscaled, inverse: scales.inverse, into: gradient)
        let scaled = at(regions.scaledGradient)
        scaleColumns(member.values, rows: rows, by: scales.factor, into: scaled, accumulate: false)
        member.values = scaled
      }
      if gx != nil || source.pair != nil {
        kernels.packRows(member.values, rows: rows, inner: member.width, stride: member.width, into: packed)
      }
      if let pair = source.pair, let parameters {
        kernels.packColumns(
          inner + source.column, rows: pair.rank, inner: rows, stride: rank, scale: pair.scale, into: packedInner)
        kernels.accumulateProduct(
          rows: pair.rank, columns: member.width, inner: rows, packed: packedInner, right: member.values,
          rightStride: member.width, into: gradient + source.offsetB, stride: pair.outputs)
        kernels.productTransposed(
          rows: rows, packed: packed,
          MatrixView(
            floats: parameters + source.offsetB, rows: pair.rank, columns: member.width, stride: pair.outputs),
          into: innerGradient + source.column, stride: rank, accumulate: source.repeatsPair, scratch: scratch)
      }
      guard let gx else { continue }
      // One scale for the whole group is the rule; then A enters once, with the last member.
      var added: ProductExtension?
      if index == sources.count - 1, dropout.probability == 0, let scale = commonScale(pairs), let parameters {
        kernels.packRows(innerGradient, rows: rows, inner: rank, stride: rank, scale: scale, into: packedInner)
        added = ProductExtension(packed: packedInner, right: parameters + pairs[0].offsetA, inner: rank, stride: inputs)
      }
      kernels.product(
        parts: capacity.threads, rows: rows, packed: packed, source.weight, extension: added, into: gx, stride: inputs,
        accumulate: index > 0, scratch: scratch)
    }
    guard let parameters, !pairs.isEmpty else { return }
    if dropout.probability == 0, let scale = commonScale(pairs) {
      kernels.packColumns(innerGradient, rows: rank, inner: rows, stride: rank, scale: scale, into: packedInner)
      kernels.accumulateProduct(
        rows: rank, columns: inputs, inner: rows, packed: packedInner, right: x, rightStride: inputs,
        into: gradient + pairs[0].offsetA, stride: inputs)
      return
    }
    var column = 0
    for pair in pairs {
      var source = x
      if dropout.probability > 0 {
        dropInputs(x, pair, rows: rows, places: places)
        source = FloatPointer(at(regions.dropped))
      }
      kernels.packColumns(
        innerGradient + column, rows: pair.rank, inner: rows, stride: rank, scale: pair.scale, into: packedInner)
      kernels.accumulateProduct(
        rows: pair.rank, columns: inputs, inner: rows, packed: packedInner, right: source, rightStride: inputs,
        into: gradient + pair.offsetA, stride: inputs)
      if let gx {
        kernels.packRows(
          innerGradient + column, rows: rows, inner: pair.rank, stride: rank, scale: pair.scale, into: packedInner)
        let through = at(regions.dropped)
        let a = MatrixView(floats: parameters + pair.offsetA, rows: pair.rank, columns: inputs)
        if dropout.probability > 0 {
          kernels.product(rows: rows, packed: packedInner, a, into: through, stride: inputs, scratch: scratch)
          dropInputs(through, pair, rows: rows, places: places)
          kernels.add(count: rows * inputs, through, to: gx)
        } else {
          kernels.product(
            rows: rows, packed: packedInner, a, into: gx, stride: inputs, accumulate: true, scratch: scratch)
        }
      }
      column += pair.rank
    }
  }

  /// Where the product of a source with magnitudes is kept before its factors, `[rows, width]`.
  private func unscaled(_ layer: Int, _ source: Source) -> MutableFloatPointer? {
    guard source.pair?.offsetMagnitude != nil else { return nil }
    // Members that share a projection may have other numbers of rows, so each has the room of all tokens.
    return at(regions.layers[layer].unscaled[source.projection]) + tokens * source.rows.lowerBound
  }

  /// DoRA's factors of a source's rows, and one over the rows' lengths.
  private func scales(_ source: Source) -> (factor: UnsafeBufferPointer<Float>, inverse: UnsafeBufferPointer<Float>)? {
    guard let rowScales, let pair = source.pair, pair.offsetMagnitude != nil else { return nil }
    let factor = rowScales + pair.firstScale + source.rows.lowerBound
    return (
      UnsafeBufferPointer(start: factor, count: source.rows.count),
      UnsafeBufferPointer(start: factor + layout.scaleCount, count: source.rows.count)
    )
  }

  /// `y = (y +) x ∘ factors`, `x` and `y [rows, width]`.
  private func scaleColumns(
    _ x: FloatPointer, rows: Int, by factors: UnsafeBufferPointer<Float>, into y: MutableFloatPointer, accumulate: Bool
  ) {
    let width = factors.count
    for row in 0..<rows {
      let (from, to) = (x + row * width, y + row * width)
      if accumulate {
        for column in 0..<width { to[column] += factors[column] * from[column] }
      } else {
        for column in 0..<width { to[column] = factors[column] * from[column] }
      }
    }
  }

  /// Adds `Σ gy ∘ u · inverse` over the rows to the magnitudes' gradient.
  private func addMagnitudeGradient(
    _ source: Source, rows: Int, _ unscaled: FloatPointer, inverse: UnsafeBufferPointer<Float>,
    into gradient: MutableFloatPointer
  ) {
    guard let offset = source.pair?.offsetMagnitude else { return }
    let width = source.member.width
    let target = gradient + offset + source.rows.lowerBound
    for row in 0..<rows {
      let (gy, u) = (FloatPointer(source.member.values) + row * width, unscaled + row * width)
      for column in 0..<width { target[column] += gy[column] * u[column] * inverse[column] }
    }
  }

  private func commonScale(_ pairs: [AdapterLayout.Pair]) -> Float? {
    guard let first = pairs.first, pairs.allSatisfy({ $0.scale == first.scale }) else { return nil }
    return first.scale
  }

  /// `dropped = keep ∘ x / (1 − p)`; the mask depends on seed, update, row, layer, module and position alone.
  private func dropInputs(_ x: FloatPointer, _ pair: AdapterLayout.Pair, rows: Int, places: Places) {
    drop(x, width: pair.inputs, layer: pair.layer, index: pair.index, first: 0, rows: rows, places: places)
  }

  /// As above, of the places `first ..< first + rows`, whose inputs are the rows of `x [rows, width]`.
  func drop(
    _ x: FloatPointer, width: Int, layer: Int, index: Int, first: Int, rows: Int, places: Places
  ) {
    for row in 0..<rows {
      let token = places == .tokens ? first + row : Int(predictorTokens[first + row])
      var key = dropout.seed
      for part in [dropout.step, rowOfToken[token], layer, index, Int(positions[token])] {
        key = SplitMix64.mix(key &+ SplitMix64.step &+ UInt64(truncatingIfNeeded: part))
      }
      kernels.dropout(
        key: key, count: width, probability: dropout.probability, x + row * width,
        into: at(regions.dropped) + row * width)
    }
  }
}
