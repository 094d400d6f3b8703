import ModelFiles
import Platform

/// A Qwen2 of two layers whose matrices are q4_k and q6_k as in a Q4_K_M file, with random integers and no tokenizer.
///
/// The vocabulary and the width of keys are no multiples of 16, so groups of 16 rows are not whole.
public enum QuantizedModel {
  public static let vocabulary = 301

  /// - Returns: the GGUF file in `folder`.
  @discardableResult
  public static func write(to folder: String, seed: UInt64 = 1) throws -> String {
    let (hidden, intermediate, heads, keyHeads) = (256, 512, 4, 1)
    let head = 24
    let path = folder + "/model.gguf"
    var random = SplitMix64(seed: seed)
    var tensors: [TensorSpecification] = [
      TensorSpecification(name: "token_embd.weight", shape: [vocabulary, hidden], dtype: .q6K),
      TensorSpecification(name: "output_norm.weight", shape: [hidden], dtype: .f32),
    ]
    for layer in 0..<2 {
      let wide: TensorDType = layer == 0 ? .q6K : .q4K
      // The output reads as many columns as the heads have, which are no whole number of blocks.
      let matrices: [(String, [Int], TensorDType)] = [
        ("attn_q", [heads * head, hidden], .q4K), ("attn_k", [keyHeads * head, hidden], .q4K),
        ("attn_v", [keyHeads * head, hidden], wide), ("attn_output", [hidden, heads * head], .q80),
        ("ffn_gate", [intermediate, hidden], .q4K), ("ffn_up", [intermediate, hidden], .q4K),
        ("ffn_down", [hidden, intermediate], wide),
      ]
      let vectors: [(String, Int)] = [
        ("attn_norm.weight", hidden), ("ffn_norm.weight", hidden), ("attn_q.bias", heads * head),
        ("attn_k.bias", keyHeads * head), ("attn_v.bias", keyHeads * head),
      ]
      for (name, shape, dtype) in matrices {
        tensors.append(TensorSpecification(name: "blk.\(layer).\(name).weight", shape: shape, dtype: dtype))
      }
      for (name, count) in vectors {
        tensors.append(TensorSpecification(name: "blk.\(layer).\(name)", shape: [count], dtype: .f32))
      }
    }
    let counts: [(String, Int)] = [
      ("block_count", 2), ("context_length", 512), ("embedding_length", hidden), ("feed_forward_length", intermediate),
      ("attention.head_count", heads), ("attention.head_count_kv", keyHeads), ("attention.key_length", head),
      ("attention.value_length", head), ("rope.dimension_count", head), ("vocab_size", vocabulary),
    ]
    let metadata: [(String, GGUFWriteValue)] =
      [("general.architecture", .string("qwen2")), ("tokenizer.ggml.model", .string("none"))]
      + counts.map { ("qwen2." + $0.0, .uint32(UInt32($0.1))) }
      + [
        ("qwen2.attention.layer_norm_rms_epsilon", .float32(1e-6)), ("qwen2.rope.freq_base", .float32(10000)),
      ]
    let writer = try GGUFWriter(path, metadata: metadata, tensors: tensors)
    for tensor in tensors {
      let bytes = try random.bytes(of: tensor)
      try bytes.withUnsafeBytes { try writer.append($0) }
    }
    try writer.finish()
    return path
  }
}

extension SplitMix64 {
  /// Blocks of random integers with small scales; vectors near one.
  mutating func bytes(of tensor: TensorSpecification) throws -> [UInt8] {
    let count = try tensor.byteCount()
    if tensor.dtype == .f32 {
      return (0..<count / 4).flatMap { _ in
        withUnsafeBytes(of: Float(1 + Double(next() % 1000) / 10000)) { Array($0) }
      }
    }
    var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 20) }
    let scales: [Int] = tensor.dtype == .q4K ? [0, 2] : tensor.dtype == .q6K ? [208] : [0]
    // About 2^-14 for the k types, whose scales are multiplied by up to 127, and 2^-10.
    let exponent: UInt16 = tensor.dtype == .q80 ? 0x1400 : 0x0400
    for at in stride(from: 0, to: count, by: tensor.dtype.blockByteCount) {
      for scale in scales {
        let half = exponent + UInt16(next() % 0x400)
        bytes[at + scale] = UInt8(truncatingIfNeeded: half)
        bytes[at + scale + 1] = UInt8(half >> 8)
      }
    }
    return bytes
  }
}
