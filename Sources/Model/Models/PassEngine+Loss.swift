import ModelFiles
import Tensors

extension PassEngine {
  /// The cross-entropy of each sequence's labeled tokens, after `forward`.
  ///
  /// Logits exist for a few hundred positions at a time; with `gradientScale` each chunk becomes its own gradient in
  /// place and goes back through the head at once.
  /// - Parameters:
  ///   - gradientScale: what each token's gradient is multiplied by (1 over the window's labeled tokens); `nil`: no
  ///     gradient. With it, `backward` may follow.
  ///   - gradient: what `backward` is given. The gradients of an adapted head are added here.
  public func loss(gradientScale: Float?, into gradient: PassGradient? = nil) -> [SequenceLoss] {
    precondition(
      gradientScale == nil || gradient != nil || layout.table(.head) == nil, "an adapted head has a gradient")
    guard !wasCancelled else { return [] }
    let hidden = configuration.hiddenSize
    let vocabulary = configuration.vocabularySize
    let final = at(regions.inputs[lastLayer + 1])
    let normed = at(regions.normed)
    let logits = at(regions.logits)
    norm(final, rows: predictors, model.finalNorm, into: normed)
    var losses = [Double](repeating: 0, count: predictors)
    var hits = [UInt8](repeating: 0, count: predictors)
    for start in stride(from: 0, to: predictors, by: regions.logitRows) {
      if cancelled() { return [] }
      let rows = min(regions.logitRows, predictors - start)
      headLogits(normed + start * hidden, first: start, rows: rows, into: logits)
      losses.withUnsafeMutableBufferPointer { losses in
        hits.withUnsafeMutableBufferPointer { hits in
          targets.withUnsafeBufferPointer { targets in
            guard let loss = losses.baseAddress, let hit = hits.baseAddress, let target = targets.baseAddress else {
              return
            }
            kernels.crossEntropy(
              rows: rows, vocabulary: vocabulary, logits: logits, targets: target + start, scale: gradientScale ?? 0,
              softCap: configuration.logitSoftCap, losses: loss + start, hits: hit + start)
          }
        }
      }
      if gradientScale != nil {
        let gx = at(regions.dnorm) + start * hidden
        headBackward(logits, rows: rows, into: gx)
        if let gradient {
          finishHeadBackward(
            logits, normed + start * hidden, first: start, rows: rows, gradient.buffer.pointer, into: gx)
        }
      }
    }
    if gradientScale != nil {
      kernels.rmsNormBackward(
        rows: predictors, channels: hidden, epsilon: Float(configuration.normEpsilon), final, stride: hidden,
        weight: model.finalNorm, gy: at(regions.dnorm), gyStride: hidden, into: at(regions.dx), gxStride: hidden,
        accumulate: false)
    }
    var next = 0
    return pack.sequences.map { sequence in
      var result = SequenceLoss(row: sequence.row, sum: 0, count: sequence.predictors.count, hits: 0)
      for _ in sequence.predictors {
        result.sum += losses[next]
        result.hits += Int(hits[next])
        next += 1
      }
      return result
    }
  }

  /// - Parameter first: the predictor of the first row.
  private func headLogits(_ normed: FloatPointer, first: Int, rows: Int, into logits: MutableFloatPointer) {
    let hidden = configuration.hiddenSize
    let update = headUpdate(normed, first: first, rows: rows)
    kernels.packRows(normed, rows: rows, inner: hidden, stride: hidden, into: at(regions.packed))
    kernels.productTransposed(
      rows: rows, packed: at(regions.packed), model.head, extension: update, into: logits,
      stride: configuration.vocabularySize, scratch: at(regions.product))
  }

  private func headBackward(_ gradient: FloatPointer, rows: Int, into gx: MutableFloatPointer) {
    let vocabulary = configuration.vocabularySize
    for column in stride(from: 0, to: vocabulary, by: PassLayout.headColumns) {
      let width = min(PassLayout.headColumns, vocabulary - column)
      kernels.packRows(gradient + column, rows: rows, inner: width, stride: vocabulary, into: at(regions.packed))
      kernels.product(
        rows: rows, packed: at(regions.packed), model.head.rows(column..<column + width), into: gx,
        stride: configuration.hiddenSize, accumulate: column > 0, scratch: at(regions.product))
      headUpdateBackward(columns: column..<column + width, rows: rows)
    }
  }

  /// Logits at the predictors after `forward`, a chunk of rows at a time.
  /// - Parameter body: is given the first predictor of the chunk, the number of rows, and `[rows, vocabulary]` logits.
  public func logits(_ body: (_ start: Int, _ rows: Int, _ logits: UnsafeBufferPointer<Float>) throws -> Void) rethrows
  {
    let hidden = configuration.hiddenSize
    let normed = at(regions.normed)
    norm(at(regions.inputs[lastLayer + 1]), rows: predictors, model.finalNorm, into: normed)
    for start in stride(from: 0, to: predictors, by: regions.logitRows) {
      let rows = min(regions.logitRows, predictors - start)
      headLogits(normed + start * hidden, first: start, rows: rows, into: at(regions.logits))
      if let cap = configuration.logitSoftCap {
        kernels.softCap(count: rows * configuration.vocabularySize, cap, at(regions.logits))
      }
      try body(
        start, rows, UnsafeBufferPointer(start: at(regions.logits), count: rows * configuration.vocabularySize))
    }
  }
}
