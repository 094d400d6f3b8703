import Diagnostics
import JSON
import Testing

@testable import Transfer

/// Answers as the hubs give them, shortened.
@Suite struct HubAPITests {
  private static let commit = "12fd25f77366fa6b3b4b768ec3050bf629380bac"
  private static let digest = "5af571cbf074e6d21a03528d2330792e532ca608f24ac70a143f6b369968ab8c"

  @Test func huggingFaceRevisionIsRead() throws {
    let answer: JSONValue = [
      "_id": "x", "id": "HuggingFaceTB/SmolLM2-135M-Instruct", "sha": .string(Self.commit), "gated": false,
      "siblings": [
        ["rfilename": ".gitattributes", "size": 1519, "blobId": "a6344aac8c09253b3b630fb776ae94478aa0275b"],
        [
          "rfilename": "model.safetensors", "size": 134, "blobId": "0c8c21d6fd7cf4ec6e4acf3a2e1bb1b4e0e66b5d",
          "lfs": ["sha256": .string(Self.digest), "size": 269_060_552, "pointerSize": 134],
        ],
      ],
    ]
    let (commit, files) = try HuggingFaceAPI.parse(revision: answer)
    #expect(commit == Self.commit)
    #expect(
      files == [
        .init(path: ".gitattributes", size: 1519),
        .init(path: "model.safetensors", size: 269_060_552, sha256: Self.digest),
      ])
  }

  @Test func huggingFaceTreeIsReadPageByPage() throws {
    let answer: JSONValue = [
      ["type": "directory", "oid": "1", "size": 0, "path": "onnx"],
      ["type": "file", "oid": "2", "size": 861, "path": "onnx/config.json"],
      [
        "type": "file", "oid": "3", "size": 135, "path": "model.safetensors",
        "lfs": ["oid": .string(Self.digest), "size": 9, "pointerSize": 135],
      ],
    ]
    #expect(
      try HuggingFaceAPI.parse(tree: answer) == [
        .init(path: "onnx/config.json", size: 861), .init(path: "model.safetensors", size: 9, sha256: Self.digest),
      ])
    #expect(
      HuggingFaceAPI.nextPage("<https://huggingface.co/api/models/a/b/tree/x?cursor=ZXl>; rel=\"next\"")
        == "https://huggingface.co/api/models/a/b/tree/x?cursor=ZXl")
    #expect(HuggingFaceAPI.nextPage("<https://h/x>; rel=\"prev\"") == nil)
  }

  @Test func modelScopeListingIsRead() throws {
    let answer: JSONValue = [
      "Code": 200, "Success": true, "Message": "success",
      "Data": [
        "Files": [
          ["Name": "figures", "Path": "figures", "Type": "tree", "Size": 0, "Sha256": ""],
          ["Name": "a.json", "Path": "figures/a.json", "Type": "blob", "Size": 12, "Sha256": .string(Self.digest)],
          ["Name": ".gitattributes", "Path": ".gitattributes", "Type": "blob", "Size": 5, "Sha256": ""],
        ]
      ],
    ]
    let listing = try ModelScopeAPI.files(try ModelScopeAPI.data(answer, "x"))
    #expect(listing.files == [.init(path: "figures/a.json", size: 12, sha256: Self.digest)])
    #expect(listing.entries == 3)
  }

  @Test func modelScopeSaysItselfWhenItFails() throws {
    let error = try #require(throws: Diagnostic.self) {
      try ModelScopeAPI.data(
        ["Code": 10_010_205_001, "Message": "repo not found", "Success": false], "the model 'a/b'")
    }
    #expect(error.code == "not-on-server" && error.message.contains("repo not found"))
  }

  @Test(arguments: ["../x", "/x", "a/../../x", "a\\b", ""])
  func listedPathsCannotLeaveTheFolder(path: String) throws {
    #expect(throws: Diagnostic.self) {
      try HuggingFaceAPI.parse(
        revision: ["sha": .string(Self.commit), "siblings": [["rfilename": .string(path), "size": 1]]])
    }
    #expect(throws: Diagnostic.self) { try ModelScopeAPI.files(["Files": [["Path": .string(path), "Type": "blob"]]]) }
  }

  @Test(arguments: ["{}", "{\"sha\": \"main\"}", "[]", "null", "{\"sha\": 1, \"siblings\": []}"])
  func answersOfAnotherFormAreRefused(text: String) throws {
    #expect(throws: Diagnostic.self) { try HuggingFaceAPI.parse(revision: try JSONValue(parsing: text)) }
  }

  @Test func addressesAreThoseOfTheHubs() {
    let hub = HuggingFaceAPI(endpoint: "https://huggingface.co")
    #expect(
      hub.revisionURL(.dataset, "a/b", "refs/pr/1")
        == "https://huggingface.co/api/datasets/a/b/revision/refs%2Fpr%2F1?blobs=true")
    #expect(
      hub.fileURL(.model, "a/b", "main", "x y/猫.txt") == "https://huggingface.co/a/b/resolve/main/x%20y/%E7%8C%AB.txt")
    #expect(hub.fileURL(.dataset, "a/b", "main", "x") == "https://huggingface.co/datasets/a/b/resolve/main/x")
    let scope = ModelScopeAPI(endpoint: "https://www.modelscope.cn")
    #expect(
      scope.fileURL(.model, "a/b", "master", "d/x")
        == "https://www.modelscope.cn/api/v1/models/a/b/repo?Revision=master&FilePath=d%2Fx")
    #expect(
      scope.fileURL(.dataset, "a/b", "master", "x")
        == "https://www.modelscope.cn/api/v1/datasets/a/b/repo?Source=SDK&Revision=master&FilePath=x")
  }

  @Test func resolutionSurvivesItsFile() throws {
    let resolved = ResolvedSource(
      source: "hf:a/b", revision: Self.commit, reference: Self.commit, isPinned: false,
      files: [.init(path: "x", size: 3, sha256: Self.digest), .init(path: "y")])
    #expect(try ResolvedSource(json: try JSONValue(parsing: resolved.json.text())) == resolved)
    #expect(throws: Diagnostic.self) {
      try ResolvedSource(
        json: ["source": "a", "revision": "b", "reference": "c", "pinned": true, "files": [["path": "../x"]]])
    }
  }
}
