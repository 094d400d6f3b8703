import CKernels
import ModelFiles

extension DecodeGraph {
  /// Norms and rotates queries and keys; keys and values go into their pages.
  func rotate(
    _ layer: InferenceModel.LayerWeights, _ index: Int, sequences: [StepSequence], cache: PageMemory, member: Int
  ) {
    let c = model.configuration
    let d = c.headDimension
    let scratch = members[member].head
    let headCount = c.headCount + c.keyValueHeadCount
    var item = 0
    for sequence in sequences {
      for offset in 0..<sequence.count {
        let row = sequence.first + offset
        let position = sequence.start + offset
        let page = Int(sequence.pages[position / pageTokens])
        let lane = position % pageTokens
        let cosines = angles + row * d
        for head in 0..<headCount {
          defer { item += 1 }
          guard item % team.count == member else { continue }
          if head < c.headCount {
            let source = qkv + row * qkvWidth + head * d
            let target = rotated + row * queryStride + head * headPad
            kernels.rope(normed(source, layer.queryNorm, scratch), cosines, cosines + d / 2, d, target)
            continue
          }
          let keyHead = head - c.headCount
          let base = cache.base(layer: index, head: keyHead) + page * cache.stride
          kernels.rope(
            normed(qkv + row * qkvWidth + keyOffset + keyHead * d, layer.keyNorm, scratch + headPad), cosines,
            cosines + d / 2, d, scratch)
          for i in 0..<d { base[i * pageTokens + lane] = scratch[i] }
          let values = base + headPad * pageTokens + lane * headPad
          (values).update(from: qkv + row * qkvWidth + valueOffset + keyHead * d, count: d)
        }
      }
    }
  }

  private func normed(
    _ source: UnsafeMutablePointer<Float>, _ weight: [Float], _ scratch: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    if weight.isEmpty { return source }
    let c = model.configuration
    weight.withUnsafeBufferPointer {
      kernels.rmsnorm(source, $0.baseAddress, c.headDimension, Float(c.normEpsilon), source)
    }
    return source
  }

  func attend(_ index: Int, sequences: [StepSequence], cache: PageMemory, member: Int) {
    let c = model.configuration
    let group = c.headCount / c.keyValueHeadCount
    let scale = 1 / Float(c.headDimension).squareRoot()
    // One token alone is divided by heads; a run of tokens shares a key head's pages.
    let perTile = max(8 / group, 1)
    var item = 0
    withUnsafeTemporaryAllocation(of: lp_attention_row.self, capacity: max(8, group)) { rows in
      guard let rowBase = rows.baseAddress else { return }
      for sequence in sequences {
        let divides = sequence.count == 1 && team.count > 1
        for first in stride(from: 0, to: sequence.count, by: perTile) {
          for keyHead in 0..<c.keyValueHeadCount {
            let heads = divides ? group : 1
            for part in 0..<heads {
              defer { item += 1 }
              guard item % team.count == member else { continue }
              var count = 0
              for offset in first..<min(first + perTile, sequence.count) {
                for inside in (divides ? part..<part + 1 : 0..<group) {
                  let head = keyHead * group + inside
                  let row = sequence.first + offset
                  rowBase[count] = lp_attention_row(
                    q: rotated + row * queryStride + head * headPad,
                    out: attended + row * attendedStride + head * c.headDimension, pages: sequence.pages,
                    count: sequence.start + offset + 1)
                  count += 1
                }
              }
              kernels.attention(
                rowBase, count, cache.base(layer: index, head: keyHead), cache.stride, c.headDimension, headPad, scale,
                members[member].scores, scoreCapacity)
            }
          }
        }
      }
    }
  }
}
