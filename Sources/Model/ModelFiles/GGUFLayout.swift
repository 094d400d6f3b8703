import Diagnostics
import Glibc

/// How a GGUF file of a family holds a tensor, where that is not what the canonical tensor holds.
struct GGUFLayout: Sendable, Hashable {
  /// What the file holds in the place of a value w.
  enum Values: Sendable, Hashable {
    case same
    /// 1 + w.
    case sumWithOne
    /// −e^w.
    case negativeExponential
  }

  /// When the rows of each head lie in the order of neighbors (`RowPermutation`).
  var headDimension: Int?
  /// Rows in the order of value heads.
  var rows: ValueHeadOrder?
  /// Elements of each row in the order of value heads.
  var columns: ValueHeadOrder?
  var values = Values.same
  /// The file drops the extent of 1 between channels and taps.
  var isSqueezed = false

  static let canonical = GGUFLayout()

  init() {}

  /// - Parameter name: the canonical name.
  init(_ name: String, _ model: ModelConfiguration) {
    headDimension = RowPermutation.headDimension(of: name, model)
    if model.ggufHoldsSum(of: name) { values = .sumWithOne }
    guard let (module, delta) = model.deltaTensor(name) else { return }
    func order(first: Int = 0, width: Int) -> ValueHeadOrder? {
      guard delta.valueHeadCount > delta.keyHeadCount else { return nil }
      return ValueHeadOrder(
        keyHeadCount: delta.keyHeadCount, valueHeadCount: delta.valueHeadCount, first: first, width: width)
    }
    switch module {
    case "linear_attn.in_proj_qkv.weight": rows = order(first: 2 * delta.keyWidth, width: delta.valueHeadDimension)
    case "linear_attn.in_proj_z.weight": rows = order(width: delta.valueHeadDimension)
    case "linear_attn.in_proj_b.weight", "linear_attn.in_proj_a.weight": rows = order(width: 1)
    case "linear_attn.conv1d.weight":
      rows = order(first: 2 * delta.keyWidth, width: delta.valueHeadDimension)
      isSqueezed = true
    case "linear_attn.out_proj.weight": columns = order(width: delta.valueHeadDimension)
    case "linear_attn.A_log":
      columns = order(width: 1)
      values = .negativeExponential
    case "linear_attn.dt_bias": columns = order(width: 1)
    default: break
    }
  }

  /// A tensor's shape in the file.
  func fileShape(_ shape: [Int]) -> [Int] {
    isSqueezed && shape.count == 3 ? [shape[0] * shape[1], shape[2]] : shape
  }

  /// The canonical shape of a tensor with this one in the file.
  func canonicalShape(_ shape: [Int]) -> [Int] {
    isSqueezed && shape.count == 2 ? [shape[0], 1, shape[1]] : shape
  }

  /// The canonical row that lies at a row of the file.
  func canonicalRow(file row: Int) -> Int {
    headDimension.map { RowPermutation.canonicalRow(gguf: row, headDimension: $0) }
      ?? rows?.canonicalIndex(file: row) ?? row
  }

  /// Turns rows that were read from the file, one after the other, into canonical values. Their order is the caller's.
  /// - Throws: `Diagnostic` (`bad-tensor-value`) for a decay that is not below zero.
  func toCanonical(_ output: UnsafeMutableBufferPointer<Float>, rowCount: Int, tensor: String, path: String) throws {
    if let columns { forEachRow(output, rowCount) { columns.toCanonical($0) } }
    switch values {
    case .same: break
    case .sumWithOne: for index in output.indices { output[index] -= 1 }
    case .negativeExponential:
      for index in output.indices {
        try Self.checkDecay(output[index], tensor: tensor, path: path)
        output[index] = Float(log(-Double(output[index])))
      }
    }
  }

  /// Turns canonical rows into what the file holds. Their order is the caller's.
  func toFile(_ output: UnsafeMutableBufferPointer<Float>, rowCount: Int) {
    if let columns { forEachRow(output, rowCount) { columns.toFile($0) } }
    switch values {
    case .same: break
    case .sumWithOne: for index in output.indices { output[index] += 1 }
    case .negativeExponential: for index in output.indices { output[index] = Float(-exp(Double(output[index]))) }
    }
  }

  /// - Throws: `Diagnostic` (`bad-tensor-value`) for a number that is no −e^A.
  static func checkDecay(_ value: Float, tensor: String, path: String) throws {
    guard value < 0, value.isFinite else {
      throw Diagnostic(
        code: "bad-tensor-value", "tensor '\(tensor)' holds the decay \(value); a decay is below zero",
        remedy: "the file is damaged or was converted by another rule; download it again",
        location: SourceLocation(file: path))
    }
  }

  private func forEachRow(
    _ output: UnsafeMutableBufferPointer<Float>, _ rowCount: Int, _ body: (UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let columns = output.count / max(rowCount, 1)
    for row in 0..<rowCount {
      body(UnsafeMutableBufferPointer(rebasing: output[row * columns..<(row + 1) * columns]))
    }
  }
}

extension ModelConfiguration {
  /// Of a tensor in a layer with a gated delta net whose form in GGUF is known: its name inside the layer, and the net.
  fileprivate func deltaTensor(_ name: String) -> (name: Substring, delta: DeltaDescription)? {
    guard ModelFamily.named(family)?.ggufTilesValueHeads == true else { return nil }
    let parts = name.split(separator: ".", maxSplits: 3)
    guard parts.count == 4, let layer = Int(parts[2]), layers.indices.contains(layer), let delta = layers[layer].delta
    else { return nil }
    return (parts[3], delta)
  }
}
