import CDygraphs
import HTTPService
import Reports

/// The files of the dashboard's page. They are part of the program itself, so that it can be moved anywhere.
enum DashboardFiles {
  /// Names that are served, in no order.
  static var names: [String] { Array(files.keys) + ["words.json", "shared.css", "dygraph.js", "dygraph.css"] }

  /// A file under a content policy that lets nothing from elsewhere load and no script of the page's own text run.
  /// - Returns: `nil` when there is no such file.
  static func response(_ name: String) -> HTTPResponse? {
    guard let bytes = bytes(name) else { return nil }
    return HTTPResponse(
      status: 200, contentType: contentType(name),
      headers: [
        "Content-Security-Policy":
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
      ], body: bytes)
  }

  private static func bytes(_ name: String) -> [UInt8]? {
    switch name {
    case "words.json": Words.file
    case "shared.css": SharedStyle.file
    case "dygraph.js": library(lp_dygraphs_script)
    case "dygraph.css": library(lp_dygraphs_style)
    default: files[name]
    }
  }

  static var chartLicense: [UInt8] { library(lp_dygraphs_license) ?? [] }

  private static func library(_ file: (UnsafeMutablePointer<Int>) -> UnsafePointer<UInt8>?) -> [UInt8]? {
    var count = 0
    return file(&count).map { Array(UnsafeBufferPointer(start: $0, count: count)) }
  }

  private static func contentType(_ name: String) -> String {
    let type =
      name.hasSuffix(".html")
      ? "text/html"
      : name.hasSuffix(".css") ? "text/css" : name.hasSuffix(".js") ? "text/javascript" : "application/json"
    return type + "; charset=utf-8"
  }

  private static let files: [String: [UInt8]] = [
    "index.html": PackageResources.index_html, "dashboard.css": PackageResources.dashboard_css,
    "app.js": PackageResources.app_js, "elements.js": PackageResources.elements_js,
    "charts.js": PackageResources.charts_js, "runs.js": PackageResources.runs_js, "run.js": PackageResources.run_js,
    "compare.js": PackageResources.compare_js, "answers.js": PackageResources.answers_js,
    "data.js": PackageResources.data_js, "sweep.js": PackageResources.sweep_js, "start.js": PackageResources.start_js,
    "recipe-text.js": PackageResources.recipe_text_js,
  ]
}
