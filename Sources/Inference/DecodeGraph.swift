import CKernels
import Diagnostics
import Glibc
import ModelFiles

/// Tokens of one sequence that a step computes: positions `start ..< start + count`, consecutive in the batch.
struct StepSequence {
  /// Rows of the batch.
  var first: Int
  var count: Int
  /// Position of the first row.
  var start: Int
  /// Pages of the sequence, covering every position up to the last row's.
  var pages: UnsafePointer<Int32>
  var adapter: InferenceAdapter?
}

/// One forward pass over a batch of tokens of several sequences, on a team of threads.
///
/// Work is divided by output rows, attention by heads and runs of tokens; no sum is ever divided, so the number of
/// threads changes no bit. Scratch is allocated once for `maximumTokens`.
final class DecodeGraph {
  let model: InferenceModel
  let team: ThreadTeam
  let maximumTokens: Int
  /// Rows of logits computed at a time.
  static let maximumLogitRows = 32

  let kernels: lp_inference_kernels
  private let x: UnsafeMutablePointer<Float>
  private let h: UnsafeMutablePointer<Float>
  private let qkv: UnsafeMutablePointer<Float>
  private let rotated: UnsafeMutablePointer<Float>
  private let attended: UnsafeMutablePointer<Float>
  private let gateUp: UnsafeMutablePointer<Float>
  private let activated: UnsafeMutablePointer<Float>
  private let angles: UnsafeMutablePointer<Float>
  private let wanted: UnsafeMutablePointer<Float>
  /// `[rows][paddedVocabulary]`, valid after `logits`.
  let logits: UnsafeMutablePointer<Float>
  private let members: [MemberScratch]
  private let slab: Slab

  private struct MemberScratch {
    let panel: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>
    let low: UnsafeMutablePointer<Float>
    let scores: UnsafeMutablePointer<Float>
    let head: UnsafeMutablePointer<Float>
  }

  private let scoreCapacity: Int
  private let headPad: Int
  private let queryStride: Int
  private let keyOffset: Int
  private let valueOffset: Int
  private let qkvWidth: Int
  private let hiddenStride: Int
  private let attendedStride: Int
  private let ffnStride: Int
  private let lowWidth: Int

  /// - Parameters:
  ///   - maximumTokens: rows of the largest batch.
  ///   - contextLength: positions of the longest sequence.
  ///   - level: which kernels; `nil` takes the best.
  init(
    _ model: InferenceModel, team: ThreadTeam, maximumTokens: Int, contextLength: Int, level: Int32? = nil
  ) throws {
    guard let table = lp_inference_kernels_at(level ?? lp_inference_best_level()) else {
      throw Diagnostic(code: "unsupported-processor", "this processor has no kernels of level \(level ?? 0)")
    }
    self.model = model
    self.team = team
    self.maximumTokens = maximumTokens
    kernels = table.pointee
    let c = model.configuration
    headPad = padded16(c.headDimension)
    queryStride = c.headCount * headPad
    keyOffset = padded16(c.queryWidth)
    valueOffset = keyOffset + padded16(c.keyValueWidth)
    qkvWidth = valueOffset + padded16(c.keyValueWidth)
    hiddenStride = padded16(c.hiddenSize)
    attendedStride = padded16(c.queryWidth)
    ffnStride = padded16(c.intermediateSize)
    scoreCapacity = padded16(contextLength) + 16
    lowWidth = 3 * padded16(InferenceAdapter.maximumRank)
    let widest = max(c.hiddenSize, c.queryWidth, c.intermediateSize)

    var total = 0
    func room(_ count: Int) -> Int {
      defer { total += (count + 15) / 16 * 16 + 32 }
      return total
    }
    let rows = maximumTokens
    let places = (
      x: room(rows * hiddenStride), h: room(rows * hiddenStride), qkv: room(rows * qkvWidth),
      rotated: room(rows * queryStride), attended: room(rows * attendedStride), gateUp: room(rows * 2 * ffnStride),
      activated: room(rows * ffnStride), angles: room(rows * c.headDimension),
      wanted: room(Self.maximumLogitRows * hiddenStride),
      logits: room(Self.maximumLogitRows * model.paddedVocabulary)
    )
    let memberPlaces = (0..<team.count).map { _ in
      (
        panel: room(32 * (widest + widest / 4 + 64)), sums: room(rows * (widest / 32 + 1)),
        low: room(rows * 3 * padded16(InferenceAdapter.maximumRank)), scores: room(8 * (padded16(contextLength) + 16)),
        head: room(padded16(c.headDimension) * 2)
      )
    }
    let slab = try Slab(byteCount: total * 4)
    self.slab = slab
    let base = slab.floats
    x = base + places.x
    h = base + places.h
    qkv = base + places.qkv
    rotated = base + places.rotated
    attended = base + places.attended
    gateUp = base + places.gateUp
    activated = base + places.activated
    angles = base + places.angles
    wanted = base + places.wanted
    logits = base + places.logits
    members = memberPlaces.map {
      MemberScratch(
        panel: base + $0.panel, sums: base + $0.sums, low: base + $0.low, scores: base + $0.scores,
        head: base + $0.head)
    }
  }

