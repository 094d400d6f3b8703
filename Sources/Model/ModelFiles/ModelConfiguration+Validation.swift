import Diagnostics

extension ModelConfiguration {
  /// Checks what must hold between the sizes, and bounds that keep later arithmetic in range.
  /// - Throws: `Diagnostic` (`bad-model-config`).
  func validate(path: String) throws {
    func failure(_ message: String) -> Diagnostic { ModelFileFailure.configuration(path, message) }
    func check(_ name: String, _ value: Int, _ limit: Int) throws {
      guard value >= 1, value <= limit else { throw failure("\(name): \(value) is outside 1…\(limit)") }
    }
    try check("vocabulary", vocabularySize, 1 << 24)
    try check("hidden size", hiddenSize, 1 << 20)
    try check("layers", layerCount, FamilyReader.layerLimit)
    try check("positions", maximumPositions, 1 << 40)
    guard normEpsilon <= 1 else { throw failure("the norms' epsilon \(normEpsilon) is above 1") }
    if let id = (eosTokenIDs + [bosTokenID, padTokenID].compactMap { $0 }).first(where: { $0 >= vocabularySize }) {
      throw failure("token id \(id) is outside the vocabulary of \(vocabularySize)")
    }
    guard embeddingScale.isFinite, embeddingScale > 0 else { throw failure("the embeddings' scale is not positive") }
    // Most layers are equal: each kind is looked at once.
    for layer in Set(layers) { try validate(layer, path: path) }
    // Sizes that are allowed one by one may be too large together: memory and operations are multiples of this number.
    guard parameterCount <= 1 << 45 else {
      throw failure("\(parameterCount) parameters are more than any model has")
    }
  }

  private func validate(_ layer: LayerDescription, path: String) throws {
    func failure(_ message: String) -> Diagnostic { ModelFileFailure.configuration(path, message) }
    func check(_ name: String, _ value: Int, _ limit: Int) throws {
      guard value >= 1, value <= limit else { throw failure("\(name): \(value) is outside 1…\(limit)") }
    }
    try check("intermediate size", layer.intermediateSize, 1 << 22)
    // A gated delta net is looked at by its family.
    if layer.delta != nil { return }
    let attention = layer.attention
    try check("attention heads", attention.headCount, 1 << 14)
    try check("key/value heads", attention.keyValueHeadCount, 1 << 14)
    try check("head dimension", attention.headDimension, 1 << 14)
    guard attention.headCount % attention.keyValueHeadCount == 0 else {
      throw failure(
        "\(attention.headCount) attention heads are not a multiple of \(attention.keyValueHeadCount) key/value heads")
    }
    guard attention.headDimension % 2 == 0 else {
      throw failure("the head dimension \(attention.headDimension) is odd")
    }
    if let window = attention.window { try check("sliding window", window, 1 << 40) }
    guard attention.scale.isFinite, attention.scale > 0 else { throw failure("the attention's scale is not positive") }
    if let growth = attention.queryGrowth {
      guard growth.originalPositions >= 1, growth.beta.isFinite, growth.beta >= 0 else {
        throw failure("the queries' growth with their position is not a positive number")
      }
    }
    guard let rope = attention.rope else { return }
    let rotated = attention.rotatedDimension
    guard rotated >= 2, rotated % 2 == 0, rotated <= attention.headDimension else {
      throw failure(
        "RoPE over \(rotated) of a head's \(attention.headDimension) dimensions; it takes an even number of them")
    }
    guard rope.theta > 1, rope.theta.isFinite else { throw failure("the RoPE base \(rope.theta) is not above 1") }
    let half = rotated / 2
    func checkFactors(_ factors: [Float], _ name: String) throws {
      guard factors.count == half, factors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw failure("the RoPE \(name) are not \(half) positive numbers")
      }
    }
    switch rope.scaling {
    case .frequencyFactors(let factors): try checkFactors(factors, "frequency factors")
    case .longrope(let long):
      try checkFactors(long.shortFactors, "short factors")
      try checkFactors(long.longFactors, "long factors")
    default: break
    }
    // A factor may be a number and its frequencies not.
    guard
      rope.inverseFrequencies(headDimension: rotated, maximumPositions: maximumPositions).frequencies
        .allSatisfy({ $0.isFinite && $0 >= 0 })
    else { throw failure("the RoPE parameters give frequencies that are not finite numbers") }
  }
}
