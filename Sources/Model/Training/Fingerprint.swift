import JSON
import ModelFiles
import Models
import Tensors

/// A short name for everything that decides a training's result, so that a checkpoint is resumed only by its own.
enum Fingerprint {
  static func of(
    _ configuration: TrainingConfiguration, _ model: TransformerModel, _ rows: [TrainingRow],
    _ evaluationRows: [TrainingRow], initial: AdapterParameters?
  ) -> String {
    var hash = FNV1a()
    var result = configuration
    // What changes no result may change between the runs.
    result.saveEvery = 0
    result.keepsCheckpoints = 1
    result.adapter.baseModelName = ""
    hash.add(result.json.text(.canonical).utf8)
    for value in model.finalNorm + model.layers[0].beforeMixer { hash.add(UInt64(value.bitPattern)) }
    hash.add(UInt64(model.configuration.parameterCount))
    for part in [rows, evaluationRows] {
      hash.add(UInt64(part.count))
      for row in part {
        hash.add(UInt64(row.ids.count))
        for value in row.ids + row.labels { hash.add(UInt64(bitPattern: Int64(value))) }
      }
    }
    for index in 0..<(initial?.values.count ?? 0) {
      if let initial { hash.add(UInt64(initial.values.pointer[index].bitPattern)) }
    }
    return String(hash.value, radix: 16)
  }
}

/// The 64-bit FNV-1a hash, by words: for telling things apart, not for security.
struct FNV1a {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ word: UInt64) {
    value = (value ^ word) &* 0x0000_0100_0000_01B3
    value ^= value >> 29
  }

  mutating func add(_ bytes: some Sequence<UInt8>) { for byte in bytes { add(UInt64(byte)) } }
}
