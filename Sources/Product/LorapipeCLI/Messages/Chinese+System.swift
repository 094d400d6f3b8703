extension Chinese {
  /// System calls that failed, with the reasons that the C library gives.
  static let system = #"""
    = '{0}' was written to while it was being hashed
    '{0}' 在计算摘要时被写入了
    = wait until nothing writes to it, then run again
    等没有程序写它时再运行
    = ended with status {0}
    以状态{0}结束
    = was ended by signal {0} ({1})
    被信号{0}（{1}）终止
    = free some space ('lorapipe cache gc -n' says what can go) and run again
    腾出一些空间（'lorapipe cache gc -n' 会列出可以清理的），再运行
    = check who owns it and its mode
    检查它的所有者和权限
    = use a folder on a writable file system
    请用可写文件系统上的文件夹
    = remove the link that points back to itself
    去掉指向自己的链接
    = raise `ulimit -n`
    调大 `ulimit -n`
    = the disk reports a fault: check it before you continue
    磁盘报告故障：先检查磁盘再继续
    = cannot make the folder '{0}': {1}
    无法创建文件夹 '{0}'：{1}
    = cannot make folder {0}: {1}
    无法创建文件夹{0}：{1}
    = cannot list '{0}': {1}
    无法列出 '{0}' 里的文件：{1}
    = cannot remove '{0}': {1}
    无法删除 '{0}'：{1}
    = cannot lock '{0}': {1}
    无法锁定 '{0}'：{1}
    = cannot start '{0}': {1}
    无法启动 '{0}'：{1}
    = cannot open a pipe: {0}
    无法打开管道：{0}
    = cannot wait for the program: {0}
    无法等待程序结束：{0}
    = cannot set aside '{0}': {1}
    无法移开 '{0}'：{1}
    = cannot claim what the run uses in '{0}': {1}
    无法在 '{0}' 登记这次运行用到的产物：{1}
    = cannot make read-only '{0}': {1}
    无法把 '{0}' 设为只读：{1}
    = cannot make durable '{0}': {1}
    无法把 '{0}' 写到磁盘：{1}
    = cannot publish into '{0}': {1}
    无法发布到 '{0}'：{1}
    = cannot stop run '{0}': {1}
    无法停止运行 '{0}'：{1}
    = cannot follow the symbolic link '{0}': {1}
    无法跟进符号链接 '{0}'：{1}
    = cannot set the mode of '{0}': {1}
    无法设置 '{0}' 的权限：{1}
    = cannot link an input at '{0}': {1}
    无法在 '{0}' 链接输入：{1}
    = cannot write to '{0}': {1}
    无法写到 '{0}'：{1}
    = Permission denied
    没有权限
    = Operation not permitted
    不允许这样操作
    = No space left on device
    磁盘空间不足
    = Disk quota exceeded
    超出磁盘配额
    = Read-only file system
    文件系统是只读的
    = Is a directory
    它是文件夹
    = Not a directory
    它不是文件夹
    = File exists
    文件已存在
    = File too large
    文件太大
    = File name too long
    文件名太长
    = Directory not empty
    文件夹不是空的
    = Too many open files
    打开的文件太多
    = Too many levels of symbolic links
    符号链接层数太多
    = Input/output error
    读写出错
    = Cannot allocate memory
    内存不足
    = Address already in use
    地址已被占用
    = Cannot assign requested address
    这台机器没有这个地址
    = Name or service not known
    没有这个主机名
    = Temporary failure in name resolution
    暂时无法解析主机名
    = Non-recoverable failure in name resolution
    无法解析主机名
    = No address associated with hostname
    这个主机名没有地址
    = Address family for hostname not supported
    不支持这个主机名的地址类型
    = ai_family not supported
    不支持这种地址
    = Servname not supported for ai_socktype
    不支持这个端口
    = Connection refused
    连接被拒绝
    = Broken pipe
    管道已断开
    = Device or resource busy
    设备或资源正忙
    = Text file busy
    程序文件正在使用
    = Exec format error
    不是可执行的程序
    = Invalid argument
    参数无效
    = Resource temporarily unavailable
    资源暂时不可用
    = No such process
    没有这个进程
    = Stale file handle
    文件句柄已失效
    """#
}
