public import Diagnostics
import JSON

/// What to get.
public struct FetchRequest: Sendable, Hashable {
  public var source: FetchSource
  /// A branch, tag or commit; the hub's default when `nil`.
  public var revision: String?
  public var filter: GlobFilter
  /// The digest a single file must have.
  public var sha256: String?
  /// Whether an archive is replaced by what it holds.
  public var unpacksArchives: Bool

  public init(
    source: FetchSource, revision: String? = nil, filter: GlobFilter = GlobFilter(), sha256: String? = nil,
    unpacksArchives: Bool = true
  ) {
    self.source = source
    self.revision = revision
    self.filter = filter
    self.sha256 = sha256
    self.unpacksArchives = unpacksArchives
  }
}

/// How far a download is.
public struct FetchProgress: Sendable, Hashable {
  public var bytes: Int64
  public var totalBytes: Int64?
  /// The file that made progress last.
  public var file: String
}

/// Resolves sources and downloads them. Resolving is one cheap request or a few; nothing is downloaded by it.
public struct Fetcher: Sendable {
  let access: HubAccess

  public init(_ access: HubAccess) { self.access = access }

  /// Finds the revision and the files that a request means now.
  /// - Throws: `Diagnostic`; `unreachable` when the server cannot be asked.
  public func resolve(_ request: FetchRequest) throws(Diagnostic) -> ResolvedSource {
    var resolved: ResolvedSource
    switch request.source {
    case .repository(.huggingFace, let content, let id):
      do throws(Diagnostic) {
        resolved = try resolveHuggingFace(content, id, request.revision ?? "main")
      } catch {
        // The hub answers "access denied" for what does not exist, and a token would be sought for a missing owner.
        guard !id.contains("/"), ["access-denied", "not-on-server"].contains(error.code) else { throw error }
        var denied = error
        denied.remedy =
          "Name the owner: \(request.source.canonical.prefix { $0 != ":" }):OWNER/\(id). Only a few old "
          + "repositories have none."
        throw denied
      }
    case .repository(.modelScope, let content, let id):
      resolved = try resolveModelScope(content, id, request.revision ?? ModelScopeAPI.defaultRevision)
    case .url(let url): return try resolveURL(url, sha256: request.sha256)
    case .wheel(_, let version):
      return ResolvedSource(
        source: request.source.canonical, revision: version, reference: version, isPinned: true, files: [])
    case .file:
      throw Diagnostic(code: "local-source", "a local file needs no resolving: it is hashed where it lies")
    }
    let all = resolved.files.count
    resolved.files = resolved.files.filter { request.filter.accepts($0.path) }.sorted {
      $0.path.utf8.lexicographicallyPrecedes($1.path.utf8)
    }
    guard !resolved.files.isEmpty else {
      throw Diagnostic(
        code: "no-files",
        all == 0
          ? "'\(resolved.source)' holds no files" : "none of the \(all) files of '\(resolved.source)' is included",
        remedy: all == 0 ? nil : "Check include: and exclude:.")
    }
    return resolved
  }

  private func ask(
    _ client: HTTPClient, _ url: String, _ hub: FetchSource.Hub, _ what: String
  ) throws(Diagnostic) -> (value: JSONValue, response: HTTPResponse) {
    let (response, body) = try client.get(
      HTTPRequest(url: url, headers: ["Accept: application/json"], secretHeaders: access.hubs.secretHeaders(hub)),
      what: what)
    guard response.isSuccess else {
      throw HTTPClient.refused(response, what, tokenName: HubEnvironment.tokenName(hub))
    }
    return (try HubAnswer.parse(body, what), response)
  }

