import CKernels
import Diagnostics
import JSON
import ModelFiles
import Platform
import Testing

@testable import Inference

/// The KV cache in f32, f16 and q8_0. That replies do not depend on other requests, on draft tokens and on what the cache
/// holds is asserted for all of them in GeneratorTests, SpeculationTests and RecurrentPrefixTests.
@Suite struct KeyValueTypeTests {
  /// A cache of one layer with heads of any size.
  private struct Cache {
    var memory: PageMemory
    let d: Int

    init(_ type: KeyValueType, headDimension: Int, pages: Int) throws {
      var model = try Golden.model("llama-tied").configuration
      for index in model.layers.indices { model.layers[index].attention.headDimension = headDimension }
      memory = try PageMemory(model, type, capacity: pages)
      d = headDimension
    }

    /// One number of the last head, decoded as `lp_inference.h` describes.
    func number(_ position: Int, _ i: Int, isValue: Bool) -> Float {
      let head = memory.head(memory.headCount - 1, layer: 0)
      let page = UnsafeRawPointer(head.base + position / pageTokens * head.page_stride)
      let (at, lane) = (page + (isValue ? memory.headByteCount : 0), position % pageTokens)
      let place = isValue ? lane * padded16(d) + i : i * pageTokens + lane
      switch memory.type {
      case .f32: return at.load(fromByteOffset: 4 * place, as: Float.self)
      case .f16: return HalfPrecision.widen(f16: at.load(fromByteOffset: 2 * place, as: UInt16.self))
      case .q80:
        let block = at + i / 32 * 544
        let inBlock: Int = isValue ? lane * 32 + i % 32 : i % 32 * 16 + lane
        let integer = block.load(fromByteOffset: 32 + inBlock, as: Int8.self)
        return HalfPrecision.widen(f16: block.load(fromByteOffset: 2 * lane, as: UInt16.self)) * Float(integer)
      }
    }

    /// Stores a position's key and value in the last head.
    func store(_ position: Int, _ key: [Float], _ value: [Float]) {
      memory.store(
        key: key, value: value, head: memory.headCount - 1, layer: 0, page: Int32(position / pageTokens),
        lane: position % pageTokens)
    }
  }

  /// One row rounded by the quantizers of files, which are compared with ggml's: a last block that is not full is filled up
  /// with zeros.
  private static func rounded(_ row: [Float], _ type: KeyValueType) throws -> [Float] {
    guard type != .f32 else { return row }
    let dtype = type == .f16 ? TensorDType.f16 : .q80
    let padded = row + [Float](repeating: 0, count: (32 - row.count % 32) % 32)
    let bytes = try #require(dtype.byteCount(elementCount: padded.count))
    let memory = ReadOnlyMemory(count: bytes) { buffer in
      padded.withUnsafeBufferPointer { try? Quantize.row($0, as: dtype, into: buffer) }
    }
    let view = try #require(TensorView(name: "", shape: [1, padded.count], dtype: dtype, memory: memory, offset: 0))
    return Array(try view.floats().prefix(row.count))
  }

