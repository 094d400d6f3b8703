import CKernels
import Diagnostics
import Glibc
import ModelFiles

/// Where the state of the recurrent layers is copied to, when the first `position` tokens of a sequence are computed.
struct StateCopy {
  var position: Int
  var target: UnsafeMutablePointer<Float>
}

/// The tokens of one sequence that a step computes: positions `start ..< start + count`, in consecutive rows of the batch.
struct StepSequence {
  /// Rows of the batch.
  var first: Int
  var count: Int
  /// Position of the first row.
  var start: Int
  /// Pages of the sequence, covering every position up to the last row's.
  var pages: UnsafePointer<Int32>
  /// States of the recurrent layers after the tokens before the first row.
  var state: UnsafeMutablePointer<Float>?
  /// Of states within the rows, or after the last.
  var stateCopies: [StateCopy] = []
  var adapter: InferenceAdapter?
}

/// One forward pass over a batch of tokens of several sequences, on a team of threads.
///
/// Products are divided among the threads by output rows, attention by heads and runs of tokens. No sum is ever divided, so the
/// number of threads changes no bit. Scratch is allocated once, for `maximumTokens`.
///
/// One layer, from buffer to buffer. A line of dots is a barrier: every member needs all that is above it.
///
///     x ──norm──▶ h ──W_qkv (+ adapter)──▶ qkv
///     ·······························································
///     qkv ──norm of heads, rotation──▶ rotated (queries), pages of the cache (keys, values)
///     ·······························································
///     rotated, pages ──softmax(q kᵀ) v──▶ attended
///     ·······························································
///     attended ──W_o──▶ + x   (or ▶ branch ──norm──▶ + x, where a norm follows)
///     ·······························································
///     x ──norm──▶ h ──W_gate, W_up──▶ gateUp ──activation──▶ activated
///     ·······························································
///     activated ──W_down──▶ + x   (or through branch, as above)
///     ·······························································
///
/// Batches of up to `smallBatch` rows are normed and prepared by every member for itself, into its own scratch, because
/// that is cheaper than a barrier. Larger ones are prepared together, into `shared`, with a barrier after it.
final class DecodeGraph {
  let model: InferenceModel
  let team: ThreadTeam
  let maximumTokens: Int
  let activations: ActivationType
  /// Rows of logits computed at a time.
  static let maximumLogitRows = 32

  let kernels: lp_inference_kernels
  let x: UnsafeMutablePointer<Float>
  let h: UnsafeMutablePointer<Float>
  /// The output of a half-layer (mixer or MLP), before the norm that follows it or DoRA's factors.
  let branch: UnsafeMutablePointer<Float>
  /// The input of a product of many rows, prepared by all members together.
  let shared: PreparedInput
  let qkv: UnsafeMutablePointer<Float>
  let rotated: UnsafeMutablePointer<Float>
  let attended: UnsafeMutablePointer<Float>
  let gateUp: UnsafeMutablePointer<Float>
  let activated: UnsafeMutablePointer<Float>
  /// `[rotation][maximumTokens][headDimension]`: cosines, then sines.
  let angles: UnsafeMutablePointer<Float>
  /// `[rows][paddedVocabulary]`, valid after `computeLogits`.
  let logits: UnsafeMutablePointer<Float>
  let members: [MemberScratch]
  let slab: Slab
  /// The adapters of the rows whose logits the last batch wants.
  private var logitRuns: [AdapterRun] = []

  struct MemberScratch {
    let panel: UnsafeMutablePointer<Float>
    /// Normed rows and prepared input of a small batch, which every member computes for itself: that is cheaper than a
    /// barrier.
    let normed: UnsafeMutablePointer<Float>
    let own: PreparedInput
    let adapterInput: UnsafeMutablePointer<Float>
    let low: UnsafeMutablePointer<Float>
    /// Of attention.
    let scores: UnsafeMutablePointer<Float>
    let head: UnsafeMutablePointer<Float>
  }

