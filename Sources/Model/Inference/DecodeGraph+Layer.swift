import CKernels
import ModelFiles

// The parts of a layer that are the same for attention and for gated delta nets: what comes before the mixer, and what comes
// after it.

extension DecodeGraph {
  func queryKeyValue(
    _ layer: InferenceModel.LayerWeights, _ index: Int, rows: Int, runs: [AdapterRun], member: Int
  ) {
    let input = normed(
      layer.beforeMixer, 0..<rows, for: layer.queryKeyValue, runs: runs, own: { $0.norms[index]?.beforeMixer },
      member: member)
    product(
      layer.queryKeyValue, input, rows: rows, output: qkv, outputStride: qkvWidth, runs: runs,
      adapter: { $0.layers[index].queryKeyValue }, member: member)
    if !layer.queryKeyValueBias.isEmpty { addBias(layer.queryKeyValueBias, rows: rows, member: member) }
  }

  /// Everything after attention, for the first `rows` rows. Ends with a barrier.
  func finishLayer(
    _ layer: InferenceModel.LayerWeights, _ index: Int, rows: Int, runs: [AdapterRun], member: Int
  ) {
    let output = prepared(attended, attendedStride, rows: rows, for: layer.output, member: member)
    addHalf(
      layer.output, output, layer.afterMixer, rows: rows, runs: runs, { $0.layers[index].output },
      own: { $0.norms[index]?.afterMixer }, member: member)
    let input = normed(
      layer.beforeMLP, 0..<rows, for: layer.gateUp, runs: runs, own: { $0.norms[index]?.beforeMLP }, member: member)
    product(
      layer.gateUp, input, rows: rows, output: gateUp, outputStride: 2 * ffnStride, runs: runs,
      adapter: { $0.layers[index].gateUp }, member: member)
    activate(
      layer.description.activation, rows: rows, groups: share(layer.gateUp.groupCount, member, unit: 2))
    team.barrier()
    let down = prepared(activated, ffnStride, rows: rows, for: layer.down, member: member)
    addHalf(
      layer.down, down, layer.afterMLP, rows: rows, runs: runs, { $0.layers[index].down },
      own: { $0.norms[index]?.afterMLP }, member: member)
  }

  /// The last product of a half, added to the residual stream, through a norm where one follows. Ends with a barrier.
  private func addHalf(
    _ matrix: PackedMatrix, _ input: Input, _ norm: [Float], rows: Int, runs: [AdapterRun],
    _ adapter: (InferenceAdapter) -> InferenceAdapter.Product?, own: (InferenceAdapter) -> [Float]?, member: Int
  ) {
    if norm.isEmpty, runs.contains(where: { adapter($0.adapter)?.rowScales.isEmpty == false }) {
      productAdded(matrix, input, rows: rows, runs: runs, adapter: adapter, member: member)
    } else {
      product(
        matrix, input, rows: rows, output: norm.isEmpty ? x : branch, outputStride: hiddenStride,
        accumulate: norm.isEmpty, runs: runs, adapter: adapter, member: member)
    }
    team.barrier()
    guard !norm.isEmpty else { return }
    addNormed(norm, rows: rows, runs: runs, own: own, member: member)
    team.barrier()
  }

  private func addBias(_ bias: [Float], rows: Int, member: Int) {
    let mine = share(qkvWidth / 16, member, unit: 2)
    for row in 0..<rows {
      for column in mine.lowerBound * 16..<mine.upperBound * 16 { qkv[row * qkvWidth + column] += bias[column] }
    }
  }

  private func activate(_ activation: Activation, rows: Int, groups: Range<Int>) {
    let multiply = activation == .silu ? kernels.silu_mul : kernels.gelu_mul
    for row in 0..<rows {
      multiply?(
        gateUp + row * 2 * ffnStride + groups.lowerBound * 16, groups.count / 2,
        activated + row * ffnStride + groups.lowerBound * 8)
    }
  }
}
