import HTTPService

/// Where a service or the dashboard listens, and whom it answers.
extension HTTPAccess {
  static let hostOption = Option<String>(
    "host", nil, "ADDRESS", help: "The address to listen on (default: this machine only).")
  static let portOption = Option<Int>(
    "port", "p", "PORT", .integer(0...65535), help: "The port; 0 chooses a free one.")
  static let keyOption = Option<String>(
    "api-key", nil, "KEY", help: "Refuse requests without this key (or $LORAPIPE_API_KEY).")
  static let hostsOption = Option<String>(
    "allow-host", nil, "NAME", repeats: true,
    help: "Answer to this name too, for a notebook's proxy; may be given several times.")
  static let originsOption = Option<String>(
    "allow-origin", nil, "ORIGIN", repeats: true,
    help: "Let pages of this site use the service, as https://NAME:PORT; * lets all; may be given several times.")
}
