public import Diagnostics
public import Glibc

/// A failed system call as a diagnostic: one table of codes, so that callers and tests can tell a full disk from a
/// missing file.
public func systemFailure(_ what: String, path: String? = nil, errno code: Int32 = errno) -> Diagnostic {
  let place = path.map { " '\($0)'" } ?? ""
  let reason = String(cString: strerror(code))
  let (identifier, remedy): (String, String?) =
    switch code {
    case ENOSPC, EDQUOT: ("disk-full", "free some space ('lorapipe cache gc -n' says what can go) and run again")
    case EACCES, EPERM: ("permission-denied", "check who owns it and its mode")
    case EROFS: ("read-only-file-system", "use a folder on a writable file system")
    case ENOENT: ("not-found", nil)
    case ELOOP: ("symlink-loop", "remove the link that points back to itself")
    case EMFILE, ENFILE: ("too-many-open-files", "raise `ulimit -n`")
    case EIO: ("input-output-error", "the disk reports a fault: check it before you continue")
    default: ("system-error", nil)
    }
  return Diagnostic(code: identifier, "cannot \(what)\(place): \(reason)", remedy: remedy)
}
