/// A refusal that a person reads in a browser, in place of JSON: in the language that the browser asks for, else in English
/// and Chinese.
enum RefusalPage {
  static func response(_ error: APIError, to request: HTTPRequest) -> HTTPResponse {
    let words = error.message.split(separator: "; to allow it, ", maxSplits: 1).map(String.init)
    let option = words.last?.firstRange(of: "--").map { String(words.last?[$0.lowerBound...] ?? "") } ?? ""
    let asked = request.headers["accept-language"].flatMap { SpokenLanguage(acceptLanguage: $0) }
    let languages = asked.map { [$0] } ?? SpokenLanguage.allCases
    let sections = languages.map { section(in: $0, reason: words.first ?? "", option: option) }
    let title = languages.map { $0 == .chinese ? "已拒绝" : "Refused" }.joined(separator: " · ")
    let document = """
      <!doctype html>
      <html lang="\(languages[0].rawValue)">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title)</title>
      <style>
      body { font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
      code { background: #8882; padding: .2em .4em; border-radius: 4px; }
      </style>
      </head>
      <body>
      \(sections.joined(separator: "\n"))
      </body>
      </html>
      """
    return HTTPResponse(
      status: error.status, contentType: "text/html; charset=utf-8",
      headers: [
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "Cache-Control": "no-store", "Vary": "Accept-Language",
      ], body: Array(document.utf8))
  }

  private static func section(in language: SpokenLanguage, reason: String, option: String) -> String {
    switch language {
    case .english:
      """
      <h1>This page is not open to you yet</h1>
      <p>The request was refused: \(HTML.escaped(reason)).</p>
      <p>If this is your own notebook or proxy, stop the service and start it again with
      <code>\(HTML.escaped(option))</code> added to its command.</p>
      """
    case .chinese:
      """
      <h1 lang="zh">此页面尚未对你开放</h1>
      <p lang="zh">这个请求用的是服务不认识的域名，或来自别的网站的页面，已被拒绝。</p>
      <p lang="zh">如果是通过你自己的 Notebook（如 ModelScope、Colab）或代理访问，请停止服务，在启动命令后加上
      <code>\(HTML.escaped(option))</code>，再重新启动。</p>
      """
    }
  }
}
