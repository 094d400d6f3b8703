import ModelFiles
import Platform
import Tensors

/// One projection of a group and where its output, or its output's gradient, lies.
struct Linear {
  var projection: ProjectionKind
  var values: MutableFloatPointer
  var width: Int

  init(_ projection: ProjectionKind, _ values: MutableFloatPointer, _ width: Int) {
    self.projection = projection
    self.values = values
    self.width = width
  }
}

extension PassEngine {
  /// Which tokens the rows of an operand belong to.
  enum Places {
    case tokens, predictors
  }

  private func view(of pairs: [AdapterLayout.Pair], _ parameters: FloatPointer) -> MatrixView {
    // Stacked A of neighbouring members: contiguous by the layout.
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
    let weights = model.layers[layer]
    let inputs = configuration.shape(of: members[0].projection).in
    let packed = at(regions.packed)
    let scratch = at(regions.product)
    let pairs = parameters == nil ? [] : members.compactMap { layout.pair(layer, $0.projection) }
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
    var column = 0
    for member in members {
      var added: ProductExtension?
      if let parameters, let pair = layout.pair(layer, member.projection) {
        kernels.packRows(
          inner + column, rows: rows, inner: pair.rank, stride: rank, scale: pair.scale, into: at(regions.packedInner))
        added = ProductExtension(
          packed: at(regions.packedInner), right: parameters + pair.offsetB, inner: pair.rank, stride: pair.outputs)
        column += pair.rank
      }
      kernels.productTransposed(
        parts: capacity.threads, rows: rows, packed: packed, weights.weight(member.projection), extension: added,
        into: member.values, stride: member.width, accumulate: accumulate, scratch: scratch)
      if let bias = weights.bias(member.projection) {
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
    let weights = model.layers[layer]
    let inputs = configuration.shape(of: members[0].projection).in
    let packed = at(regions.packed)
    let packedInner = at(regions.packedInner)
    let scratch = at(regions.product)
    let pairs = members.compactMap { layout.pair(layer, $0.projection) }
    let rank = pairs.reduce(0) { $0 + $1.rank }
    let innerGradient = at(regions.inner)
    var column = 0
    for (index, member) in members.enumerated() {
      let pair = layout.pair(layer, member.projection)
      if gx != nil || pair != nil {
        kernels.packRows(member.values, rows: rows, inner: member.width, stride: member.width, into: packed)
      }
      if let pair, let parameters {
        kernels.packColumns(
          inner + column, rows: pair.rank, inner: rows, stride: rank, scale: pair.scale, into: packedInner)
        kernels.accumulateProduct(
          rows: pair.rank, columns: pair.outputs, inner: rows, packed: packedInner, right: member.values,
          rightStride: member.width, into: gradient + pair.offsetB, stride: pair.outputs)
        kernels.productTransposed(
          rows: rows, packed: packed,
          MatrixView(floats: parameters + pair.offsetB, rows: pair.rank, columns: pair.outputs),
          into: innerGradient + column, stride: rank, scratch: scratch)
        column += pair.rank
      }
      guard let gx else { continue }
      // One scale for the whole group is the rule; then A enters once, with the last member.
      var added: ProductExtension?
      if index == members.count - 1, dropout.probability == 0, let scale = commonScale(pairs), let parameters {
        kernels.packRows(innerGradient, rows: rows, inner: rank, stride: rank, scale: scale, into: packedInner)
        added = ProductExtension(packed: packedInner, right: parameters + pairs[0].offsetA, inner: rank, stride: inputs)
      }
      kernels.product(
        parts: capacity.threads, rows: rows, packed: packed, weights.weight(member.projection), extension: added,
        into: gx, stride: inputs, accumulate: index > 0, scratch: scratch)
    }
    guard let parameters, !pairs.isEmpty else { return }
    if dropout.probability == 0, let scale = commonScale(pairs) {
      kernels.packColumns(innerGradient, rows: rank, inner: rows, stride: rank, scale: scale, into: packedInner)
      kernels.accumulateProduct(
        rows: rank, columns: inputs, inner: rows, packed: packedInner, right: x, rightStride: inputs,
        into: gradient + pairs[0].offsetA, stride: inputs)
      return
    }
    column = 0
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

  private func commonScale(_ pairs: [AdapterLayout.Pair]) -> Float? {
    guard let first = pairs.first, pairs.allSatisfy({ $0.scale == first.scale }) else { return nil }
    return first.scale
  }

  /// `dropped = keep ∘ x / (1 − p)`; the mask depends on seed, update, row, layer, module and position alone.
  private func dropInputs(_ x: FloatPointer, _ pair: AdapterLayout.Pair, rows: Int, places: Places) {
    let width = pair.inputs
    for row in 0..<rows {
      let token = places == .tokens ? row : Int(predictorTokens[row])
      var key = dropout.seed
      for part in [dropout.step, rowOfToken[token], pair.layer, pair.projection.index, Int(positions[token])] {
        key = SplitMix64.mix(key &+ SplitMix64.step &+ UInt64(truncatingIfNeeded: part))
      }
      kernels.dropout(
        key: key, count: width, probability: dropout.probability, x + row * width,
        into: at(regions.dropped) + row * width)
    }
  }
}
