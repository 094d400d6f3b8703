import Glibc
import JSON
import ModelFiles
import Testing

/// A weight that is not a number is noticed wherever it is: nothing is generated, measured or learned with it.
@Suite struct DamagedWeightTests {
  /// Puts a NaN into the middle of a tensor of a safetensors file, in its own number format.
  private static func damage(_ path: String, _ name: String) throws {
    let file = try #require(fopen(path, "r+b"))
    defer { fclose(file) }
    var length: UInt64 = 0
    try #require(fread(&length, 8, 1, file) == 1)
    var header = [UInt8](repeating: 0, count: Int(UInt64(littleEndian: length)))
    try #require(fread(&header, 1, header.count, file) == header.count)
    let entry = try #require(try JSONValue(parsing: header)[name])
    let offsets = (entry["data_offsets"]?.arrayValue ?? []).compactMap(\.intValue)
    try #require(offsets.count == 2)
    let isHalf = entry["dtype"]?.stringValue == "BF16"
    let width = isHalf ? 2 : 4
    let middle = (offsets[1] - offsets[0]) / width / 2 * width
    fseek(file, 8 + header.count + offsets[0] + middle, SEEK_SET)
    var value = Float.nan.bitPattern.littleEndian
    if isHalf { value >>= 16 }
    try #require(fwrite(&value, width, 1, file) == 1)
  }

  private static func tensors(_ path: String) throws -> [String] {
    try SafetensorsFile(path).tensors.map(\.name)
  }

  private static let recipe = """
    name: damaged
    stages:
      base:   { kind: fetch, source: "file:../base" }
      mixed:  { kind: mix, domain: [./general.jsonl], validation: 0.2 }
      tokens: { kind: tokenize, model: base, data: mixed, max_length: 256 }
      train:  { kind: sft, model: base, data: tokens, max_steps: 1, lora: { rank: 2 } }
      eval:   { kind: eval, model: base, data: tokens }

    """

  @Test(arguments: [false, true]) func aNaNInAnyWeightOfTheBaseIsRefused(_ isHalf: Bool) throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    program.write("recipes/whole.yaml", Self.recipe)
    let weights = program.folder + "/base/model.safetensors"
    try TinyModel.write(to: program.folder + "/base", roundsToBF16: isHalf)
    for name in try Self.tensors(weights) {
      try TinyModel.write(to: program.folder + "/base", roundsToBF16: isHalf)
      try Self.damage(weights, name)
      let answer = program.run("generate base -p Hello -n 3")
      #expect(answer.status == 1 && answer.error.contains("not numbers"), "\(name): \(answer.output)\(answer.error)")
      let run = program.run("run -k")
      #expect(run.status == 1, "\(name): \(run.output)")
      for stage in ["train", "eval"] {
        let state = program.stage(stage)?["state"]?.stringValue
        #expect(state == "failed", "\(name), \(stage): \(state ?? "none")\n\(run.error)")
      }
    }
  }

  @Test func aNaNInAnyWeightOfTheAdapterIsRefused() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --until train").status == 0)
    program.shell("cp -rL runs/latest/train good; chmod -R u+w good")
    for name in try Self.tensors(program.folder + "/good/adapter_model.safetensors") {
      program.shell("rm -rf bad; cp -r good bad")
      try Self.damage(program.folder + "/bad/adapter_model.safetensors", name)
      let answer = program.run("generate base -a bad -p Hello -n 3")
      #expect(answer.status != 0, "\(name): \(answer.output)")
      #expect(answer.error.contains("not numbers") || answer.error.contains("NaN"), "\(name): \(answer.error)")
    }
  }
}
