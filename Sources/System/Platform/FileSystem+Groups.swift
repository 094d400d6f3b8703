import Glibc

// Several people work in one folder when it belongs to their group, is writable for it, and hands the group on (the setgid
// bit): `chgrp team folder; chmod g+ws folder`. The umask of most people would take the group's right away again from what they
// make there, so it is given back.

extension FileSystem {
  /// Whether what is made in a folder is its group's.
  public static func isGroupFolder(_ path: String) -> Bool {
    let wanted = UInt32(S_ISGID) | 0o020
    return (FileStamp.of(path)?.mode ?? 0) & wanted == wanted
  }

  /// Gives the group its rights on a folder that was just made in one of its folders.
  static func shareFolder(_ path: String) {
    // The kernel hands the setgid bit on; without it, the folder above is no group's.
    guard let mode = FileStamp.of(path)?.mode, mode & UInt32(S_ISGID) != 0, mode & 0o020 == 0,
      isGroupFolder(parent(of: path))
    else { return }
    chmod(path, mode & 0o7777 | 0o070)
  }

  /// Gives the group its rights on a file that several processes open for writing.
  static func shareFile(_ path: String, descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o060 != 0o060,
      isGroupFolder(parent(of: path))
    else { return }
    fchmod(descriptor, status.st_mode & 0o7777 | 0o060)
  }

  /// Whether this user may remove a read-only tree: its owner may, and the superuser.
  public static func mayRemove(_ path: String) -> Bool {
    var status = stat()
    guard geteuid() != 0, lstat(path, &status) == 0 else { return true }
    return status.st_uid == geteuid()
  }
}