  private func resolveHuggingFace(
    _ content: FetchSource.Content, _ id: String, _ revision: String
  ) throws(Diagnostic) -> ResolvedSource {
    let api = access.hubs.huggingFace
    let client = access.client()
    let what = "the \(content.rawValue) '\(id)' at revision '\(revision)'"
    let answer = try ask(client, api.revisionURL(content, id, revision), .huggingFace, what)
    let (commit, listed) = try HuggingFaceAPI.parse(revision: answer.value)
    var files = listed ?? []
    if listed == nil {
      var page: String? = api.treeURL(content, id, commit)
      var pages = 0
      let origin = WebAddress.origin(api.endpoint)
      while let url = page {
        // A page elsewhere would be given the token.
        guard WebAddress.origin(url) == origin, pages < 1000 else { throw HubAnswer.unexpected("a usable next page") }
        pages += 1
        let answer = try ask(client, url, .huggingFace, what)
        files += try HuggingFaceAPI.parse(tree: answer.value)
        page = HuggingFaceAPI.nextPage(answer.response.headers["link"])
      }
    }
    return ResolvedSource(
      source: FetchSource.repository(.huggingFace, content, id: id).canonical, revision: commit, reference: commit,
      isPinned: revision == commit, files: files)
  }

  private func resolveModelScope(
    _ content: FetchSource.Content, _ id: String, _ revision: String
  ) throws(Diagnostic) -> ResolvedSource {
    let api = access.hubs.modelScope
    let client = access.client()
    let what = "the \(content.rawValue) '\(id)' at revision '\(revision)'"
    var files: [ResolvedSource.File] = []
    if content == .model {
      let answer = try ask(client, api.modelFilesURL(id, revision), .modelScope, what)
      files = try ModelScopeAPI.files(try ModelScopeAPI.data(answer.value, what)).files
    } else {
      let dataset = try ask(client, api.datasetURL(id), .modelScope, what)
      let number = try ModelScopeAPI.datasetNumber(try ModelScopeAPI.data(dataset.value, what))
      var seen = 0
      for page in 1...1000 {
        let answer = try ask(client, api.datasetFilesURL(number: number, revision, page: page), .modelScope, what)
        let listing = try ModelScopeAPI.files(try ModelScopeAPI.data(answer.value, what))
        // A server that knows no pages gives the same list again.
        if let first = listing.files.first, files.contains(first) { break }
        files += listing.files
        seen += listing.entries
        if listing.entries < ModelScopeAPI.pageSize || seen >= listing.total ?? .max { break }
      }
    }
    return ResolvedSource(
      source: FetchSource.repository(.modelScope, content, id: id).canonical,
      revision: ModelScopeAPI.revision(of: files), reference: revision,
      isPinned: HuggingFaceAPI.isCommit(revision), files: files)
  }

  /// A web server says by validators whether a file changed.
  private func resolveURL(_ url: String, sha256: String?) throws(Diagnostic) -> ResolvedSource {
    guard let name = WebAddress.fileName(url) else {
      throw Diagnostic(
        code: "bad-source", "'\(WebAddress.displayed(url))' does not end in a file's name",
        remedy: "Give the address of one file.")
    }
    let shown = WebAddress.displayed(url)
    if let sha256 {
      return ResolvedSource(
        source: shown, revision: "sha256-" + sha256.lowercased(), reference: "", isPinned: true,
        files: [.init(path: name, sha256: sha256.lowercased())])
    }
    let (response, _) = try access.client().get(HTTPRequest(url: url, isHead: true), what: "'\(shown)'")
    var revision = "unversioned"
    var size: Int64?
    if response.isSuccess {
      size = response.headers["content-length"].flatMap { Int64($0) }
      if let etag = response.headers["etag"] {
        revision = "etag-" + etag
      } else if let date = response.headers["last-modified"] {
        revision = "date-\(date)-\(size ?? -1)"
      }
      // A server may answer HEAD without the length of what GET would bring.
      if size == 0 { size = nil }
    } else if response.status != 405 && response.status != 501 && response.status != 403 {
      throw HTTPClient.refused(response, "'\(shown)'", tokenName: nil)
    }
    return ResolvedSource(
      source: shown, revision: revision, reference: "", isPinned: false, files: [.init(path: name, size: size)])
  }
}