  /// Computes the hidden states of a batch and fills the cache.
  /// - Parameters:
  ///   - tokens: one per row; each below the vocabulary's size.
  ///   - sequences: cover the rows in order.
  func forward(tokens: [Int32], sequences: [StepSequence], cache: PageMemory) {
    precondition(tokens.count <= maximumTokens && !tokens.isEmpty, "the batch fits the scratch")
    prepareAngles(sequences)
    let c = model.configuration
    let rows = tokens.count
    let runs = adapterRuns(sequences)
    team.run { member in
      let mine = share(rows, member)
      for row in mine {
        guard let packing = model.embedding.dtype.packing else { continue }
        let bytes = model.embedding.baseAddress + Int(tokens[row]) * model.embedding.rowByteCount
        lp_widen_row(packing.source, bytes.assumingMemoryBound(to: UInt8.self), c.hiddenSize, x + row * hiddenStride)
      }
      for (index, layer) in model.layers.enumerated() {
        layer.inputNorm.withUnsafeBufferPointer { norm(rows: mine, weight: $0) }
        team.barrier()
        product(
          layer.queryKeyValue, input: h, inputStride: hiddenStride, rows: rows, output: qkv, outputStride: qkvWidth,
          accumulate: false, runs: runs, adapter: { $0.layers[index].queryKeyValue }, unit: 1, member: member)
        if !layer.queryKeyValueBias.isEmpty { addBias(layer.queryKeyValueBias, rows: rows, member: member) }
        team.barrier()
        rotate(layer, index, sequences: sequences, cache: cache, member: member)
        team.barrier()
        attend(index, sequences: sequences, cache: cache, member: member)
        team.barrier()
        product(
          layer.output, input: attended, inputStride: attendedStride, rows: rows, output: x,
          outputStride: hiddenStride, accumulate: true, runs: runs, adapter: { $0.layers[index].output }, unit: 1,
          member: member)
        team.barrier()
        layer.postNorm.withUnsafeBufferPointer { norm(rows: mine, weight: $0) }
        team.barrier()
        product(
          layer.gateUp, input: h, inputStride: hiddenStride, rows: rows, output: gateUp, outputStride: 2 * ffnStride,
          accumulate: false, runs: runs, adapter: { $0.layers[index].gateUp }, unit: 2, member: member)
        activate(rows: 0..<rows, groups: share(layer.gateUp.groupCount, member, unit: 2))
        team.barrier()
        product(
          layer.down, input: activated, inputStride: ffnStride, rows: rows, output: x, outputStride: hiddenStride,
          accumulate: true, runs: runs, adapter: { $0.layers[index].down }, unit: 1, member: member)
        team.barrier()
      }
    }
  }

  /// Computes logits for rows of the last batch, at most `maximumLogitRows`; row i of `logits` belongs to `rows[i]`.
  func computeLogits(rows: ArraySlice<Int>) {
    precondition(rows.count <= Self.maximumLogitRows, "logits come in bounded runs")
    let c = model.configuration
    team.run { member in
      for (index, row) in rows.enumerated() where index % team.count == member {
        model.finalNorm.withUnsafeBufferPointer {
          kernels.rmsnorm(
            x + row * hiddenStride, $0.baseAddress, c.hiddenSize, Float(c.normEpsilon), wanted + index * hiddenStride)
        }
      }
      team.barrier()
      product(
        model.head, input: wanted, inputStride: hiddenStride, rows: rows.count, output: logits,
        outputStride: model.paddedVocabulary, accumulate: false, runs: [], adapter: { _ in nil }, unit: 1,
        member: member)
    }
  }

  // MARK: - Parts of a layer

  /// Member `member`'s part of `count` things, in runs of `unit`.
  private func share(_ count: Int, _ member: Int, unit: Int = 1) -> Range<Int> {
    // Whole runs of four groups keep the matrix-vector kernel on its widest tile.
    let step = count >= 16 * team.count ? max(unit, 4) : unit
    let parts = count / step
    let end = member + 1 == team.count ? count : parts * (member + 1) / team.count * step
    return parts * member / team.count * step..<end
  }

