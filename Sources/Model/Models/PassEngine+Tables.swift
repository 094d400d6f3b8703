import ModelFiles
import Tensors

// The embedding and the output head with a low-rank update, of a token t with x as the head's input and s the scale:
//
//     forward    e  = E[t] + s · T[t] H                      z  = x Wᵀ + s · (x Hᵀ) Tᵀ
//     backward   gT[t] += s · ge Hᵀ                          gx = gz W + s · (gz T) H
//                gH    += s · T[t]ᵀ ge                       gT += s · gzᵀ (x Hᵀ)      gH += s · (gz T)ᵀ x
//
// Each has factors of its own, also where W is E: a change of one leaves the other as it is, as in peft. As there, dropout
// is applied to x only, and a family's factor of the embeddings multiplies e as a whole.
extension PassEngine {
  /// T[t] of each token, `[tokens, rank]`.
  private func gatherTokenFactors(_ pair: AdapterLayout.TablePair, _ parameters: FloatPointer) -> MutableFloatPointer {
    let rows = at(regions.embeddingInner)
    var place = 0
    for sequence in pack.sequences {
      for token in sequence.tokens {
        (rows + place * pair.rank).update(
          from: parameters + pair.offsetTokens + Int(token) * pair.rank, count: pair.rank)
        place += 1
      }
    }
    return rows
  }

  /// Adds `s · T[t] H` to the embeddings of the pack's tokens.
  func addEmbeddingUpdate() {
    guard let parameters, let pair = layout.table(.embedding), tokens > 0 else { return }
    let packed = at(regions.packedInner)
    kernels.packRows(
      gatherTokenFactors(pair, parameters), rows: tokens, inner: pair.rank, stride: pair.rank, scale: pair.scale,
      into: packed)
    kernels.product(
      rows: tokens, packed: packed,
      MatrixView(floats: parameters + pair.offsetHidden, rows: pair.rank, columns: pair.hidden),
      into: at(regions.inputs[0]), stride: pair.hidden, accumulate: true, scratch: at(regions.product))
  }

  /// Adds the gradients of the embedding's factors; dx holds the gradient of the first layer's input.
  func embeddingBackward(_ pair: AdapterLayout.TablePair, _ gradient: MutableFloatPointer) {
    guard let parameters else { return }
    let scale = pair.scale * configuration.embeddingScale
    let dx = at(regions.dx)
    let packedInner = at(regions.packedInner)
    let inner = gatherTokenFactors(pair, parameters)
    kernels.packColumns(inner, rows: pair.rank, inner: tokens, stride: pair.rank, scale: scale, into: packedInner)
    kernels.accumulateProduct(
      rows: pair.rank, columns: pair.hidden, inner: tokens, packed: packedInner, right: dx, rightStride: pair.hidden,
      into: gradient + pair.offsetHidden, stride: pair.hidden)
    kernels.packRows(
      dx, rows: tokens, inner: pair.hidden, stride: pair.hidden, scale: scale, into: at(regions.packed))
    kernels.productTransposed(
      rows: tokens, packed: at(regions.packed),
      MatrixView(floats: parameters + pair.offsetHidden, rows: pair.rank, columns: pair.hidden), into: inner,
      stride: pair.rank, scratch: at(regions.product))
    // torch's embeddings give the row of the padding token no gradient, also where a row holds that token.
    let padding = configuration.padTokenID.map { Int32(truncatingIfNeeded: $0) }
    var place = 0
    for sequence in pack.sequences {
      for token in sequence.tokens {
        if token != padding {
          kernels.add(
            count: pair.rank, inner + place * pair.rank,
            to: gradient + pair.offsetTokens + Int(token) * pair.rank)
        }
        place += 1
      }
    }
  }

