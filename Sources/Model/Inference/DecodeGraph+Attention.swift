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
        let page = sequence.pages[position / pageTokens]
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
          rotate(
            normed(qkv + row * qkvWidth + keyOffset + keyHead * d, keyNorm, d), layer, row: row, into: scratch)
          cache.store(
            key: scratch, value: qkv + row * qkvWidth + valueOffset + keyHead * d, head: keyHead, layer: layer.place,
            page: page, lane: lane)
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

  /// Attention of all rows. The members divide the query rows evenly by the positions that these see. A member's rows of
  /// one key head go into the kernel together, because they read the same keys and values.
  func attend(_ layer: InferenceModel.LayerWeights, sequences: [StepSequence], cache: PageMemory, member: Int) {
    let c = layer.description.attention
    // What a query row of a sequence costs: the positions that its last one sees.
    func cost(_ sequence: StepSequence) -> Int { min(sequence.start + sequence.count, c.window ?? .max) }
    let total = sequences.reduce(0) { $0 + $1.count * c.headCount * cost($1) }
    let mine = total * member / team.count..<total * (member + 1) / team.count
    var before = 0
    for sequence in sequences {
      let (cost, rows) = (cost(sequence), sequence.count * c.headCount)
      // A row belongs to the member in whose part its cost begins.
      func row(at place: Int) -> Int { min(max((place - before + cost - 1) / cost, 0), rows) }
      let range = row(at: mine.lowerBound)..<row(at: mine.upperBound)
      before += rows * cost
      attend(layer, c, sequence, range, cache, member: member)
    }
  }

  /// Attention of some of a sequence's rows: by key head, then by token, then by the heads of the key head's group.
  private func attend(
    _ layer: InferenceModel.LayerWeights, _ c: AttentionDescription, _ sequence: StepSequence, _ range: Range<Int>,
    _ cache: PageMemory, member: Int
  ) {
    let group = c.headCount / c.keyValueHeadCount
    let ofKeyHead = sequence.count * group
    let most = Int(LP_ATTENTION_ROWS)
    withUnsafeTemporaryAllocation(of: lp_attention_row.self, capacity: most) { rows in
      guard let base = rows.baseAddress else { return }
      var next = range.lowerBound
      while next < range.upperBound {
        let keyHead = next / ofKeyHead
        let end = min(range.upperBound, (keyHead + 1) * ofKeyHead, next + most)
        for index in next..<end {
          let (offset, inside) = (index % ofKeyHead / group, index % group)
          let row = sequence.first + offset
          let head = keyHead * group + inside
          let count = sequence.start + offset + 1
          base[index - next] = lp_attention_row(
            q: rotated + row * queryStride + head * headPad,
            out: attended + row * attendedStride + head * c.headDimension, pages: sequence.pages,
            first: c.window.map { max(count - $0, 0) } ?? 0, count: count)
        }
        var keys = cache.head(keyHead, layer: layer.place)
        kernels.attention(
          base, end - next, &keys, c.scale, c.softCap ?? 0, members[member].scores, scoreCapacity)
        if c.hasOutputGate {
          for index in next..<end {
            let row = sequence.first + index % ofKeyHead / group
            let head = keyHead * group + index % group
            kernels.gate_mul(
              attended + row * attendedStride + head * c.headDimension,
              qkv + row * qkvWidth + head * c.queryStride + c.headDimension, c.headDimension)
          }
        }
        next = end
      }
    }
  }
}
