import CKernels
import Glibc
import ModelFiles

extension DecodeGraph {
  /// Norms and rotates queries and keys; keys and values go into their pages.
  func rotate(
    _ layer: InferenceModel.LayerWeights, _ index: Int, sequences: [StepSequence], cache: PageMemory, member: Int
  ) {
    let attention = layer.description.attention
    let d = attention.headDimension
    let scratch = members[member].head
    let headCount = attention.headCount + attention.keyValueHeadCount
    var item = 0
    for sequence in sequences {
      let own = sequence.adapter?.norms[index]
      let (queryNorm, keyNorm) = (own?.query ?? layer.queryNorm, own?.key ?? layer.keyNorm)
      for offset in 0..<sequence.count {
        let row = sequence.first + offset
        let position = sequence.start + offset
        let page = Int(sequence.pages[position / pageTokens])
        let lane = position % pageTokens
        for head in 0..<headCount {
          defer { item += 1 }
          guard item % team.count == member else { continue }
          if head < attention.headCount {
            let target = rotated + row * queryStride + head * headPad
            rotate(
              normed(qkv + row * qkvWidth + head * attention.queryStride, queryNorm, d), layer, row: row,
              into: target)
            if let growth = attention.queryGrowth, position >= growth.originalPositions {
              let factor =
                1 + Float(growth.beta) * logf(1 + (Float(position) / Float(growth.originalPositions)).rounded(.down))
              for i in 0..<d { target[i] *= factor }
            }
            continue
          }
          let keyHead = head - attention.headCount
          let base = cache.base(layer: layer.place, head: keyHead) + page * cache.stride
          rotate(
            normed(qkv + row * qkvWidth + keyOffset + keyHead * d, keyNorm, d), layer, row: row, into: scratch)
          for i in 0..<d { base[i * pageTokens + lane] = scratch[i] }
          let values = base + headPad * pageTokens + lane * headPad
          (values).update(from: qkv + row * qkvWidth + valueOffset + keyHead * d, count: d)
        }
      }
    }
  }

  /// A head with its rotated part rotated.
  private func rotate(
    _ head: UnsafeMutablePointer<Float>, _ layer: InferenceModel.LayerWeights, row: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let d = layer.description.attention.headDimension
    var rotated = 0
    if let rotation = layer.rotation {
      rotated = model.rotations[rotation].dimension
      let cosines = angles(of: rotation, row: row)
      kernels.rope(head, cosines, cosines + rotated / 2, rotated, target)
    }
    if rotated < d { (target + rotated).update(from: head + rotated, count: d - rotated) }
  }

  private func normed(
    _ source: UnsafeMutablePointer<Float>, _ weight: [Float], _ dimension: Int
  ) -> UnsafeMutablePointer<Float> {
    if weight.isEmpty { return source }
    weight.withUnsafeBufferPointer {
      kernels.rmsnorm(source, $0.baseAddress, dimension, Float(model.configuration.normEpsilon), source)
    }
    return source
  }

  func attend(_ layer: InferenceModel.LayerWeights, sequences: [StepSequence], cache: PageMemory, member: Int) {
    let c = layer.description.attention
    let group = c.headCount / c.keyValueHeadCount
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
                    first: c.window.map { max(sequence.start + offset + 1 - $0, 0) } ?? 0,
                    count: sequence.start + offset + 1)
                  count += 1
                }
              }
              kernels.attention(
                rowBase, count, cache.base(layer: layer.place, head: keyHead), cache.stride, c.headDimension, headPad,
                c.scale, c.softCap ?? 0, members[member].scores, scoreCapacity)
              guard c.hasOutputGate else { continue }
              for offset in first..<min(first + perTile, sequence.count) {
                for inside in (divides ? part..<part + 1 : 0..<group) {
                  let head = keyHead * group + inside
                  let row = sequence.first + offset
                  kernels.gate_mul(
                    attended + row * attendedStride + head * c.headDimension,
                    qkv + row * qkvWidth + head * c.queryStride + c.headDimension, c.headDimension)
                }
              }
            }
          }
        }
      }
    }
  }
}
