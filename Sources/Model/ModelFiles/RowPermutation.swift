/// The order of query and key rows in the GGUF files of Llama and its relatives.
///
/// GGUF's Llama RoPE rotates neighbors (2i, 2i+1) of a head, transformers' rotates (i, i + d/2), so the converter
/// reorders the rows of q and k: row `2i + j` of a head there is row `j·d/2 + i` here. Rows move whole, so quantized
/// blocks, which lie along a row, move untouched.
enum RowPermutation {
  /// The GGUF row that holds canonical row `row`.
  static func ggufRow(canonical row: Int, headDimension: Int) -> Int {
    let half = headDimension / 2
    let (head, inside) = row.quotientAndRemainder(dividingBy: headDimension)
    return head * headDimension + 2 * (inside % half) + inside / half
  }

  /// The canonical row that lies at GGUF row `row`.
  static func canonicalRow(gguf row: Int, headDimension: Int) -> Int {
    let half = headDimension / 2
    let (head, inside) = row.quotientAndRemainder(dividingBy: headDimension)
    return head * headDimension + (inside % 2) * half + inside / 2
  }

  /// The head dimension when a canonical tensor's rows are reordered in GGUF files of the model, else `nil`.
  static func headDimension(of canonicalName: String, _ model: ModelConfiguration) -> Int? {
    guard ModelFamily.named(model.family)?.permutesQueryKey == true,
      canonicalName.contains(".self_attn.q_proj.") || canonicalName.contains(".self_attn.k_proj.")
    else { return nil }
    return model.headDimension
  }
}
