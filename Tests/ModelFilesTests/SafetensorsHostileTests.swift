import Diagnostics
import JSON
import Platform
import Testing

@testable import ModelFiles

@Suite struct SafetensorsHostileTests {
  private func open(_ bytes: [UInt8]) throws {
    let file = try SafetensorsFile(path: "hostile.safetensors", memory: GuardedMemory.copy(bytes))
    for tensor in file.tensors { HostileInput.touch(tensor) }
  }

  private func file(_ header: String, data: Int = 16) -> [UInt8] {
    let text = Array(header.utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
      + [UInt8](repeating: 1, count: data)
  }

  @Test func wellFormedFileOpens() throws {
    try open(file(#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#))
    try open(file(#"{}"#, data: 0))
    // At an odd address: copied, not misread.
    try open(file(#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}} "#))
  }

  @Test(arguments: [
    #"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,15]}}"#,
    #"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[-16,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[16,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]}}"#,
    #"{"a":{"dtype":"F32","shape":[-2,-2],"data_offsets":[0,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,16]}}"#,
    #"{"a":{"dtype":"F4","shape":[4],"data_offsets":[0,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[4]}}"#,
    #"{"a":{"shape":[4],"data_offsets":[0,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[3],"data_offsets":[4,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"__metadata__":{"k":1}}"#,
    #"{"a":[1]}"#, #"[1]"#, #"{"a":{}"#, "", "null",
    #"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,4],"data_offsets":[0,16]}}"#,
  ])
  func contradictoryHeaderIsRefusedNamingTheFile(_ header: String) throws {
    do {
      try open(file(header))
      Issue.record("accepted \(header)")
    } catch let error as Diagnostic {
      #expect(error.location?.file == "hostile.safetensors")
      if header.contains(#""a":{""#), !header.contains("__metadata__"), error.message.contains("header") == false {
        #expect(error.message.contains("'a'") || error.message.contains("'b'") || error.message.contains("belong"))
      }
    }
  }

  @Test func headerLengthsBeyondTheFileAreRefused() {
    for length: UInt64 in [9, 100_000_000, 100_000_001, 1 << 31, 1 << 63, .max, .max - 7] {
      let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array("{}".utf8)
      #expect(throws: Diagnostic.self, "\(length)") { try open(bytes) }
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let bytes = try Fixture.bytes(Fixture.path("qwen2-untied/adapter/adapter_model.safetensors"))
    try open(bytes)
    let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    var lengths = Array(0..<header)
    lengths += stride(from: header, to: bytes.count, by: 97)
    lengths.append(bytes.count - 1)
    for length in lengths {
      let accepted = HostileInput.isAcceptedOrDiagnosed("length \(length)") { try open(Array(bytes[..<length])) }
      if accepted { Issue.record("accepted a file cut to \(length) bytes") }
    }
  }

  @Test func mutatedFilesAreReadSafelyOrRefused() throws {
    let bytes = try Fixture.bytes(Fixture.path("qwen2-untied/adapter/adapter_model.safetensors"))
    let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    var random = SplitMix64(seed: 11)
    for index in 0..<4000 {
      let mutated = HostileInput.mutated(bytes, below: header, &random)
      HostileInput.isAcceptedOrDiagnosed("mutation \(index)") { try open(mutated) }
    }
  }
}