  private func adapterRuns(_ sequences: [StepSequence]) -> [(adapter: InferenceAdapter, rows: Range<Int>)] {
    var runs: [(adapter: InferenceAdapter, rows: Range<Int>)] = []
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

  private func prepareAngles(_ sequences: [StepSequence]) {
    let half = model.configuration.headDimension / 2
    for sequence in sequences {
      for offset in 0..<sequence.count {
        let at = angles + (sequence.first + offset) * 2 * half
        let position = Float(sequence.start + offset)
        for pair in 0..<half {
          let angle = position * model.inverseFrequencies[pair]
          at[pair] = cosf(angle) * model.ropeFactor
          at[half + pair] = sinf(angle) * model.ropeFactor
        }
      }
    }
  }

  private func norm(rows: Range<Int>, weight: UnsafeBufferPointer<Float>) {
    let c = model.configuration
    for row in rows {
      kernels.rmsnorm(
        x + row * hiddenStride, weight.baseAddress, c.hiddenSize, Float(c.normEpsilon), h + row * hiddenStride)
    }
  }

  /// `output (+)= W·input + s·B(A·input)` for this member's groups.
  private func product(
    _ matrix: PackedMatrix, input: UnsafePointer<Float>, inputStride: Int, rows: Int,
    output: UnsafeMutablePointer<Float>, outputStride: Int, accumulate: Bool,
    runs: [(adapter: InferenceAdapter, rows: Range<Int>)],
    adapter: (InferenceAdapter) -> InferenceAdapter.Product?, unit: Int, member: Int
  ) {
    let mine = share(matrix.groupCount, member, unit: unit)
    guard !mine.isEmpty else { return }
    let scratch = members[member]
    if matrix.needsBlockSums { kernels.block_sums(input, inputStride, rows, matrix.columnCount, scratch.sums) }
    for segment in matrix.segments {
      let from = max(mine.lowerBound - segment.firstGroup, 0)
      let to = min(mine.upperBound - segment.firstGroup, segment.groupCount)
      guard from < to else { continue }
      var packed = segment.packed(columns: matrix.columnCount)
      kernels.matmul(
        &packed, from, to, input, inputStride, rows, output + segment.firstGroup * 16, outputStride,
        accumulate ? 1 : 0, scratch.sums, scratch.panel)
    }
    for run in runs {
      guard let low = adapter(run.adapter) else { continue }
      applyAdapter(
        low, input: input + run.rows.lowerBound * inputStride, inputStride: inputStride, rows: run.rows.count,
        output: output + run.rows.lowerBound * outputStride, outputStride: outputStride, groups: mine, scratch: scratch)
    }
  }

  /// Every member computes all of A x, which is small, and its own rows of B.
  private func applyAdapter(
    _ product: InferenceAdapter.Product, input: UnsafePointer<Float>, inputStride: Int, rows: Int,
    output: UnsafeMutablePointer<Float>, outputStride: Int, groups: Range<Int>, scratch: MemberScratch
  ) {
    for segment in product.a.segments {
      var packed = segment.packed(columns: product.a.columnCount)
      kernels.matmul(
        &packed, 0, segment.groupCount, input, inputStride, rows, scratch.low + segment.firstGroup * 16, lowWidth, 0,
        nil, scratch.panel)
    }
    for part in product.parts {
      guard let b = part.b.segments.first else { continue }
      for row in 0..<rows {
        let at = scratch.low + row * lowWidth + part.inputOffset
        for index in 0..<part.b.columnCount { at[index] *= part.scale }
      }
      var packed = b.packed(columns: part.b.columnCount)
      if part.groupStride == 1 {
        let from = max(groups.lowerBound - part.firstGroup, 0)
        let to = min(groups.upperBound - part.firstGroup, b.groupCount)
        guard from < to else { continue }
        kernels.matmul(
          &packed, from, to, scratch.low + part.inputOffset, lowWidth, rows, output + part.firstGroup * 16,
          outputStride, 1, nil, scratch.panel)
      } else {
        for group in 0..<b.groupCount {
          let to = part.firstGroup + group * part.groupStride
          guard groups.contains(to) else { continue }
          kernels.matmul(
            &packed, group, group + 1, scratch.low + part.inputOffset, lowWidth, rows,
            output + (to - group) * 16, outputStride, 1, nil, scratch.panel)
        }
      }
    }
  }

  private func addBias(_ bias: [Float], rows: Int, member: Int) {
    let mine = share(qkvWidth / 16, member)
    for row in 0..<rows {
      for column in mine.lowerBound * 16..<mine.upperBound * 16 { qkv[row * qkvWidth + column] += bias[column] }
    }
  }

  /// Norms and rotates queries and keys; keys and values go into their pages.
  private func rotate(
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

  private func attend(_ index: Int, sequences: [StepSequence], cache: PageMemory, member: Int) {
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

  private func activate(rows: Range<Int>, groups: Range<Int>) {
    for row in rows {
      for pair in stride(from: groups.lowerBound, to: groups.upperBound, by: 2) {
        let at = gateUp + row * 2 * ffnStride + pair * 16
        kernels.silu_mul(at, at + 16, 16, activated + row * ffnStride + pair / 2 * 16)
      }
    }
  }
}