  /// The rows of one input as the kernels read them, in the forms that its matrix needs.
  struct PreparedInput {
    let plain: UnsafeMutablePointer<Float>
    let quantized: UnsafeMutablePointer<Float>
    /// Without room if inputs are not rounded to 8 bits.
    let bytes: UnsafeMutablePointer<Float>

    subscript(form: PackedMatrix.InputForm) -> UnsafeMutablePointer<Float> {
      switch form {
      case .plain: plain
      case .quantized: quantized
      case .bytes: bytes
      }
    }
  }

  /// Rows up to which every member prepares a product's input for itself.
  static let smallBatch = 8

  let scoreCapacity: Int
  let headPad: Int
  let queryStride: Int
  let keyOffset: Int
  let valueOffset: Int
  let qkvWidth: Int
  let hiddenStride: Int
  let attendedStride: Int
  /// Of a gated delta net: its channels after the convolution.
  let convolved: UnsafeMutablePointer<Float>
  let convolvedStride: Int
  let gateOffset: Int
  let rateOffset: Int
  let decayOffset: Int
  let ffnStride: Int
  let lowWidth: Int

  /// - Parameters:
  ///   - maximumTokens: rows of the largest batch.
  ///   - contextLength: positions of the longest sequence.
  ///   - activations: how inputs of products with quantized weights are rounded.
  ///   - level: which kernels; `nil` takes the best.
  init(
    _ model: InferenceModel, team: ThreadTeam, maximumTokens: Int, contextLength: Int,
    activations: ActivationType = .usual, level: Int32? = nil
  ) throws {
    guard let table = lp_inference_kernels_at(level ?? lp_inference_best_level()) else {
      throw Diagnostic(code: "unsupported-processor", "this processor has no kernels of level \(level ?? 0)")
    }
    self.model = model
    self.team = team
    self.maximumTokens = maximumTokens
    self.activations = activations
    kernels = table.pointee
    let c = model.configuration
    headPad = padded16(c.headDimension)
    queryStride = c.headCount * headPad
    let projected = c.layers.reduce(0) { max($0, $1.attention.queryProjectionWidth) }
    keyOffset = padded16(projected)
    valueOffset = keyOffset + padded16(c.keyValueWidth)
    let delta = c.layers.compactMap(\.delta).first
    convolvedStride = padded16(delta?.channelCount ?? 0)
    gateOffset = convolvedStride
    rateOffset = gateOffset + padded16(delta?.valueWidth ?? 0)
    decayOffset = rateOffset + padded16(delta?.valueHeadCount ?? 0)
    qkvWidth = max(valueOffset + padded16(c.keyValueWidth), decayOffset + padded16(delta?.valueHeadCount ?? 0))
    hiddenStride = padded16(c.hiddenSize)
    attendedStride = padded16(c.mixerWidth)
    ffnStride = padded16(c.intermediateSize)
    scoreCapacity = padded16(contextLength) + 16
    // Room for A·x of all modules that read one input.
    lowWidth = (delta == nil ? 3 : 4) * padded16(InferenceAdapter.maximumRank)
    // An adapter's B reads as many columns as its rank, which in a tiny model may be the widest input.
    let widest = max(c.hiddenSize, c.mixerWidth, c.intermediateSize, InferenceAdapter.maximumRank)
    let quantizedWidth = lp_prepared_row_bytes(1, widest) / 4
    let bytesWidth = activations == .int8 ? quantizedWidth : 0

    var total = 0
    func room(_ count: Int) -> Int {
      defer { total += (count + 15) / 16 * 16 + 32 }
      return total
    }
    let rows = maximumTokens
    let places = (
      x: room(rows * hiddenStride), h: room(rows * hiddenStride), qkv: room(rows * qkvWidth),
      rotated: room(rows * queryStride), attended: room(rows * attendedStride), gateUp: room(rows * 2 * ffnStride),
      activated: room(rows * ffnStride), angles: room(rows * c.headDimension * model.rotations.count),
      branch: room(rows * hiddenStride),
      convolved: room(rows * convolvedStride), plain: room(rows * widest), quantized: room(rows * quantizedWidth),
      bytes: room(rows * bytesWidth),
      logits: room(Self.maximumLogitRows * model.paddedVocabulary)
    )
    let hidden = hiddenStride
    let low = rows * lowWidth
    let memberPlaces = (0..<team.count).map { _ in
      (
        panel: room(Int(LP_PANEL_BYTES) / 4), normed: room(Self.smallBatch * hidden),
        plain: room(Self.smallBatch * widest), quantized: room(Self.smallBatch * quantizedWidth),
        bytes: room(Self.smallBatch * bytesWidth),
        adapterInput: room(rows * widest),
        low: room(low), scores: room(lp_attention_scratch(padded16(contextLength) + 16, c.headDimension)),
        head: room(padded16(max(c.headDimension, delta?.valueHeadDimension ?? 0)) * 2)
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
    branch = base + places.branch
    convolved = base + places.convolved
    shared = PreparedInput(
      plain: base + places.plain, quantized: base + places.quantized, bytes: base + places.bytes)
    logits = base + places.logits
    members = memberPlaces.map {
      MemberScratch(
        panel: base + $0.panel, normed: base + $0.normed,
        own: PreparedInput(plain: base + $0.plain, quantized: base + $0.quantized, bytes: base + $0.bytes),
        adapterInput: base + $0.adapterInput, low: base + $0.low, scores: base + $0.scores, head: base + $0.head)
    }
  }

  /// Computes the hidden states of a batch and fills the cache.
  ///
  /// The last layer adds nothing to the cache except its keys and values. So after these, only `logitRows` are computed in it.
  /// - Parameters:
  ///   - tokens: one per row; each below the vocabulary's size.
  ///   - sequences: cover the rows in order.
  ///   - logitRows: rows whose logits are wanted, ascending; `computeLogits` counts them from 0.
  func forward(tokens: [Int32], sequences: [StepSequence], cache: PageMemory, logitRows: [Int]) {
    precondition(tokens.count <= maximumTokens && !tokens.isEmpty, "the batch fits the scratch")
    let wanted = Self.wanted(logitRows, of: sequences)
    let runs = adapterRuns(sequences)
    let wantedRuns = adapterRuns(wanted.compacted)
    let last = model.layers.count - 1
    logitRuns = wantedRuns
    team.run { member in
      embed(tokens, runs: runs, member: member)
      prepareAngles(sequences, member: member)
      team.barrier()
      for (index, layer) in model.layers.enumerated() {
        queryKeyValue(layer, index, rows: tokens.count, runs: runs, member: member)
        team.barrier()
        if let delta = layer.description.delta {
          // Every row is computed, also in the last layer, because each row changes the recurrent state.
          mix(layer, delta, sequences: sequences, member: member)
        } else {
          rotate(layer, index, sequences: sequences, cache: cache, member: member)
          team.barrier()
          if index < last || !logitRows.isEmpty {
            attend(layer, sequences: index < last ? sequences : wanted.inPlace, cache: cache, member: member)
          }
        }
        team.barrier()
        if index < last {
          finishLayer(layer, index, rows: tokens.count, runs: runs, member: member)
        } else if !logitRows.isEmpty {
          if member == 0, logitRows.count < tokens.count { gather(logitRows) }
          team.barrier()
          finishLayer(layer, index, rows: logitRows.count, runs: wantedRuns, member: member)
        }
      }
    }
  }

  /// Computes logits for wanted rows of the last batch, at most `maximumLogitRows`; row i of `logits` belongs to the
  /// i-th of them.
  func computeLogits(_ rows: Range<Int>) {
    precondition(rows.count <= Self.maximumLogitRows, "logits come in bounded runs")
    team.run { member in
      let input = normed(model.finalNorm, rows, for: model.head, runs: logitRuns, own: \.finalNorm, member: member)
      product(model.head, input, rows: rows.count, output: logits, outputStride: model.paddedVocabulary, member: member)
      for run in logitRuns {
        guard let head = run.adapter.head else { continue }
        // A head of its own, a row at a time: the same sums whatever else is in the batch.
        for row in run.rows.clamped(to: rows) {
          let input = normed(
            model.finalNorm, row..<row + 1, for: head, runs: logitRuns, own: \.finalNorm, member: member)
          product(
            head, input, rows: 1, output: logits + (row - rows.lowerBound) * model.paddedVocabulary,
            outputStride: model.paddedVocabulary, member: member)
        }
      }
      guard let cap = model.configuration.logitSoftCap else { return }
      let mine = share(model.head.groupCount, member, unit: 2)
      for row in 0..<rows.count {
        kernels.soft_cap(logits + row * model.paddedVocabulary + mine.lowerBound * 16, mine.count * 16, cap)
      }
    }
  }

  /// The wanted rows as sequences of consecutive rows: at their places, and at those where `gather` puts them.
  private static func wanted(
    _ rows: [Int], of sequences: [StepSequence]
  ) -> (inPlace: [StepSequence], compacted: [StepSequence]) {
    var inPlace: [StepSequence] = []
    var compacted: [StepSequence] = []
    var at = 0
    for sequence in sequences {
      while at < rows.count, rows[at] < sequence.first + sequence.count {
        var run = sequence
        run.first = rows[at]
        run.start += rows[at] - sequence.first
        run.count = 1
        let target = at
        at += 1
        while at < rows.count, rows[at] == rows[at - 1] + 1, rows[at] < sequence.first + sequence.count {
          run.count += 1
          at += 1
        }
        inPlace.append(run)
        run.first = target
        compacted.append(run)
      }
    }
    return (inPlace, compacted)
  }

  /// Moves wanted rows of the residual stream and of the attention's output to the front.
  private func gather(_ rows: [Int]) {
    for (target, row) in rows.enumerated() where target != row {
      (x + target * hiddenStride).update(from: x + row * hiddenStride, count: hiddenStride)
      (attended + target * attendedStride).update(from: attended + row * attendedStride, count: attendedStride)
    }
  }

  private func embed(_ tokens: [Int32], runs: [AdapterRun], member: Int) {
    for row in share(tokens.count, member) {
      let table = runs.first { $0.rows.contains(row) }?.adapter.embedding ?? model.embedding
      guard let type = table.dtype.weightType else { continue }
      let bytes = table.baseAddress + Int(tokens[row]) * table.rowByteCount
      lp_widen_row(
        type, bytes.assumingMemoryBound(to: UInt8.self), model.configuration.hiddenSize,
        x + row * hiddenStride)
      let scale = model.configuration.embeddingScale
      if scale != 1 { for column in 0..<model.configuration.hiddenSize { x[row * hiddenStride + column] *= scale } }
    }
  }

  private func prepareAngles(_ sequences: [StepSequence], member: Int) {
    for (index, rotation) in model.rotations.enumerated() {
      let half = rotation.frequencies.count
      for sequence in sequences {
        for offset in 0..<sequence.count where (sequence.first + offset) % team.count == member {
          let at = angles(of: index, row: sequence.first + offset)
          let position = Float(sequence.start + offset)
          for pair in 0..<half {
            let angle = position * rotation.frequencies[pair]
            at[pair] = cosf(angle) * rotation.factor
            at[half + pair] = sinf(angle) * rotation.factor
          }
        }
      }
    }
  }

  /// The cosines of a row; its sines follow.
  func angles(of rotation: Int, row: Int) -> UnsafeMutablePointer<Float> {
    angles + (rotation * maximumTokens + row) * model.configuration.headDimension
  }

  /// Member `member`'s part of `count` things, in runs of `unit`.
  func share(_ count: Int, _ member: Int, unit: Int = 1) -> Range<Int> {
    let parts = (count + unit - 1) / unit
    return min(parts * member / team.count * unit, count)..<min(parts * (member + 1) / team.count * unit, count)
  }
}
