/// A refusal that a person reads in a browser, in English and Chinese, in place of JSON.
enum RefusalPage {
  static func response(_ error: APIError) -> HTTPResponse {
    let words = error.message.split(separator: "; to allow it, ", maxSplits: 1).map(String.init)
    let option = words.last?.firstRange(of: "--").map { String(words.last?[$0.lowerBound...] ?? "") } ?? ""
    let document = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Refused</title>
      <style>
      body { font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
      code { background: #8882; padding: .2em .4em; border-radius: 4px; }
      </style>
      </head>
      <body>
      <h1>This page is not open to you yet</h1>
      <p>The request was refused: \(HTML.escaped(words.first ?? "")).</p>
      <p>If this is your own notebook or proxy, stop the service and start it again with
      <code>\(HTML.escaped(option))</code> added to its command.</p>
      <h2 lang="zh">此页面尚未对你开放</h2>
      <p lang="zh">请求来自其他域名，已被拒绝。如果这是你自己的笔记本环境或代理，请停止服务，在启动命令后加上
      <code>\(HTML.escaped(option))</code>，然后重新启动。</p>
      </body>
      </html>
      """
    return HTTPResponse(
      status: error.status, contentType: "text/html; charset=utf-8",
      headers: [
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
      ], body: Array(document.utf8))
  }
}
