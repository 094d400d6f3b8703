import Diagnostics
import JSON
import Testing

@testable import Recipes

@Suite struct WorkspaceFileTests {
  private func read(_ files: [String: String]) throws -> WorkspaceFile {
    try WorkspaceFile.read(root: "/space", configuration: "/home/.config", files: .memory(files))
  }

  private func errors(_ text: String) -> [Diagnostic] {
    do {
      _ = try read(["/space/lorapipe.yaml": text])
      return []
    } catch let list as DiagnosticList {
      return list.diagnostics
    } catch {
      return [Diagnostic(code: "other", "\(error)")]
    }
  }

  @Test func nothingNeedBeSet() throws {
    #expect(try read([:]).values.isEmpty)
  }

  @Test func valuesAreCheckedAndGetTheirDefaults() throws {
    let file = try read([
      "/space/lorapipe.yaml": """
      store: ../shared
      remote_caches:
        - { url: "https://cache.example/x", push: ci }
      engines: { ms-swift: { python: /opt/python } }
      """
    ])
    #expect(file.values["store"] == "/shared")
    #expect(file.values["remote_caches"]?.arrayValue?.first?["push"] == "ci")
    #expect(file.values["remote_caches"]?.arrayValue?.first?["timeout"] == 5)
    #expect(file.values["engines"]?["ms-swift"]?["python"] == "/opt/python")
  }

  @Test func theWorkspacesFileComesOnTopOfTheUsers() throws {
    let file = try read([
      "/home/.config/lorapipe/config.yaml": "store: /mine\nengines: { ms-swift: { python: /a } }\n",
      "/space/lorapipe.yaml": "store: /ours\n",
    ])
    #expect(file.values["store"] == "/ours")
    #expect(file.values["engines"]?["ms-swift"]?["python"] == "/a")
    #expect(file.files == ["/home/.config/lorapipe/config.yaml", "/space/lorapipe.yaml"])
  }

  @Test func errorsHaveAPlaceAndARemedy() {
    let unknown = errors("remote_cache: []\n")
    #expect(unknown.map(\.code) == ["unknown-key"])
    #expect(unknown.first?.remedy == "did you mean 'remote_caches'?")
    #expect(unknown.first?.location?.line == 1 && unknown.first?.sourceLine == "remote_cache: []")
    let many = errors("remote_caches:\n  - { push: sometimes }\nstore: [a]\n")
    #expect(Set(many.map(\.code)) == ["unknown-choice", "missing-key", "wrong-type"])
    #expect(errors("a: [").isEmpty == false)
    #expect(errors("- a\n").map(\.code) == ["wrong-type"])
  }

  @Test func anchorsHaveAPlace() throws {
    let file = try read(["/space/lorapipe.yaml": "x-anchors: { a: &place /data }\nstore: *place\n"])
    #expect(file.values["store"] == "/data")
  }
}
