import Artifacts
import JSON
import Platform
import Testing

@Suite struct DigestTests {
  /// The expected values were computed apart from this code, with `printf … | sha256sum`.
  @Test func keysStayWhatTheyWere() {
    let empty = ActionKey(kind: "mix", version: 1, parameters: [:], inputs: [])
    #expect(empty.document.text(.canonical) == #"{"inputs":[],"kind":"mix","parameters":{},"version":1}"#)
    #expect(empty.digest.hex == "c3b51e5ef695eb3ea5c32abeec614d079f1ba11a3477633ef93163af024983a7")
    let full = ActionKey(
      kind: "sft", version: 3,
      parameters: ["learning_rate": 0.0001, "lora": ["rank": 8, "alpha": 32.0], "name": "喵\n"],
      inputs: [
        .init(role: "model", digest: SHA256.hash("a")), .init(role: "data", digest: SHA256.hash("b"), rowCap: 5),
      ],
      seed: 42, environment: [("LANG", "C")], resolved: ["revision": "abc"])
    #expect(full.digest.hex == "3d8ae016c706b08e8850bc9497e0fa51dfaf43d354ff7f6f9888b9513b50be11")
    #expect(
      full.document.text(.canonical) == #"""
        {"env":{"LANG":"C"},"inputs":[["model","ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"],["data","3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d",5]],"kind":"sft","parameters":{"learning_rate":0.0001,"lora":{"alpha":32,"rank":8},"name":"喵\n"},"resolved":{"revision":"abc"},"seed":"42","version":3}
        """#)
  }

  @Test func equalNumbersAreOneKey() {
    func key(_ value: JSONValue) -> CacheKey {
      ActionKey(kind: "k", version: 1, parameters: ["x": value], inputs: []).digest
    }
    #expect(key(1) == key(1.0))
    #expect(key(0.0) == key(-0.0))
    #expect(key(1) != key("1"))
    #expect(key(.number(.nan)) != key(.null))
    #expect(key(.number(.infinity)) != key(.number(-.infinity)))
  }

  @Test func swappingValuesOrInputsChangesTheKey() {
    let a = SHA256.hash("a")
    let b = SHA256.hash("b")
    func key(_ parameters: JSONValue, _ inputs: [(String, Digest)]) -> CacheKey {
      ActionKey(kind: "k", version: 1, parameters: parameters, inputs: inputs.map { .init(role: $0.0, digest: $0.1) })
        .digest
    }
    let keys = [
      key(["x": "p", "y": "q"], [("m", a), ("m", b)]), key(["x": "q", "y": "p"], [("m", a), ("m", b)]),
      key(["x": "p", "y": "q"], [("m", b), ("m", a)]), key(["x": "p", "y": "q"], [("m", a), ("n", b)]),
      key(["x": "p\",\"y\":\"q"], [("m", a), ("m", b)]), key(["x": ["p", "q"]], [("m", a), ("m", b)]),
      key(["x": ["p,q"]], [("m", a), ("m", b)]),
    ]
    #expect(Set(keys).count == keys.count)
    #expect(key(["x": "p", "y": "q"], []) == key(["y": "q", "x": "p"], []))
  }

  @Test func differentTreesHaveDifferentDigests() {
    func entry(_ path: String, _ content: String, _ executable: Bool = false) -> TreeEntry {
      TreeEntry(path: path, size: Int64(content.utf8.count), digest: SHA256.hash(content), isExecutable: executable)
    }
    let trees: [[TreeEntry]] = [
      [], [entry("a", "")], [entry("a", "x")], [entry("a", "x", true)], [entry("b", "x")], [entry("a/b", "x")],
      [entry("a", "x"), entry("b", "x")], [entry("a 1 x -\n1:b", "x")], [entry("a", "y"), entry("b", "x")],
    ]
    #expect(Set(trees.map { TreeManifest($0).digest }).count == trees.count)
    #expect(
      TreeManifest([entry("b", "2"), entry("a", "1")]).digest
        == TreeManifest([entry("a", "1"), entry("b", "2")]).digest)
    #expect(
      TreeManifest([entry("a", "x")]).digest.hex == "4fd3986de54ccc7b6a4c27eeea6c2f3ed5158dd6116853626ee7917e7380c8a1")
  }
}
