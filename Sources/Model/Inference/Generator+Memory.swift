import ModelFiles

extension Generator {
  /// Positions of one sequence that a cache of `byteCount` bytes holds, at most what the model was made for.
  public static func positions(of model: InferenceModel, in byteCount: Int) -> Int {
    let c = model.configuration
    let page = PageMemory.pageByteCount(
      layers: c.attentionLayerCount, heads: c.keyValueHeadCount, headDimension: c.headDimension)
    return min(max(0, byteCount - c.stateCount * 4) / max(page, 1) * pageTokens, c.usablePositions)
  }
}