  /// Rows of several sizes, with zeros, a single large number, ties and halves.
  private static func rows(_ count: Int, _ d: Int, seed: UInt64) -> [[Float]] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { index in
      (0..<d).map { i in
        switch index % 5 {
        case 0: Float.random(in: -1...1, using: &random)
        case 1: 0
        case 2: i == d - 1 ? 300 : Float.random(in: -0.01...0.01, using: &random)
        case 3: i == 0 ? 127 : Float(i) - 0.5
        default: Float.random(in: -1...1, using: &random) * 1e-6
        }
      }
    }
  }

  @Test(arguments: KeyValueType.allCases, [8, 40, 64, 128])
  func storedNumbersAreThoseOfTheFileFormats(_ type: KeyValueType, _ d: Int) throws {
    let cache = try Cache(type, headDimension: d, pages: 3)
    let keys = Self.rows(40, d, seed: 1)
    let values = Self.rows(40, d, seed: 2)
    for position in keys.indices { cache.store(position, keys[position], values[position]) }
    for position in keys.indices {
      for (row, isValue) in [(keys[position], false), (values[position], true)] {
        let found = (0..<d).map { cache.number(position, $0, isValue: isValue) }
        let expected = try Self.rounded(row, type)
        #expect(found == expected, "position \(position), values: \(isValue)")
      }
    }
  }

  /// What cannot be stored does not become a number: the reply ends with an error instead of nonsense.
  @Test(arguments: [(KeyValueType.f16, Float(1e5)), (.f16, .nan), (.q80, .infinity), (.q80, .nan), (.q80, 1e8)])
  func numbersThatDoNotFitAreNotFinite(_ type: KeyValueType, _ number: Float) throws {
    let cache = try Cache(type, headDimension: 40, pages: 1)
    var row = [Float](repeating: 1, count: 40)
    row[3] = number
    cache.store(5, row, row)
    for isValue in [false, true] { #expect(!cache.number(5, 3, isValue: isValue).isFinite) }
    cache.store(5, [Float](repeating: 1, count: 40), row)
    #expect(cache.number(5, 3, isValue: false).isFinite)
  }

  /// Every level, every number of rows together: the bits of attention over the same numbers in a cache of f32.
  @Test(arguments: [KeyValueType.f16, .q80], [8, 40, 64])
  func attentionIsThatOverTheStoredNumbers(_ type: KeyValueType, _ d: Int) throws {
    let positions = 300
    let cache = try Cache(type, headDimension: d, pages: 19)
    let wide = try Cache(.f32, headDimension: d, pages: 19)
    var random = SplitMix64(seed: 7)
    func row() -> [Float] { (0..<d).map { _ in Float.random(in: -1...1, using: &random) } }
    for position in 0..<positions {
      cache.store(position, row(), row())
      wide.store(
        position, (0..<d).map { cache.number(position, $0, isValue: false) },
        (0..<d).map { cache.number(position, $0, isValue: true) })
    }
    let queries = (0..<50).flatMap { _ in row() }
    let pages = (0..<19).map { Int32($0) }
    func attended(_ memory: PageMemory, level: Int32, together: Int) throws -> [UInt32] {
      let kernels = try #require(lp_inference_kernels_at(level)).pointee
      var out = [Float](repeating: .nan, count: queries.count)
      var scratch = [Float](repeating: .nan, count: lp_attention_scratch(304, d))
      var head = memory.head(memory.headCount - 1, layer: 0)
      queries.withUnsafeBufferPointer { queries in
        out.withUnsafeMutableBufferPointer { out in
          pages.withUnsafeBufferPointer { pages in
            let rows = (0..<50).map { index in
              lp_attention_row(
                q: queries.baseAddress.map { $0 + index * d }, out: out.baseAddress.map { $0 + index * d },
                pages: pages.baseAddress, first: index % 3 == 0 ? index * 4 : 0, count: 1 + index * 6)
            }
            for first in stride(from: 0, to: 50, by: together) {
              let these = Array(rows[first..<min(first + together, 50)])
              kernels.attention(these, these.count, &head, 0.3, 0, &scratch, 304)
            }
          }
        }
      }
      return out.map(\.bitPattern)
    }
    let expected = try attended(wide.memory, level: Int32(LP_LEVEL_PORTABLE.rawValue), together: 1)
    #expect(expected.allSatisfy { Float(bitPattern: $0).isFinite })
    for level in 0...lp_inference_best_level() {
      for together in [1, 4, 7, 50] {
        #expect(try attended(cache.memory, level: level, together: together) == expected)
        #expect(try attended(wide.memory, level: level, together: together) == expected)
      }
    }
  }

  /// transformers in f64, with keys and values rounded by PyTorch and by gguf's q8_0. The rounding itself moves logits by much
  /// more than the tolerance.
  @Test(
    arguments: ["llama-tied", "qwen2-untied", "qwen3-tied", "gemma3", "phi3", "qwen3.5"], [KeyValueType.f16, .q80])
  func logitsEqualTransformersWithRoundedKeysAndValues(_ name: String, _ type: KeyValueType) throws {
    let model = try Golden.model(name)
    let ids = Golden.ids(try Golden.json(name)["rows"]?.arrayValue?[2]["ids"])
    let expected = try Golden.array(name, "logits.\(type.rawValue)", in: "key_values")
    let plain = try Golden.array(name, "logits.base.2")
    func worst(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max() ?? .infinity }
    for (level, chunk, threads) in [(Int32(0), 64, 1), (lp_inference_best_level(), 64, 2), (0, 5, 3)] {
      let found = try Golden.logits(
        model, adapter: nil, ids: ids, chunk: chunk, type: type, threads: threads, level: level)
      #expect(found.count == expected.count)
      #expect(worst(found, expected) < 1e-4, "level \(level): \(worst(found, expected))")
    }
    #expect(worst(expected, plain) > (type == .f16 ? 1e-3 : 2e-2), "the rounding is seen")
  }

  @Test func bytesPerTokenFollowTheType() throws {
    var model = try Golden.model("llama-tied").configuration
    // The heads of Qwen2.5-1.5B.
    for index in model.layers.indices {
      model.layers[index].attention.headDimension = 128
      model.layers[index].attention.keyValueHeadCount = 2
    }
    let layers = model.layers.count
    #expect(KeyValueType.f32.bytesPerToken(of: model) == layers * 2 * 2 * 128 * 4)
    #expect(KeyValueType.f16.bytesPerToken(of: model) == layers * 2 * 2 * 128 * 2)
    #expect(KeyValueType.q80.bytesPerToken(of: model) == layers * 2 * 2 * 128 / 32 * 34)
  }

  /// The refusal counts in the type's bytes, and a smaller type is the remedy.
  @Test func aCacheThatIsTooSmallNamesTheBytesOfItsType() throws {
    let model = try Golden.model("llama-tied")
    for type in KeyValueType.allCases {
      let error = #expect(throws: Diagnostic.self) {
        try Generator(model, options: GeneratorOptions(contextLength: 64, cacheByteCount: 1000, keyValueType: type))
      }
      let bytes = byteText(64 * type.bytesPerToken(of: model.configuration))
      #expect(error?.message.contains(" \(bytes) of cache") == true)
      #expect(error?.remedy?.contains("--kv-cache") == (type != .q80))
    }
  }
}
