// File systems that several machines see: locks and mapped memory may not reach from one to the other there.

import CTimer
import Glibc

public enum NetworkFileSystem {
    /// Whether a folder is on one, or the nearest one above it that exists.
    public static func contains(_ folder: String) -> Bool {
        var (path, status) = (folder, statfs())
        while statfs(path, &status) != 0 {
            guard errno == ENOENT, path != "/", !path.isEmpty else { return false }
            path = FileSystem.folder(of: path)
        }
        return kinds.contains(UInt32(truncatingIfNeeded: status.f_type))
    }

    /// `f_type` of statfs(2), and of the file systems that are not part of Linux.
    private static let kinds: Set<UInt32> = [
        0x6969,  // NFS
        0xFF53_4D42, 0xFE53_4D42, 0x517B,  // CIFS, SMB 2 and SMB
        0x0BD0_0BD0,  // Lustre
        0x4750_4653,  // GPFS
        0x1983_0326,  // BeeGFS
        0x00C3_6400,  // Ceph
        0x6573_5546,  // FUSE: sshfs, GlusterFS
        0x5346_414F, 0x6B41_4653,  // AFS
        0x0116_1970,  // GFS2
        0x7461_636F,  // OCFS2
        0xAAD7_AAEA,  // PanFS
        0x2003_0528,  // OrangeFS
        0x0102_1997,  // 9P
    ]
}