  /// The part of the head's product that its update adds, for predictors `first ..< first + rows`; x Hᵀ is kept.
  func headUpdate(_ x: FloatPointer, first: Int, rows: Int) -> ProductExtension? {
    guard let parameters, let pair = layout.table(.head), rows > 0 else { return nil }
    let inner = at(regions.headInner)
    kernels.packRows(
      dropHeadInputs(x, first: first, rows: rows), rows: rows, inner: pair.hidden, stride: pair.hidden,
      into: at(regions.packed))
    kernels.productTransposed(
      rows: rows, packed: at(regions.packed),
      MatrixView(floats: parameters + pair.offsetHidden, rows: pair.rank, columns: pair.hidden), into: inner,
      stride: pair.rank, scratch: at(regions.product))
    kernels.packRows(
      inner, rows: rows, inner: pair.rank, stride: pair.rank, scale: pair.scale, into: at(regions.packedInner))
    return ProductExtension(
      packed: at(regions.packedInner), right: parameters + pair.offsetTokens, inner: pair.rank, stride: pair.tokens)
  }

  /// Adds packed columns of gz times their rows of T to gz T.
  func headUpdateBackward(columns: Range<Int>, rows: Int) {
    guard let parameters, let pair = layout.table(.head) else { return }
    kernels.productTransposed(
      rows: rows, packed: at(regions.packed),
      MatrixView(
        floats: parameters + pair.offsetTokens + columns.lowerBound, rows: pair.rank, columns: columns.count,
        stride: pair.tokens), into: at(regions.headInnerGradient), stride: pair.rank,
      accumulate: columns.lowerBound > 0, scratch: at(regions.product))
  }

  /// After all columns: adds the gradients of the head's factors, and `s · (gz T) H` to `gx`.
  /// - Parameters:
  ///   - gz: gradient of the logits, `[rows, vocabulary]`.
  ///   - x: the head's input.
  func finishHeadBackward(
    _ gz: FloatPointer, _ x: FloatPointer, first: Int, rows: Int, _ gradient: MutableFloatPointer,
    into gx: MutableFloatPointer
  ) {
    guard let parameters, let pair = layout.table(.head), rows > 0 else { return }
    let packedInner = at(regions.packedInner)
    let innerGradient = at(regions.headInnerGradient)
    kernels.packColumns(
      at(regions.headInner), rows: pair.rank, inner: rows, stride: pair.rank, scale: pair.scale, into: packedInner)
    kernels.accumulateProduct(
      rows: pair.rank, columns: pair.tokens, inner: rows, packed: packedInner, right: gz, rightStride: pair.tokens,
      into: gradient + pair.offsetTokens, stride: pair.tokens)
    kernels.packColumns(
      innerGradient, rows: pair.rank, inner: rows, stride: pair.rank, scale: pair.scale, into: packedInner)
    kernels.accumulateProduct(
      rows: pair.rank, columns: pair.hidden, inner: rows, packed: packedInner,
      right: dropHeadInputs(x, first: first, rows: rows), rightStride: pair.hidden,
      into: gradient + pair.offsetHidden, stride: pair.hidden)
    kernels.packRows(
      innerGradient, rows: rows, inner: pair.rank, stride: pair.rank, scale: pair.scale, into: packedInner)
    let factor = MatrixView(floats: parameters + pair.offsetHidden, rows: pair.rank, columns: pair.hidden)
    guard dropout.probability > 0 else {
      return kernels.product(
        rows: rows, packed: packedInner, factor, into: gx, stride: pair.hidden, accumulate: true,
        scratch: at(regions.product))
    }
    let through = at(regions.dropped)
    kernels.product(
      rows: rows, packed: packedInner, factor, into: through, stride: pair.hidden, scratch: at(regions.product))
    kernels.add(count: rows * pair.hidden, dropHeadInputs(through, first: first, rows: rows), to: gx)
  }

  /// x with the mask of the head's dropout, whose layer is numbered after the last.
  private func dropHeadInputs(_ x: FloatPointer, first: Int, rows: Int) -> FloatPointer {
    guard dropout.probability > 0 else { return x }
    drop(
      x, width: configuration.hiddenSize, layer: configuration.layerCount, index: 0, first: first, rows: rows,
      places: .predictors)
    return FloatPointer(at(regions.dropped))
  }
}
