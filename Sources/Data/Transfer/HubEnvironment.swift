/// What the environment says about servers and credentials. Tokens live here and in request headers only.
struct HubEnvironment: Sendable {
  let huggingFace: HuggingFaceAPI
  let modelScope: ModelScopeAPI
  private let huggingFaceToken: String?
  private let modelScopeToken: String?

  init(_ variables: [String: String]) {
    func value(_ names: String...) -> String? {
      names.lazy.compactMap { variables[$0] }.first { !$0.isEmpty }
    }
    func trimmed(_ url: String) -> String {
      var url = url
      while url.hasSuffix("/") { url.removeLast() }
      return url
    }
    huggingFace = HuggingFaceAPI(endpoint: trimmed(value("HF_ENDPOINT") ?? "https://huggingface.co"))
    let domain = value("MODELSCOPE_ENDPOINT", "MODELSCOPE_DOMAIN") ?? "www.modelscope.cn"
    modelScope = ModelScopeAPI(endpoint: trimmed(domain.contains("://") ? domain : "https://" + domain))
    huggingFaceToken = Self.header(value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"))
    modelScopeToken = Self.header(value("MODELSCOPE_API_TOKEN"))
  }

  /// A token that can stand in a header; white space around it is a habit of files.
  private static func header(_ token: String?) -> String? {
    guard let token else { return nil }
    let text = token.split { $0 == " " || $0 == "\n" || $0 == "\r" || $0 == "\t" }.joined()
    return !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? text : nil
  }

  func secretHeaders(_ hub: FetchSource.Hub) -> [String] {
    switch hub {
    case .huggingFace: return huggingFaceToken.map { ["Authorization: Bearer \($0)"] } ?? []
    // ModelScope's own client sends the token as this cookie.
    case .modelScope: return modelScopeToken.map { ["Cookie: m_session_id=\($0)"] } ?? []
    }
  }

  /// A token for writing: the environment's, else what the hub's own program stored when somebody logged in.
  func token(_ hub: FetchSource.Hub, _ variables: [String: String]) -> String? {
    switch hub {
    case .huggingFace: huggingFaceToken ?? Self.header(StoredTokens.huggingFace(variables))
    case .modelScope: modelScopeToken ?? Self.header(StoredTokens.modelScope(variables))
    }
  }

  static func tokenName(_ hub: FetchSource.Hub) -> String {
    hub == .huggingFace ? "HF_TOKEN" : "MODELSCOPE_API_TOKEN"
  }
}
